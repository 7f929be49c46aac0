#pragma once

#include "cpu/builder.hpp"

namespace terramask::ops {

/// Every operator's CPU kernels.
cpu::KernelTable cpu_kernels();

}  // namespace terramask::ops
