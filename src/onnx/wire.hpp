// A pass over the bytes of an ONNX file before protobuf allocates anything for them.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace terramask::onnx_file {

/// Throws ErrorCode::format for files that are no ONNX models, are cut short or damaged, or that hold more
/// than 100,000 nodes, a million integers in attributes and tensors, half a million texts and messages, or
/// messages nested more than 64 deep.
void check_wire(std::span<const std::byte> bytes, const std::string& path);

}  // namespace terramask::onnx_file
