// What the processor itself can do, to say how near a network comes.
#pragma once

namespace terramask::tools {

struct MachineLimits {
  double fma_gflop_per_s = 0;  ///< fused multiply-adds in single precision, registers alone, all threads
  double bandwidth_gb_per_s =
      0;  ///< a[i] = b[i] + s · c[i] over arrays far larger than the caches (STREAM's triad)
};

/// Takes a second or two; `threads` 0: all the machine has.
MachineLimits measure_machine(int threads);

}  // namespace terramask::tools
