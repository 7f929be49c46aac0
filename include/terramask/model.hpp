// The model file: one safetensors file whose metadata entry `terramask` says what the network is and what it
// expects of a raster.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/network.hpp"
#include "terramask/nodata_rule.hpp"

namespace terramask {

/// A band as the network expects it: (value − mean) / std.
struct ModelBand {
  std::string name;  ///< unique
  std::string type;  ///< GDAL's type name; may be empty
  double mean = 0;
  double std = 1;
};

struct ModelInfo {
  NetworkSpec network;
  std::vector<ModelBand> bands;
  std::optional<double> pixel_size_m;  ///< ground metres
  std::int64_t pad_multiple = 32;      ///< a multiple of the network's total stride
  std::vector<ClassInfo> classes;      ///< in the order of the logits; values 0 to 65534, all different
  /// Of two classes: the probability above which a pixel is of the second; empty: 0.5. Above 0, below 1.
  std::optional<double> threshold;
  std::string provenance;                          ///< JSON text, as in the file; may be empty
  NodataRule nodata_rule = NodataRule::automatic;  ///< used in training
};

struct Model {
  std::string path;
  ModelInfo info;
  Parameters parameters;              ///< the parameters of build_network's graph, as f32
  std::string sha256;                 ///< of the whole file, hex
  std::vector<std::string> warnings;  ///< unused tensors and keys; without the path
};

/// Reads and checks a model file. Weights may be F32, F16, BF16 or F64. A damaged or hostile file is
/// ErrorCode::format, never anything worse: header length, JSON depth, offsets, overlaps, sizes, types and
/// shapes are checked before memory is taken. So are weights that are NaN or infinite, and negative
/// variances. A sound file that this version does not understand (format 2, an unknown architecture or key of
/// the network) is ErrorCode::unsupported; not_found and io are the others.
Model load_model(const std::string& path);
/// Writes atomically (beside, fsync, rename). The same model gives the same bytes. A model that load_model
/// would refuse is not written. Errors: exists (unless `overwrite`), io (unwritable, disk full), format or
/// usage (a model that does not fit itself).
void save_model(const std::string& path, const ModelInfo& info, const Parameters& parameters, bool overwrite);

/// Throws what save_model would throw for this description; to be called before a long training.
void check_description(const std::string& path, const ModelInfo& info);

/// Writes `threshold` into the description of the model file at `path`, atomically; every other byte that
/// means something stays what it was: tensors of any type, other metadata, unknown keys. Errors: usage (not
/// two classes, not above 0 and below 1), and those of load_model and save_model.
void store_threshold(const std::string& path, double threshold);

}  // namespace terramask
