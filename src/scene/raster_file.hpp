// A GeoTIFF that is written from top to bottom.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scene/scene_frame.hpp"

namespace terramask::scene {

class RasterFile {
 public:
  enum class Kind { photograph, heights, labels };

  RasterFile(const std::string& path, Kind kind, const SceneOptions& options, const SceneFrame& frame);
  ~RasterFile();
  RasterFile(const RasterFile&) = delete;
  RasterFile& operator=(const RasterFile&) = delete;

  /// Rows of pixels, bands interleaved. Rows must come in order, a multiple of 256 but for the last.
  void write(std::int64_t first_row, std::int64_t rows, std::span<const std::uint8_t> pixels);
  void write(std::int64_t first_row, std::int64_t rows, std::span<const float> pixels);
  void close();

 private:
  struct State;
  void write_raw(std::int64_t first_row, std::int64_t rows, const void* pixels, std::size_t bytes_each);

  std::unique_ptr<State> state_;
};

}  // namespace terramask::scene
