// Files of other programs specified as a model.
#pragma once

#include <string>
#include <string_view>

namespace terramask {

/// "a PyTorch checkpoint", "an ONNX model", "a TIFF file": the kind of a file that is not a Terramask model,
/// from its first bytes and extension. Empty if unknown.
std::string foreign_kind(const std::string& path, std::string_view head);

/// Advice for a file of this kind.
std::string foreign_remedy(std::string_view kind);

}  // namespace terramask
