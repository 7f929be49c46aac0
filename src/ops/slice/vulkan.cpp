#include "ops/slice/slice.hpp"
#include "ops/vulkan/copy.hpp"

namespace terramask::ops {

void record(const Slice& op, vulkan::Recorder& recorder) {
  const Shape in = recorder.operand(0).shape, out = recorder.result().shape;
  for (std::int64_t image = 0; image < out.n(); ++image)
    copy_planes(recorder, 0, image * in.c() + op.begin, image * out.c(), out.c());
}

}  // namespace terramask::ops
