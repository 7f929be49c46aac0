// Weights and vectors as runs of elements, whatever their shape: dispatched once for each slice that the
// device can bind, of every tensor the same.
#pragma once

#include <algorithm>

#include "vulkan/recorder.hpp"

namespace terramask::ops {

struct FlatSlice {
  std::int64_t first = 0;  ///< element, a multiple of a group's
  std::int64_t count = 0;

  vulkan::Binding of(vulkan::Binding binding) const {
    binding.offset += static_cast<std::uint64_t>(first) * 4;
    binding.bytes = static_cast<std::uint64_t>(count) * 4;
    return binding;
  }
};

/// Calls work(slice, groups): a work group takes `per_group` elements, a power of two from 64 on.
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

/// Elements that a group of an element-wise kernel takes.
constexpr std::int64_t kFlatGroup = 256;

}  // namespace terramask::ops
