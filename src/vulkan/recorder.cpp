#include "vulkan/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask::vulkan {

Binding Recorder::packed(std::size_t operand, View view, std::string key,
                         std::function<std::vector<float>(const Tensor&)> pack) {
  const ValueId parameter = node_->operands.at(operand);
  if (graph_.values()[parameter].role != Role::parameter)
    throw Error(ErrorCode::internal,
                fmt::format("{}: operand {} is no parameter", node_->op.name(), operand));
  packed_.push_back({parameter, std::move(key), std::move(pack)});
  return {.source = Binding::Source::packed,
          .index = static_cast<std::uint32_t>(packed_.size() - 1),
          .view = view};
}

void Recorder::add(Dispatch dispatch) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (dispatch.groups[axis] == 0 || dispatch.groups[axis] > traits_.max_groups[axis])
      throw Error(ErrorCode::out_of_memory,
                  fmt::format("{}: {} work groups along one axis, the device takes {}", dispatch.shader,
                              dispatch.groups[axis], traits_.max_groups[axis]),
                  "use a smaller tile (--tile)");
  dispatches_.push_back({step_, std::move(dispatch)});
}

std::vector<PlaneSlice> slice_planes(const Traits& traits, std::int64_t planes, std::int64_t plane_elements,
                                     std::int64_t multiple) {
  const std::uint64_t plane_bytes = static_cast<std::uint64_t>(plane_elements) * 4;
  // A slice begins at an aligned byte at or before its first plane.
  const std::uint64_t span = traits.max_storage_range - traits.storage_alignment;
  std::int64_t most = static_cast<std::int64_t>(span / plane_bytes) / multiple * multiple;
  if (planes * plane_bytes <= span) most = planes;
  if (most == 0)
    throw Error(ErrorCode::out_of_memory,
                fmt::format("{} channels of {} pixels exceed the device's storage binding of {} bytes",
                            multiple, plane_elements, traits.max_storage_range),
                "use a smaller tile (--tile)");
  std::vector<PlaneSlice> slices;
  for (std::int64_t first = 0; first < planes; first += most) {
    const std::int64_t count = std::min(most, planes - first);
    const std::uint64_t begin = static_cast<std::uint64_t>(first) * plane_bytes;
    const std::uint64_t offset = begin / traits.storage_alignment * traits.storage_alignment;
    slices.push_back({first, count, offset, begin - offset + static_cast<std::uint64_t>(count) * plane_bytes,
                      static_cast<std::uint32_t>((begin - offset) / 4)});
  }
  return slices;
}

}  // namespace terramask::vulkan
