// An ONNX file as a given network, its weights and what else it says.
#pragma once

#include <map>
#include <string>

#include "terramask/given_network.hpp"
#include "terramask/graph.hpp"

namespace terramask::onnx_file {

struct Document {
  GivenNetwork network;  ///< not settled; what its output does not need is left out
  Parameters parameters;
  std::map<std::string, std::string, std::less<>> metadata{};
  std::int64_t channels = 0;  ///< of the input; 0: the file does not say
  std::string producer{}, sha256{};
};

/// Reads a file and its external data.
/// @param output  the output to take; empty: the only one
/// Errors: those of import_onnx.
Document read_document(const std::string& path, const std::string& output);

}  // namespace terramask::onnx_file
