// Reads the ONNX backend's node cases: a model of one node with its attributes, the tensors given and the
// tensors expected, in protobuf's wire format (github.com/onnx/onnx, onnx/onnx.proto). A test utility: it
// knows the few fields these files use.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace terramask::tests {

struct OnnxTensor {
  std::string name;
  int type = 0;  ///< TensorProto.DataType: 1 f32, 6 i32, 7 i64, ...
  std::vector<std::int64_t> shape;
  std::vector<double> values;  ///< for types f32, u8, i32 and i64; else empty
};

struct OnnxAttribute {
  double number = 0;
  std::int64_t integer = 0;
  std::string text;
  std::vector<std::int64_t> integers;
};

struct OnnxCase {
  std::string name;
  std::size_t nodes = 0;  ///< how many the model has; what follows is the first one's
  std::string op;
  std::vector<std::string> inputs, outputs;  ///< names; an optional input left out is ""
  std::map<std::string, OnnxAttribute> attributes;
  std::map<std::string, OnnxTensor> given;     ///< by name
  std::map<std::string, OnnxTensor> expected;  ///< by name

  bool has(const std::string& attribute) const { return attributes.contains(attribute); }
  std::int64_t integer(const std::string& attribute, std::int64_t usual) const;
  double number(const std::string& attribute, double usual) const;
  std::string text(const std::string& attribute, const std::string& usual) const;
  std::vector<std::int64_t> integers(const std::string& attribute, std::vector<std::int64_t> usual) const;
  /// The tensor that is the node's operand `index`; null where it is left out.
  const OnnxTensor* operand(std::size_t index) const;
};

/// Throws std::runtime_error where the folder's files are not what they should be.
OnnxCase read_onnx_case(const std::filesystem::path& folder);

}  // namespace terramask::tests
