// Networks by architecture: their keys, graphs and initial weights.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "terramask/given_network.hpp"
#include "terramask/graph.hpp"

namespace terramask {

/// A key of an architecture: an entry of "network" in model and project files, and an option of `init`,
/// `train` and terramask-bench.
struct NetworkKey {
  enum class Kind : std::uint8_t { whole, number, choice };

  std::string_view name;
  Kind kind = Kind::whole;
  double initial = 0;                           ///< of whole and number: the default
  double low = 0, high = 0;                     ///< of whole and number: the range, both ends included
  std::span<const std::string_view> choices{};  ///< of choice: the first is the default
  std::string_view help{};
  bool channels = false;       ///< a number of channels: half of it is a smaller network of the same form
  bool training_only = false;  ///< does not affect inference; omitted from model files at its default
};

using NetworkValue = std::variant<std::int64_t, double, std::string>;

/// A network: an architecture and the values of its keys.
struct NetworkSpec {
  std::string architecture = "unet";
  std::int64_t bands = 3;    ///< 1 to 65535
  std::int64_t classes = 2;  ///< 1 to 65535
  /// By name; keys that are not listed have their defaults.
  std::map<std::string, NetworkValue, std::less<>> keys{};
  /// The nodes of architecture "onnx"; null for all others.
  std::shared_ptr<const GivenNetwork> given{};

  /// The value of a key, or its default. ErrorCode::internal where the architecture has no such key of this
  /// kind.
  std::int64_t whole(std::string_view key) const;
  double number(std::string_view key) const;
  std::string choice(std::string_view key) const;

  /// Whether the two describe the same network, with defaults filled in.
  bool operator==(const NetworkSpec& other) const;
};

/// Names of all architectures.
std::vector<std::string> architectures();

/// The description of an architecture, in one line, with its source. Errors: unsupported, naming the known
/// ones.
std::string_view architecture_title(std::string_view architecture);

/// The architecture's keys, in the order of files and help. Errors: unsupported, naming the known ones.
std::span<const NetworkKey> network_keys(std::string_view architecture);

/// A key of the architecture; nullptr if it has none of that name. Errors: unsupported, naming the known
/// ones.
const NetworkKey* find_key(std::string_view architecture, std::string_view name);

/// The keys of all architectures, each name once; for use before the architecture is known.
std::vector<NetworkKey> all_network_keys();

/// The network for an input of n × bands × h × w: input "image" (normalised), output "logits".
/// Batch norms stand as in training; fold_batch_norm and the other passes make the inference graph.
/// Parameters have the names of the PyTorch modules ("down.0.1.running_mean"), results those of the modules
/// ("down.0.1"). Errors: usage (a key out of range, or none of the architecture's), unsupported (unknown
/// architecture), mismatch (h or w no multiple of total_stride).
Graph build_network(const NetworkSpec& spec, std::int64_t n, std::int64_t h, std::int64_t w);

/// Height and width of a network's input are multiples of it: 2^depth for unet, 32 for segnet and fcn, 1
/// for linear. Errors: those of build_network for the specification.
std::int64_t total_stride(const NetworkSpec& spec);

/// How weights are initialised. With n products to an element of the result (of a transposed convolution: n =
/// channels · taps / stride²), m elements of the result to one of the operand:
enum class InitialWeights : std::uint8_t {
  he,       ///< normal, variance 2 / n (He et al. 2015)
  xavier,   ///< uniform, variance 2 / (n + m) (Glorot and Bengio 2010)
  lecun,    ///< normal, variance 1 / n (LeCun et al. 1998)
  pytorch,  ///< uniform in ±1 / √fan_in, biases too, as torch.nn.Conv2d and ConvTranspose2d
};

/// Initial parameters of a network, from a seed: biases 0 (but PyTorch's), batch norms at identity.
/// The same bits with every compiler and library. For the beginning of training, benchmarks and tests.
Parameters random_parameters(const Graph& graph, std::uint64_t seed,
                             InitialWeights weights = InitialWeights::he);

}  // namespace terramask
