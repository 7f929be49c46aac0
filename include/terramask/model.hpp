// The model file: one safetensors file whose metadata entry `terramask` says what the network is and what it
// expects of a raster.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/graph.hpp"

namespace terramask {

/// What the network is: `architecture` and that architecture's own keys, as in the file.
struct NetworkSpec {
  std::string architecture;  ///< unet | segnet | fcn
  std::int64_t bands = 3;
  std::int64_t classes = 2;
  std::int64_t width = 64;       ///< channels of the first stage
  std::int64_t depth = 4;        ///< unet: number of down-samplings
  std::string up = "transpose";  ///< unet: transpose | nearest
  std::int64_t fc = 4096;        ///< fcn: channels of fc6 and fc7
  std::int64_t skips = 2;        ///< fcn: 0, 1, 2 for FCN-32s, -16s, -8s
};

struct ModelBand {
  std::string name;
  std::string type;  ///< GDAL's type name; may be empty
  double mean = 0;
  double std = 1;
};

struct ModelInfo {
  NetworkSpec network;
  std::vector<ModelBand> bands;
  std::optional<double> pixel_size_m;
  std::int64_t pad_multiple = 32;
  std::vector<ClassInfo> classes;
  std::string provenance;  ///< JSON text, as in the file
};

struct Model {
  std::string path;
  ModelInfo info;
  Parameters parameters;
  std::string sha256;                 ///< of the whole file, hex
  std::vector<std::string> warnings;  ///< NaN weights, tensors nobody asked for
};

/// Reads and checks a model file. A damaged or hostile file is ErrorCode::format, never anything worse:
/// header length, JSON depth, offsets, overlaps, sizes, types and shapes are checked before memory is taken.
Model load_model(const std::string& path);
/// Writes atomically (beside, fsync, rename). The same model gives the same bytes.
void save_model(const std::string& path, const ModelInfo& info, const Parameters& parameters, bool overwrite);

/// The network for an input of n × bands × h × w: input "image" (normalised), output "logits".
/// Batch norms stand as in training; fold_batch_norm and the other passes make the inference graph.
Graph build_network(const NetworkSpec& spec, std::int64_t n, std::int64_t h, std::int64_t w);

/// Architectures by name.
std::vector<std::string> architectures();

/// Parameters for a network never trained: He normal from a seed, batch norms at identity. For benchmarks and
/// tests of speed.
Parameters random_parameters(const Graph& graph, std::uint64_t seed);

}  // namespace terramask
