// Sums over images and pixels per channel: in single precision within runs of fixed length, in double
// precision over the runs, in order. The order depends on the shape and the layout only.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "cpu/builder.hpp"
#include "cpu/vectorised.hpp"

namespace terramask::ops {

/// Elements added at once: a group's channels, or 16 pixels of a plane.
constexpr int run_lanes(int block) {
  return block == 1 ? 16 : block;
}

/// An image split into runs of pixels of one group of channels.
struct Runs {
  /// The number of additions in single precision per sum of a run. With four sums per lane, a run has up to
  /// 32768 elements, so it stays in the cache for a second pass.
  static constexpr std::int64_t additions = 512;

  explicit Runs(const Shape& shape, int channels_beside)
      : block(channels_beside),
        elements(additions * 4 * run_lanes(channels_beside)),
        channels(shape.c()),
        groups(shape.n() * shape.c() / channels_beside),
        plane(shape.h() * shape.w() * channels_beside),
        per_group((plane + elements - 1) / elements) {}

  std::int64_t count() const { return groups * per_group; }
  std::int64_t begin(std::int64_t run) const { return run / per_group * plane + run % per_group * elements; }
  std::int64_t length(std::int64_t run) const {
    return std::min(elements, plane - run % per_group * elements);
  }
  std::int64_t first_channel(std::int64_t run) const { return run / per_group * block % channels; }

  /// Calls visit(run, lane) for each run of a channel, in order.
  template <class Visit>
  void of_channel(std::int64_t channel, const Visit& visit) const {
    for (std::int64_t group = channel / block; group < groups; group += channels / block)
      for (std::int64_t i = 0; i < per_group; ++i) visit(group * per_group + i, channel % block);
  }

  int block;
  std::int64_t elements;  ///< per run
  std::int64_t channels, groups, plane, per_group;
};

/// Sets each lane of a run to its channel's value; `values` begin at the group's first channel.
template <int block>
[[gnu::always_inline]] inline void spread(const float* values, cpu::Floats<run_lanes(block)>& to) {
  for (int lane = 0; lane < run_lanes(block); ++lane) to[lane] = values[lane % block];
}

/// totals[lane] = Σ of the four sums of that lane.
template <int block>
[[gnu::always_inline]] inline void add_lanes(const cpu::Floats<run_lanes(block)> (&sums)[4], double* totals) {
  for (int lane = 0; lane < block; ++lane) totals[lane] = 0;
  for (int lane = 0; lane < run_lanes(block); ++lane)
    totals[lane % block] +=
        (double{sums[0][lane]} + double{sums[1][lane]}) + (double{sums[2][lane]} + double{sums[3][lane]});
}

/// totals[lane] = Σ x over a run.
template <int block>
[[gnu::always_inline]] inline void sum_run(const float* x, std::int64_t count, double* totals) {
  constexpr int lanes = run_lanes(block);
  using Lanes = cpu::Floats<lanes>;
  Lanes sums[4] = {}, value;
  std::int64_t at = 0;
  for (; at + 4 * lanes <= count; at += 4 * lanes)
    for (int k = 0; k < 4; ++k) {
      std::memcpy(&value, x + at + k * lanes, sizeof(value));
      sums[k] += value;
    }
  for (; at + lanes <= count; at += lanes) {
    std::memcpy(&value, x + at, sizeof(value));
    sums[0] += value;
  }
  add_lanes<block>(sums, totals);
  for (; at < count; ++at) totals[0] += double{x[at]};
}

/// A vector operand's elements, valid for the lifetime of a step, whether a trained parameter or the result
/// of a node. For use in a program.
class Vector {
 public:
  Vector(const cpu::Builder& builder, std::size_t operand) {
    if (!builder.is_parameter(operand)) {
      data_ = builder.operand(operand).data;
      return;
    }
    const auto values = builder.parameter(operand).values<float>();
    kept_ = std::make_shared<const std::vector<float>>(values.begin(), values.end());
    data_ = kept_->data();
  }
  float operator[](std::int64_t i) const { return data_[i]; }

 private:
  std::shared_ptr<const std::vector<float>> kept_;
  const float* data_ = nullptr;
};

}  // namespace terramask::ops
