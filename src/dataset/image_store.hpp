// One image with its labels and parts: decoded in memory, or read from its files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dataset/dataset.hpp"
#include "geo/read/label_reader.hpp"

namespace terramask::dataset {

/// All that is known of an image before a pixel is read.
struct ImageSource {
  std::string id, name;
  RasterOptions options;  ///< no file stays open: there may be thousands
  Grid grid;              ///< the working grid
  std::size_t bands = 0;
  bool bytes = false;  ///< all its values are whole numbers from 0 to 255
  geo::LabelPlace labels;
  geo::LabelCodes codes;
};

/// Raw pixels of a window that lies inside the image.
struct RawPixels {
  std::vector<float> values;        ///< bands × height × width
  std::vector<std::uint8_t> parts;  ///< 1 + part, 0 where invalid or of no part
  std::vector<std::uint16_t> labels;
};

/// Reads from the files; one a thread.
class FileWindows {
 public:
  FileWindows(const ImageSource& source, const Split& split, std::size_t image);
  void read(const Window& window, RawPixels& pixels);
  /// Without the values, where validity can be told without them.
  void read_labels(const Window& window, RawPixels& pixels);

 private:
  const geo::LabelCodes& codes_;
  std::unique_ptr<RasterReader> raster_;
  geo::LabelReader labels_;
  PartMap parts_;
  std::vector<std::uint8_t> valid_;
};

/// An image's pixels in memory: bytes where its bands are, else floats.
class CachedImage {
 public:
  static std::uint64_t bytes_of(const ImageSource& source);

  explicit CachedImage(const ImageSource& source);
  void store(const Window& window, const RawPixels& pixels);
  /// Copies the part of `window` inside the image that `part` may see to where it lies in `pixels`, which are
  /// of `window` and 0.
  void copy(const Window& window, Part part, PartPixels& pixels) const;

 private:
  Window extent_;
  std::size_t bands_;
  std::vector<std::uint8_t> bytes_;
  std::vector<float> floats_;
  std::vector<std::uint8_t> parts_;
  std::vector<std::uint16_t> labels_;
};

/// The same from raw pixels of `inside`, which is a part of `window`.
void copy_visible(const RawPixels& raw, const Window& inside, const Window& window, Part part,
                  PartPixels& pixels);

}  // namespace terramask::dataset
