#include "ops/gradient_scale/gradient_scale.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

void record(const GradientScale& op, vulkan::Recorder& recorder) {
  recorder.dispatch("gradient_scale", {},
                    {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32f),
                     recorder.write(0), recorder.write(1)},
                    static_cast<float>(op.max_norm), {1, 1, 1});
}

}  // namespace terramask::ops
