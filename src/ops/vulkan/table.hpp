#pragma once

#include <span>

#include "vulkan/recorder.hpp"

namespace terramask::ops {

/// The Vulkan kernels of all operators.
vulkan::KernelTable vulkan_kernels();

}  // namespace terramask::ops
