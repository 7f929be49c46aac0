// Real models, real images, and what PyTorch made of them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "shared_data.hpp"
#include "terramask/executor.hpp"
#include "terramask/model.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::tests {

/// A raster read whole, padded and normalised as the model wants it.
struct GoldenImage {
  Shape shape;  // 1 × bands × padded height × padded width
  std::vector<float> values;
  std::int64_t width = 0, height = 0;
};
GoldenImage read_whole(const std::filesystem::path& path, const Model& model);

/// The tensor `logits` of a golden file: classes × height × width.
Tensor read_logits(const std::filesystem::path& path);

/// A golden mask (PNG, class indices).
std::vector<std::uint8_t> read_mask(const std::filesystem::path& path);

}  // namespace terramask::tests
