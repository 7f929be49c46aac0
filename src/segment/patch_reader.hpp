// Patches as a network sees them: read, padded by reflection, normalised, invalid pixels set to one constant.
#pragma once

#include <memory>
#include <vector>

#include "segment/tiling.hpp"
#include "terramask/model.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::segment {

class PatchReader {
 public:
  PatchReader(RasterReader& reader, std::vector<ModelBand> bands)
      : reader_(reader), bands_(std::move(bands)) {}

  /// @param patch   a window of the padded extent
  /// @param values  bands × height × width: (value − mean) / std, and 0 (the mean) where invalid
  /// @param valid   height × width; the padding's validity is that of the pixel it reflects
  void read(const Window& patch, std::span<float> values, std::vector<std::uint8_t>& valid);
  /// Tells that a patch will be read soon.
  void advise(const Window& patch) { reader_.advise(patch); }

 private:
  RasterReader& reader_;
  std::vector<ModelBand> bands_;
  std::vector<float> raw_;
  std::vector<std::uint8_t> raw_valid_;
};

}  // namespace terramask::segment
