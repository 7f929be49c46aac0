// A graph as an ONNX model.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "terramask/graph.hpp"

namespace terramask::onnx_file {

/// Appends the graph's nodes and parameters to an ONNX graph (opset 17), with their names. Extents of images
/// appear nowhere in them, so that they hold for any. What training alone needs is left out.
/// Errors: unsupported (an operator without a form in ONNX).
class GraphWriter {
 public:
  GraphWriter(const Graph& graph, const Parameters& parameters, onnx::GraphProto& target);

  /// Lets a value of the graph have another name, or be made by somebody else under that name.
  void rename(ValueId value, const std::string& name) { names_[value] = name; }
  void write_nodes();
  const std::string& name(ValueId value) const { return names_[value]; }

  /// A node of one result.
  onnx::NodeProto& add(const char* op, const std::vector<std::string>& inputs, const std::string& result);
  void add_constant(const std::string& name, const std::vector<float>& values,
                    const std::vector<std::int64_t>& shape);
  void add_constant(const std::string& name, const std::vector<std::int64_t>& values);

 private:
  void write(const Node& node);

  const Graph& graph_;
  const Parameters& parameters_;
  onnx::GraphProto& target_;
  std::vector<std::string> names_;
};

}  // namespace terramask::onnx_file
