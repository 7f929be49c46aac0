// A network given as data: the nodes of an ONNX graph without their weights, which are tensors of the model
// file. Operators as in https://github.com/onnx/onnx/blob/main/docs/Operators.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace terramask {

/// A tensor whose values are known before a network runs: shapes, axes, factors.
struct Constant {
  std::vector<std::int64_t> shape;                                      ///< of any rank; empty for a scalar
  std::variant<std::vector<std::int64_t>, std::vector<double>> values;  ///< row-major
  bool operator==(const Constant&) const = default;
};

using GivenAttribute =
    std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>>;

struct GivenNode {
  std::string op;                   ///< "Conv"
  std::string name;                 ///< may be empty
  std::vector<std::string> inputs;  ///< values by name; an empty name: left out
  std::vector<std::string> outputs;
  std::map<std::string, GivenAttribute, std::less<>> attributes{};
  bool operator==(const GivenNode&) const = default;
};

struct GivenNetwork {
  std::int64_t opset = 17;
  std::string input, output;     ///< names of values: the image, and the logits
  std::vector<GivenNode> nodes;  ///< in execution order
  std::map<std::string, Constant, std::less<>> constants{};
  std::map<std::string, std::vector<std::int64_t>, std::less<>> weights{};  ///< shapes of the tensors
  /// One channel of logits, of the second of two classes: the first's are 0, so that softmax is the sigmoid.
  bool one_logit = false;
  /// Height and width of the input must be multiples of it. Found by `settle`, not part of the file.
  std::int64_t stride = 1;

  bool operator==(const GivenNetwork&) const = default;
};

}  // namespace terramask
