// What kind of file an argument names, so that a call in the wrong order is told as such.
#pragma once

#include <span>
#include <string>

namespace terramask::tools {

/// By its name, or by how a safetensors file begins.
bool is_model(const std::string& path);

/// Throws ErrorCode::usage where a raster stands in the place of the model, and the model among the rasters.
/// @param subcommand "segment", whose first argument is a model
void check_model_first(const std::string& subcommand, const std::string& model,
                       std::span<const std::string> rasters);

/// Throws ErrorCode::usage where one of the rasters is a model.
/// @param remedy where the model is to be named
void check_no_model(std::span<const std::string> rasters, const std::string& remedy);

}  // namespace terramask::tools
