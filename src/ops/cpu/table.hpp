#pragma once

#include "cpu/builder.hpp"

namespace terramask::ops {

/// The CPU kernels of all operators.
cpu::KernelTable cpu_kernels();

}  // namespace terramask::ops
