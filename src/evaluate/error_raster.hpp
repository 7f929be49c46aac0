// A raster that shows where a mask is correct and where it is wrong.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/codes.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask::evaluation {

/// A Cloud Optimized GeoTIFF on the mask's grid; nodata where nothing is judged. For a chosen class: 0 true
/// negative, 1 true positive, 2 false positive, 3 false negative, 4 no data in the mask. Else for the i-th
/// class of the reference 2i right and 2i + 1 wrong.
class ErrorRaster {
 public:
  ErrorRaster(const std::string& path, const Grid& grid, const std::vector<ClassInfo>& classes,
              std::optional<std::size_t> positive, bool overwrite);

  void add(const CodeBlock& mask, const CodeBlock& reference, const Window& core);
  void finish(const ProgressSink& progress, const StopFlag* stop) { writer_->finish(progress, stop); }

 private:
  std::uint16_t value(Code truth, Code said) const;

  std::optional<Code> positive_;
  std::unique_ptr<MaskWriter> writer_;
  std::vector<std::uint16_t> values_;
};

}  // namespace terramask::evaluation
