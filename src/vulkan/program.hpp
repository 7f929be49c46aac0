// A plan as a recorded command buffer.
#pragma once

#include <map>
#include <tuple>

#include "graph/staging.hpp"
#include "graph/variable_table.hpp"
#include "vulkan/device.hpp"

namespace terramask::vulkan {

/// What the programs of one executor share: they never run at the same time.
struct Shared {
  static constexpr std::size_t slots = 2;

  std::vector<std::shared_ptr<Buffer>> arena;  ///< by chunk
  std::array<std::shared_ptr<Buffer>, slots> upload, readback;
  /// Packed parameters by tensor and packing; they live as long as a program uses them.
  std::map<std::pair<const Tensor*, std::string>, std::weak_ptr<Buffer>> packed;
};

/// Variables in device memory.
class VulkanVariables final : public VariableTable<Buffer> {
 public:
  explicit VulkanVariables(std::shared_ptr<Device> device) : device_(std::move(device)) {}

 private:
  std::shared_ptr<Buffer> make(const ValueType& type) override;
  void upload(Buffer& memory, std::span<const std::byte> bytes) const override;
  void download(const Buffer& memory, std::span<std::byte> bytes) const override;

  std::shared_ptr<Device> device_;
};

class VulkanProgram final : public Program {
 public:
  /// `variables` may be null where the plan has none.
  VulkanProgram(std::shared_ptr<Device> device, std::shared_ptr<Shared> shared, Plan plan,
                const Parameters& parameters, const VulkanVariables* variables, KernelTable table,
                bool poison);
  ~VulkanProgram() override;

  std::size_t slots() const override { return Shared::slots; }
  std::span<std::byte> input(std::size_t slot, std::string_view name) override;
  void submit(std::size_t slot) override;
  void wait(std::size_t slot) override;
  std::span<const std::byte> output(std::size_t slot, std::string_view name) const override;
  std::vector<KernelTime> profile() const override { return profile_; }
  const Plan& plan() const override { return plan_; }
  std::uint64_t memory_bytes() const override { return device_->memory_in_use(); }

 private:
  struct Slot {
    vk::raii::CommandBuffer commands = nullptr;
    vk::raii::Fence fence = nullptr;
    vk::raii::QueryPool queries = nullptr;
    bool in_flight = false;
  };

  void stage();
  void take_arena();
  void upload_parameters(const Parameters& parameters);
  std::shared_ptr<Buffer> upload(std::span<const std::byte> bytes);
  void bind();
  void record(std::size_t slot);
  std::pair<const Buffer*, Place> place(const Binding& binding) const;
  vk::BufferView texel_view(const Buffer& buffer, View view, std::uint64_t offset, std::uint64_t bytes);
  void read_profile(const Slot& slot);
  void check_guards();

  std::shared_ptr<Device> device_;
  std::shared_ptr<Shared> shared_;
  Plan plan_;
  Recorder recorder_;
  bool poison_;
  std::vector<std::shared_ptr<Buffer>> arena_, packed_;
  std::vector<std::shared_ptr<Buffer>> packings_;    ///< by packed tensor; null for parameters
  std::vector<std::shared_ptr<Buffer>> variables_;   ///< by ValueId of the variable
  std::vector<std::shared_ptr<const Tensor>> kept_;  // keeps the addresses that key Shared::packed
  std::array<std::shared_ptr<Buffer>, Shared::slots> upload_, readback_;
  Staging staging_;
  std::map<std::tuple<VkBuffer, View, std::uint64_t, std::uint64_t>, vk::raii::BufferView> views_;
  vk::raii::DescriptorPool descriptors_ = nullptr;
  std::vector<vk::raii::DescriptorSet> sets_;
  std::vector<const Pipeline*> pipelines_;
  vk::raii::CommandPool pool_ = nullptr;
  std::array<Slot, Shared::slots> slots_;
  std::vector<KernelTime> profile_;
};

}  // namespace terramask::vulkan
