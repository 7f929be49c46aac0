// Loops compiled for the processor at hand: the program itself is built for every x86-64.
#pragma once

#include "cpu/instruction_set.hpp"

namespace terramask::cpu {

/// `count` floats that are added and multiplied at once, whatever registers there are.
template <int count>
using Floats [[gnu::vector_size(sizeof(float) * count)]] = float;

#if defined(__x86_64__)

namespace vectorised_detail {
template <class Work>
[[gnu::target("arch=x86-64-v4")]] void run_v4(const Work& work) {
  work();
}
template <class Work>
[[gnu::target("arch=x86-64-v3")]] void run_v3(const Work& work) {
  work();
}
}  // namespace vectorised_detail

/// Calls work(): a lambda marked __attribute__((always_inline)), as must be all that it calls to be compiled
/// along with it. A lambda that shares work among threads would leave the compiled part behind: share first.
template <class Work>
void vectorised(const Work& work) {
  switch (vector_level()) {
    case 4:
      return vectorised_detail::run_v4(work);
    case 3:
      return vectorised_detail::run_v3(work);
    default:
      return work();
  }
}

#else

template <class Work>
void vectorised(const Work& work) {
  work();
}

#endif

}  // namespace terramask::cpu
