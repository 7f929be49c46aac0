// How an operator says what is to be dispatched: data only, no Vulkan header. src/ops/<op>/vulkan.cpp fills
// it, Program turns it into pipelines, descriptors and commands.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "terramask/executor.hpp"

namespace terramask::vulkan {

/// What decides the choice of kernels; limits of the device that shape a dispatch.
struct Traits {
  bool software = false;  ///< runs on the CPU (lavapipe): no shared memory, lanes across output pixels
  KernelVariant variant = KernelVariant::automatic;
  Precision precision = Precision::fast;
  std::uint32_t subgroup_size = 1;
  std::uint64_t max_storage_range = 0;  ///< bytes that one storage binding may span
  std::uint64_t storage_alignment = 256;
  std::uint64_t max_texels = 0;  ///< elements of a texel buffer view
  std::uint32_t shared_memory = 0;
  std::array<std::uint32_t, 3> max_groups{65535, 65535, 65535};

  bool shuffle = false;  ///< subgroup shuffles in compute shaders

  /// The direct kernel broadcasts weights by shuffles over one whole subgroup.
  bool can_run_direct() const {
    return shuffle && subgroup_size >= 4 && subgroup_size <= 64 && (subgroup_size & (subgroup_size - 1)) == 0;
  }
  /// The variant in force: direct (software devices) or tiled (GPUs).
  bool direct() const {
    return variant == KernelVariant::direct ||
           (variant == KernelVariant::automatic && software && can_run_direct());
  }
};

/// How a shader sees a buffer. Texel buffers are read through formatted views: software devices load them
/// several times faster than storage buffers, and their limit counts elements, not bytes.
enum class View : std::uint8_t { storage, r32f, rgba32f, r32i };

struct Binding {
  enum class Source : std::uint8_t { value, packed, packing, scratch };
  Source source = Source::value;
  /// ValueId (of a scratch: NodeId), or index into Recorder::packed_tensors(); `packing` is that one's order.
  std::uint32_t index = 0;
  View view = View::storage;
  std::uint64_t offset = 0;  ///< bytes from the start of the buffer
  std::uint64_t bytes = 0;   ///< 0: to its end
};

struct Dispatch {
  std::string_view shader;
  std::vector<std::uint32_t> constants;  ///< specialisation constants 0, 1, ...
  std::vector<Binding> bindings;         ///< binding 0, 1, ... of set 0
  std::vector<std::byte> push;           ///< at most 128 bytes
  std::array<std::uint32_t, 3> groups{1, 1, 1};
  bool barrier = true;  ///< wait for the dispatch before it; false within independent slices of one node
};

/// A parameter in the form a kernel wants, made once on the host; or a variable, which is gathered into that
/// form at every run.
struct PackedTensor {
  ValueId parameter = 0;
  std::string key;  ///< the packing's name: one upload for each (tensor, key)
  std::function<std::vector<float>(const Tensor&)> pack;
  std::vector<std::int32_t> order{};  ///< of a variable: which element stands where, −1 for a zero
};

/// The order of a packing that only moves elements and puts zeros between them; a multiple of 4 long.
std::vector<std::int32_t> packing_order(const ValueType& type,
                                        const std::function<std::vector<float>(const Tensor&)>& pack);

class Recorder {
 public:
  Recorder(const Plan& plan, const Traits& traits) : plan_(plan), graph_(plan.graph), traits_(traits) {}

  // For operators
  // --------------------------------------------------------------------------------------------
  const Traits& traits() const { return traits_; }
  std::size_t operands() const { return node_->operands.size(); }
  const ValueType& operand(std::size_t i) const { return graph_.type(node_->operands.at(i)); }
  const ValueType& result(std::size_t i = 0) const { return graph_.type(node_->results.at(i)); }

  /// Operand i is trained and constant: it is packed(i), not read(i).
  bool is_parameter(std::size_t i) const {
    return graph_.values()[node_->operands.at(i)].role == Role::parameter;
  }

  /// The plan has put this operand where it stands in the result already: nothing is to be copied.
  bool in_place(std::size_t operand) const { return plan_.in_place.at(node_->operands.at(operand)); }

