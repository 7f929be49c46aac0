// What the operators' own loops share: images in blocks of channels, and work shared among threads.
#pragma once

#include <cstdint>
#include <type_traits>

#include "terramask/tensor.hpp"

namespace terramask::cpu {

/// A value in memory: planes of `block` channels lying beside each other, [N][C / block][H][W][block].
template <class T>
struct Image {
  T* data = nullptr;
  Shape shape;
  int block = 1;

  std::int64_t groups() const { return shape.n() * shape.c() / block; }
  /// The first element of a group of channels' row.
  T* row(std::int64_t group, std::int64_t y) const {
    return data + (group * shape.h() + y) * shape.w() * block;
  }
  /// The first element of one channel's row; the next pixel is `block` further.
  T* channel_row(std::int64_t n, std::int64_t c, std::int64_t y) const {
    return row((n * shape.c() + c) / block, y) + c % block;
  }
};

/// Calls work(0) ... work(count − 1) on the thread's OpenMP team. What a call computes must not depend on
/// which thread runs it.
template <class Work>
void parallel(std::int64_t count, const Work& work) {
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < count; ++i) work(i);
}

/// Runs of at most `run` of `count` elements: work(begin, end).
template <class Work>
void parallel_runs(std::int64_t count, std::int64_t run, const Work& work) {
  parallel((count + run - 1) / run,
           [&](std::int64_t i) { work(i * run, i * run + run < count ? i * run + run : count); });
}

/// Calls work with the block as a constant, so that the compiler makes vectors of it.
template <class Work>
void with_block(int block, const Work& work) {
  if (block == 16)
    work(std::integral_constant<int, 16>());
  else if (block == 8)
    work(std::integral_constant<int, 8>());
  else
    work(std::integral_constant<int, 1>());
}

/// Whether `a` comes before `b` where the largest wins and a NaN counts as the largest.
inline bool exceeds(float a, float b) {
  return a > b || (a != a && b == b);
}

}  // namespace terramask::cpu
