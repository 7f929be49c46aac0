// The architecture of networks that are given as data.
#include <fmt/format.h>

#include "models/architecture.hpp"
#include "models/given/build.hpp"

namespace terramask {
namespace {

void check_given(const NetworkSpec& spec) {
  if (spec.given == nullptr)
    throw Error(ErrorCode::unsupported, "network: architecture onnx takes its nodes from a model file",
                "make one of an ONNX model with `terramask import`");
}

std::int64_t given_stride(const NetworkSpec& spec) {
  return spec.given->stride;
}

ValueId build_given(const NetworkSpec& spec, Builder& builder, ValueId image) {
  const ValueId logits = given::build(*spec.given, builder.graph(), image);
  if (const std::int64_t channels = builder.graph().type(logits).shape.c(); channels != spec.classes)
    throw Error(ErrorCode::format,
                fmt::format("network: {} classes; its nodes give {}", spec.classes, channels),
                "import the model again");
  return logits;
}

}  // namespace

constinit const Architecture given_architecture{
    "onnx", "a network imported from ONNX", {}, check_given, given_stride, build_given};

}  // namespace terramask
