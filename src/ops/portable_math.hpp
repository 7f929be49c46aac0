// Functions that C libraries round differently in single precision: expm1f, log1pf and tanhf differ between
// glibc 2.36 and 2.41. Computed in double precision and rounded once, the results are the same everywhere,
// except for values within 1e-16 of the midpoint between two floats.
#pragma once

#include <cmath>

namespace terramask::ops {

template <class T>
T expm1(T x) {
  return static_cast<T>(std::expm1(static_cast<double>(x)));
}

template <class T>
T log1p(T x) {
  return static_cast<T>(std::log1p(static_cast<double>(x)));
}

template <class T>
T tanh(T x) {
  return static_cast<T>(std::tanh(static_cast<double>(x)));
}

}  // namespace terramask::ops
