#include "ops/dropout/dropout.hpp"
#include "ops/dropout/philox.hpp"
#include "ops/vulkan/copy.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Dropout& op, vulkan::Recorder& recorder) {
  const Shape shape = recorder.result().shape;
  if (recorder.operands() < 2) return copy_planes(recorder, 0, 0, 0, shape.n() * shape.c());
  dispatch_planes(recorder, "dropout", {},
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32i)}, shape.c(),
                  dropout_threshold(op.rate), op.layer, dropout_scale(op.rate));
}

}  // namespace terramask::ops
