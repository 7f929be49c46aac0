#include "cli/file_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "terramask/error.hpp"

namespace terramask::tools {

bool is_model(const std::string& path) {
  if (path.ends_with(".safetensors")) return true;
  // The header's length in eight bytes, and a brace.
  std::ifstream file(path, std::ios::binary);
  std::array<char, 9> head{};
  return file.read(head.data(), head.size()) && head[8] == '{' && head[5] == 0 && head[6] == 0 &&
         head[7] == 0;
}

void check_model_first(const std::string& subcommand, const std::string& model,
                       std::span<const std::string> rasters) {
  const auto found = std::ranges::find_if(rasters, is_model);
  if (found == rasters.end()) return;
  if (is_model(model))
    throw Error(ErrorCode::usage, fmt::format("{} and {} are both models", model, *found),
                fmt::format("name one, and rasters after it: terramask {} {} RASTER...", subcommand, model));
  throw Error(
      ErrorCode::usage, fmt::format("{} is a raster and {} a model: the model comes first", model, *found),
      fmt::format("terramask {} {} {}{}", subcommand, *found, model, rasters.size() > 1 ? " ..." : ""));
}

void check_no_model(std::span<const std::string> rasters, const std::string& remedy) {
  const auto found = std::ranges::find_if(rasters, is_model);
  if (found != rasters.end()) throw Error(ErrorCode::usage, *found + " is a model, not a raster", remedy);
}

}  // namespace terramask::tools
