// Models of other programs, as ONNX files (https://onnx.ai).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terramask/model.hpp"

namespace terramask {

/// What an ONNX file does not say of itself. What is empty is taken from the file's metadata (those of QGIS'
/// Deepness: class_names, resolution, standardization_mean and _std, seg_thresh), or has the default named.
struct ImportOptions {
  std::string output{};                  ///< the output to take, where the network has several
  std::vector<std::string> bands{};      ///< names; default: red, green, blue, or band 1, band 2, ...
  std::vector<std::string> types{};      ///< GDAL's types of the bands; default: any
  std::optional<double> scale{};         ///< stored values are divided by it; default: 1
  std::vector<double> mean{}, std{};     ///< of each band, after that division; default: 0 and 1
  std::vector<std::string> classes{};    ///< names; default: class 0, class 1, ...
  std::optional<double> pixel_size_m{};  ///< ground metres; default: unknown
};

/// Reads an ONNX file of opset 9 to 22 as a model: a network from one image N × bands × H × W to logits
/// N × classes × H/k × W/k, which are enlarged bilinearly. A softmax, sigmoid or argmax at its end is taken
/// off; one channel becomes the second of two classes. Weights may be f16, bf16, f32 or f64, and may lie in
/// files beside. What was assumed is among the model's warnings.
/// Errors: not_found, io, format (damaged, hostile), unsupported (naming node, operator and opset), usage
/// (options that do not fit the network).
Model import_onnx(const std::string& path, const ImportOptions& options = {});

enum class ExportTarget : std::uint8_t {
  plain,     ///< any runtime: rows, columns and number of images are left open
  deepness,  ///< QGIS' Deepness: tiles of one size, probabilities, its metadata
};

struct ExportOptions {
  ExportTarget target = ExportTarget::plain;
  bool normalise_inside = false;  ///< the file's network takes stored pixel values
  bool probabilities = false;     ///< it returns softmax(logits); for Deepness always
  std::int64_t tile = 512;        ///< for Deepness: rows and columns of its tiles, a multiple of the stride
  bool overwrite = false;
};

/// Writes a model as ONNX, opset 17, with the names of its tensors, atomically. Without `normalise_inside`
/// the network takes (value − mean) / std. Height and width must be multiples of the network's stride.
/// Errors: usage, exists, io, unsupported.
void export_onnx(const Model& model, const std::string& path, const ExportOptions& options = {});

}  // namespace terramask
