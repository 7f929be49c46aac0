// One image with its labels and parts: decoded in memory, or read from files.
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

/// What is known about an image before its pixels are read.
struct ImageSource {
  std::string id, name;
  RasterOptions options;  ///< files are not kept open: there may be thousands
  Grid grid;              ///< the working grid
  std::size_t bands = 0;
  bool bytes = false;  ///< all values are whole numbers from 0 to 255
  geo::LabelPlace labels;
  geo::LabelCodes codes;
};

/// Raw pixels of a window inside the image.
struct RawPixels {
  std::vector<float> values;        ///< bands × height × width
  std::vector<std::uint8_t> parts;  ///< 1 + part; 0 if invalid or in no part
  std::vector<std::uint16_t> labels;
};

/// Reads from the files. Use one per thread.
class FileWindows {
 public:
  FileWindows(const ImageSource& source, const Split& split, std::size_t image);
  void read(const Window& window, RawPixels& pixels);
  /// Does not read the values if validity can be determined without them.
  void read_labels(const Window& window, RawPixels& pixels);

 private:
  const geo::LabelCodes& codes_;
  std::unique_ptr<RasterReader> raster_;
  geo::LabelReader labels_;
  PartMap parts_;
  std::vector<std::uint8_t> valid_;
};

/// An image's pixels in memory: as bytes if its bands are bytes, else as floats.
class CachedImage {
 public:
  static std::uint64_t bytes_of(const ImageSource& source);

  explicit CachedImage(const ImageSource& source);
  void store(const Window& window, const RawPixels& pixels);
  /// Copies the pixels that `part` may see to their positions in `pixels`, which covers `window` and
  /// is initialised to 0.
  void copy(const Window& window, Part part, PartPixels& pixels) const;

 private:
  Window extent_;
  std::size_t bands_;
  std::vector<std::uint8_t> bytes_;
  std::vector<float> floats_;
  std::vector<std::uint8_t> parts_;
  std::vector<std::uint16_t> labels_;
};

/// The same from the raw pixels of `inside`, a part of `window`.
void copy_visible(const RawPixels& raw, const Window& inside, const Window& window, Part part,
                  PartPixels& pixels);

}  // namespace terramask::dataset
