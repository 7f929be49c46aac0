// Reads the contents of a picture at reduced size: the image in colours, the mask on the same pixels, and its
// classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/gdal_support.hpp"
#include "geo/picture/canvas.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

struct PictureClass {
  int value = 0;
  std::string name;
  Color color{};
  double share = 0;               ///< of the classified area, 0 to 1; of the pixels if areas are unknown
  std::optional<double> area_m2;  ///< if in the mask's attribute table
};

class PictureSource {
 public:
  /// Throws mismatch if the image cannot be laid on the mask's grid (another CRS or orientation).
  PictureSource(const std::string& image_path, const std::string& mask_path);

  /// The mask's.
  const Grid& grid() const { return mask_grid_; }

  /// height × width × 3, and 0 in `valid` where there is no image.
  void read_image(int width, int height, std::vector<std::uint8_t>& rgb, std::vector<std::uint8_t>& valid);
  /// Class values; -1 where there is none.
  std::vector<int> read_mask(int width, int height);
  std::vector<PictureClass> classes();

 private:
  struct Part {  ///< the pixels of a picture that the image covers, and the corresponding window of the image
    int x = 0, y = 0, width = 0, height = 0;
    double image_x = 0, image_y = 0, image_width = 0, image_height = 0;
  };
  Part covered(int width, int height) const;
  std::vector<int> color_bands() const;

  std::string mask_path_;
  DatasetPtr image_;
  DatasetPtr mask_;
  Grid mask_grid_;
  double image_x0_ = 0, image_y0_ = 0, image_x1_ = 0, image_y1_ = 0;  ///< the mask's extent in image pixels
};

}  // namespace terramask::geo
