#include "vulkan/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask::vulkan {

Binding Recorder::packed(std::size_t operand, View view, std::string key,
                         std::function<std::vector<float>(const Tensor&)> pack) {
  const ValueId id = node_->operands.at(operand);
  if (graph_.values()[id].role != Role::parameter) {
    // As it lies: nothing is to be gathered.
    if (!pack) return read(operand, view);
    return {
        .source = Binding::Source::packed, .index = packed_variable(id, std::move(key), pack), .view = view};
  }
  packed_.push_back({id, std::move(key), std::move(pack)});
  return {.source = Binding::Source::packed,
          .index = static_cast<std::uint32_t>(packed_.size() - 1),
          .view = view};
}

// No step that follows reads a variable once it was assigned, so that the first reader packs it for all.
std::uint32_t Recorder::packed_variable(ValueId variable, std::string key,
                                        const std::function<std::vector<float>(const Tensor&)>& pack) {
  for (std::uint32_t i = 0; i < packed_.size(); ++i)
    if (packed_[i].parameter == variable && packed_[i].key == key) return i;
  const auto index = static_cast<std::uint32_t>(packed_.size());
  packed_.push_back({variable, std::move(key), {}, packing_order(graph_.type(variable), pack)});
  constexpr std::int64_t lanes = 64;
  const auto count = static_cast<std::int64_t>(packed_.back().order.size());
  for (const PlaneSlice& slice : slice_planes(traits_, count / 4, 4)) {
    Binding target{.source = Binding::Source::packed, .index = index, .view = View::storage};
    target.offset = slice.offset;
    target.bytes = slice.bytes;
    const std::int64_t groups = (slice.planes * 4 + lanes - 1) / lanes;
    const std::int64_t across = std::min<std::int64_t>(groups, 32768);
    dispatch("gather", {},
             {{.source = Binding::Source::value, .index = variable, .view = View::r32f},
              {.source = Binding::Source::packing, .index = index, .view = View::r32i},
              target},
             push_words(slice.first * 4, slice.lead, slice.planes * 4),
             {u32(across), ceil_div(groups, across), 1});
  }
  return index;
}

// The order is found by packing the elements' numbers, in two halves: single precision holds 2^24 of them.
std::vector<std::int32_t> packing_order(const ValueType& type,
                                        const std::function<std::vector<float>(const Tensor&)>& pack) {
  constexpr std::size_t half = 1 << 16;
  std::vector<std::int32_t> order;
  for (const bool high : {false, true}) {
    Tensor numbers(type.shape, DType::f32);
    const auto values = numbers.values<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(1 + (high ? i / half : i % half));
    const std::vector<float> packed = pack(numbers);
    order.resize((packed.size() + 3) / 4 * 4, -1);
    for (std::size_t i = 0; i < packed.size(); ++i) {
      const auto number = static_cast<std::int32_t>(packed[i]);
      if (static_cast<float>(number) != packed[i] || number < 0)
        throw Error(ErrorCode::internal, "a packing does more than move elements");
      if (number > 0)
        order[i] = high ? order[i] + (number - 1) * static_cast<std::int32_t>(half) : number - 1;
    }
  }
  return order;
}

void Recorder::add(Dispatch dispatch) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (dispatch.groups[axis] == 0 || dispatch.groups[axis] > traits_.max_groups[axis])
      throw Error(ErrorCode::out_of_memory,
                  fmt::format("{}: {} work groups along one axis, the device takes {}", dispatch.shader,
                              dispatch.groups[axis], traits_.max_groups[axis]),
                  "use a smaller `tile`");
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
                "use a smaller `tile`");
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
