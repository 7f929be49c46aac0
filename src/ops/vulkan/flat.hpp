// Weights and vectors as flat arrays, regardless of shape: one dispatch per slice that the device can bind;
// slices are the same for all tensors.
#pragma once

#include <algorithm>

#include "vulkan/recorder.hpp"

namespace terramask::ops {

struct FlatSlice {
  std::int64_t first = 0;  ///< an element; a multiple of a group's
  std::int64_t count = 0;

  vulkan::Binding of(vulkan::Binding binding) const {
    binding.offset += static_cast<std::uint64_t>(first) * 4;
    binding.bytes = static_cast<std::uint64_t>(count) * 4;
    return binding;
  }
};

/// Calls work(slice, groups): a work group processes `per_group` elements, a power of two of at least 64.
template <class Work>
void each_flat_slice(const vulkan::Traits& traits, std::int64_t elements, std::int64_t per_group,
                     const Work& work) {
  const auto bindable = static_cast<std::int64_t>(traits.max_storage_range / 4);
  const std::int64_t most =
      std::min(bindable / per_group, static_cast<std::int64_t>(traits.max_groups[0])) * per_group;
  for (std::int64_t first = 0; first < elements; first += most) {
    const std::int64_t count = std::min(most, elements - first);
    work(FlatSlice{first, count}, vulkan::ceil_div(count, per_group));
  }
}

/// Elements per group of an element-wise kernel.
constexpr std::int64_t kFlatGroup = 256;

}  // namespace terramask::ops
