// The model file: one safetensors file whose metadata entry `terramask` says what the network is and what it
// expects of a raster.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/graph.hpp"
#include "terramask/nodata_rule.hpp"

namespace terramask {

/// What the network is: `architecture` and that architecture's own keys, as in the file. Sources: U-Net
/// (Ronneberger et al. 2015), SegNet (Badrinarayanan et al. 2017), FCN (Long et al. 2015).
struct NetworkSpec {
  std::string architecture;      ///< unet | segnet | fcn | linear
  std::int64_t bands = 3;        ///< 1 to 65535
  std::int64_t classes = 2;      ///< 1 to 65535
  std::int64_t width = 64;       ///< channels of the first stage; at most 2²⁰ channels anywhere
  std::int64_t depth = 4;        ///< unet: number of down-samplings, 1 to 10
  std::string up = "transpose";  ///< unet: transpose | nearest
  double dropout = 0;            ///< unet: rate after the last two down stages in training, 0 to below 1
  std::int64_t fc = 4096;        ///< fcn: channels of fc6 and fc7
  std::int64_t skips = 2;        ///< fcn: 0, 1, 2 for FCN-32s, -16s, -8s

  bool operator==(const NetworkSpec&) const = default;
};

/// A band as the network wants it: (value − mean) / std.
struct ModelBand {
  std::string name;  ///< unlike every other band's
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
  NodataRule nodata_rule = NodataRule::automatic;  ///< that it was trained by
};

struct Model {
  std::string path;
  ModelInfo info;
  Parameters parameters;              ///< what build_network asks for, as f32
  std::string sha256;                 ///< of the whole file, hex
  std::vector<std::string> warnings;  ///< tensors and keys that nobody asked for; without the path
};

/// Reads and checks a model file. Weights may be F32, F16, BF16 or F64. A damaged or hostile file is
/// ErrorCode::format, never anything worse: header length, JSON depth, offsets, overlaps, sizes, types and
/// shapes are checked before memory is taken. So are weights that are NaN or infinite, and negative
/// variances. A sound file that this version does not understand (format 2, an unknown architecture or key of
/// the network) is ErrorCode::unsupported; not_found and io are the others.
Model load_model(const std::string& path);
/// Writes atomically (beside, fsync, rename). The same model gives the same bytes. What load_model would
/// refuse is not written. Errors: exists (unless `overwrite`), io (unwritable, disk full), format or usage (a
/// model that does not fit itself).
void save_model(const std::string& path, const ModelInfo& info, const Parameters& parameters, bool overwrite);

/// Throws what save_model would throw for this description, for whoever will save a model hours from now.
void check_description(const std::string& path, const ModelInfo& info);

/// Writes `threshold` into the description of the model file at `path`, atomically; every other byte that
/// means something stays what it was: tensors of any type, other metadata, unknown keys. Errors: usage (not
/// two classes, not above 0 and below 1), and those of load_model and save_model.
void store_threshold(const std::string& path, double threshold);

/// The network for an input of n × bands × h × w: input "image" (normalised), output "logits".
/// Batch norms stand as in training; fold_batch_norm and the other passes make the inference graph.
/// Parameters have the names of the PyTorch modules ("down.0.1.running_mean"), results those of the modules
/// ("down.0.1"). Errors: usage (a specification out of range), unsupported (unknown architecture), mismatch
/// (h or w no multiple of total_stride).
Graph build_network(const NetworkSpec& spec, std::int64_t n, std::int64_t h, std::int64_t w);

/// Height and width of a network's input are multiples of it: 2^depth for unet, 32 for segnet and fcn, 1
/// for linear.
std::int64_t total_stride(const NetworkSpec& spec);

/// Architectures by name.
std::vector<std::string> architectures();

/// How weights begin. With n products to an element of the result (of a transposed convolution: n = channels
/// · taps / stride²), m elements of the result to one of the operand:
enum class InitialWeights : std::uint8_t {
  he,       ///< normal, variance 2 / n (He et al. 2015)
  xavier,   ///< uniform, variance 2 / (n + m) (Glorot and Bengio 2010)
  lecun,    ///< normal, variance 1 / n (LeCun et al. 1998)
  pytorch,  ///< uniform in ±1 / √fan_in, biases too, as torch.nn.Conv2d and ConvTranspose2d
};

/// Parameters for a network never trained, from a seed: biases 0 (but PyTorch's), batch norms at identity.
/// The same bits with every compiler and library. For the beginning of training, benchmarks and tests.
Parameters random_parameters(const Graph& graph, std::uint64_t seed,
                             InitialWeights weights = InitialWeights::he);

}  // namespace terramask