  Binding read(std::size_t operand, View view) const {
    return {.source = Binding::Source::value, .index = node_->operands.at(operand), .view = view};
  }
  Binding write(std::size_t result = 0) const {
    return {.source = Binding::Source::value, .index = node_->results.at(result), .view = View::storage};
  }
  Binding scratch(View view, std::uint64_t offset = 0, std::uint64_t bytes = 0) const {
    return {
        .source = Binding::Source::scratch, .index = step_, .view = view, .offset = offset, .bytes = bytes};
  }
  /// A trained operand as `pack` lays it out (identity where null). `pack` may only move elements and add
  /// zeros.
  Binding packed(std::size_t operand, View view, std::string key = "dense",
                 std::function<std::vector<float>(const Tensor&)> pack = {});

  template <class Push>
  void dispatch(std::string_view shader, std::vector<std::uint32_t> constants, std::vector<Binding> bindings,
                const Push& push, std::array<std::uint32_t, 3> groups, bool barrier = true) {
    static_assert(sizeof(Push) <= 128 && std::is_trivially_copyable_v<Push>);
    std::vector<std::byte> bytes(sizeof(Push));
    std::memcpy(bytes.data(), &push, sizeof(Push));
    add({shader, std::move(constants), std::move(bindings), std::move(bytes), groups, barrier});
  }

  // For the program
  // ------------------------------------------------------------------------------------------
  void begin(NodeId step) {
    step_ = step;
    node_ = &graph_.nodes()[step];
  }
  struct Recorded {
    NodeId step;
    Dispatch dispatch;
  };
  const std::vector<Recorded>& dispatches() const { return dispatches_; }
  const std::vector<PackedTensor>& packed_tensors() const { return packed_; }

 private:
  void add(Dispatch dispatch);
  std::uint32_t packed_variable(ValueId variable, std::string key,
                                const std::function<std::vector<float>(const Tensor&)>& pack);

  const Plan& plan_;
  const Graph& graph_;
  const Traits& traits_;
  NodeId step_ = 0;
  const Node* node_ = nullptr;
  std::vector<Recorded> dispatches_;
  std::vector<PackedTensor> packed_;
};

/// A run of whole planes (an image's channels, counted over the batch) that one storage binding can span.
struct PlaneSlice {
  std::int64_t first = 0;  ///< first plane
  std::int64_t planes = 0;
  std::uint64_t offset = 0;  ///< bytes: where the binding begins (aligned)
  std::uint64_t bytes = 0;   ///< bytes the binding spans
  std::uint32_t lead = 0;    ///< elements between the binding's begin and the first plane
};

/// Cuts a tensor of `planes` planes of `plane_elements` 4-byte elements into bindable slices of a multiple of
/// `multiple` planes; ErrorCode::out_of_memory where not even that fits.
std::vector<PlaneSlice> slice_planes(const Traits& traits, std::int64_t planes, std::int64_t plane_elements,
                                     std::int64_t multiple = 1);

constexpr std::uint32_t ceil_div(std::int64_t a, std::int64_t b) {
  return static_cast<std::uint32_t>((a + b - 1) / b);
}

constexpr std::int32_t i32(std::int64_t value) {
  return static_cast<std::int32_t>(value);
}
constexpr std::uint32_t u32(std::int64_t value) {
  return static_cast<std::uint32_t>(value);
}

/// Push constants of 32 bits each, in the shader's order: integers, and fractions in single precision.
template <class... Numbers>
std::array<std::uint32_t, sizeof...(Numbers)> push_words(Numbers... numbers) {
  const auto word = []<class Number>(Number number) {
    if constexpr (std::is_floating_point_v<Number>)
      return std::bit_cast<std::uint32_t>(static_cast<float>(number));
    else
      return static_cast<std::uint32_t>(number);
  };
  return {word(numbers)...};
}

/// What the Vulkan executor knows of an operator. A null function means: no scratch.
struct Kernels {
  std::string_view name;
  void (*record)(const Operator&, Recorder&) = nullptr;
  std::uint64_t (*scratch_bytes)(const Operator&, const Graph&, const Node&, const Traits&) = nullptr;
};
using KernelTable = std::span<const Kernels>;

/// Opens a device with the kernels of `table`; the table must outlive it.
std::unique_ptr<Executor> open(const ExecutorOptions& options, KernelTable table);

}  // namespace terramask::vulkan
