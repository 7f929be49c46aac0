// Files of other programs that are named where a model is wanted.
#pragma once

#include <string>
#include <string_view>

namespace terramask {

/// "a PyTorch checkpoint", "an ONNX model", "a TIFF file": what a file is that is no model of Terramask, by
/// its first bytes and the ending of its name. Empty where neither says anything.
std::string foreign_kind(const std::string& path, std::string_view head);

/// What to do about it.
std::string foreign_remedy(std::string_view kind);

}  // namespace terramask
