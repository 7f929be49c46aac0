// Tensors of ONNX files.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>

#include "terramask/given_network.hpp"
#include "terramask/tensor.hpp"

namespace terramask::onnx_file {

bool is_real(const onnx::TensorProto& tensor);

/// The extents; ErrorCode::format where one is negative or more are than a tensor may have.
std::vector<std::int64_t> extents(const onnx::TensorProto& tensor);

/// The values as f32; those in raw bytes are released. Errors: format, unsupported, not_found, io.
/// @param folder  of the ONNX file, where external data lies
Tensor read_weights(onnx::TensorProto& tensor, const std::filesystem::path& folder);

/// The values, known on the host.
Constant read_constant(const onnx::TensorProto& tensor, const std::filesystem::path& folder);

}  // namespace terramask::onnx_file
