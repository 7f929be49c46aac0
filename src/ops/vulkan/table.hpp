#pragma once

#include <span>

#include "vulkan/recorder.hpp"

namespace terramask::ops {

/// Every operator's Vulkan kernels.
vulkan::KernelTable vulkan_kernels();

}  // namespace terramask::ops
