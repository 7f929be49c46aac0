// A logical device with one compute queue, its buffers and its pipelines.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string_view>

#include "vulkan/instance.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::vulkan {

class Device;

/// A buffer with memory of its own; mapped where it is for staging.
class Buffer {
 public:
  enum class Kind : std::uint8_t { device, upload, readback };

  Buffer(const Device& device, std::uint64_t bytes, Kind kind);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  vk::Buffer handle() const { return *buffer_; }
  std::uint64_t bytes() const { return bytes_; }
  std::span<std::byte> mapped() const { return {mapped_, mapped_ == nullptr ? 0 : bytes_}; }

 private:
  const Device& device_;
  std::uint64_t bytes_;
  vk::raii::Buffer buffer_ = nullptr;
  vk::raii::DeviceMemory memory_ = nullptr;
  std::byte* mapped_ = nullptr;
};

struct Pipeline {
  vk::raii::DescriptorSetLayout set_layout = nullptr;
  vk::raii::PipelineLayout layout = nullptr;
  vk::raii::Pipeline pipeline = nullptr;
};

class Device {
 public:
  explicit Device(const ExecutorOptions& options);

  const Traits& traits() const { return traits_; }
  const std::string& name() const { return name_; }
  std::uint64_t max_allocation() const { return max_allocation_; }
  /// What the program may take: the smaller of the option and the device's own memory.
  std::uint64_t memory_limit() const { return memory_limit_; }
  std::uint64_t memory_in_use() const { return in_use_; }
  double timestamp_period() const { return timestamp_period_; }
  bool profiling() const { return profile_; }
  bool has_timestamps() const { return timestamp_period_ > 0; }

  const vk::raii::Device& handle() const { return device_; }
  std::uint32_t queue_family() const { return family_; }

  /// The pipeline of a dispatch; made once for each (shader, constants, kinds of binding, push size).
  const Pipeline& pipeline(const Dispatch& dispatch);

  /// Submits to the queue; throws ErrorCode::device_lost where the device is gone.
  void submit(const vk::SubmitInfo& info, vk::Fence fence) const;

  /// Throws if the validation layer has said anything.
  void check_validation() const;

 private:
  friend class Buffer;
  void read_traits(const vk::raii::PhysicalDevice& physical, const ExecutorOptions& options);
  std::uint32_t memory_type(std::uint32_t allowed, vk::MemoryPropertyFlags required,
                            vk::MemoryPropertyFlags preferred) const;

  std::unique_ptr<Instance> instance_;
  vk::raii::PhysicalDevice physical_ = nullptr;
  vk::raii::Device device_ = nullptr;
  vk::raii::Queue queue_ = nullptr;
  std::uint32_t family_ = 0;
  std::string name_;
  Traits traits_;
  std::uint64_t max_allocation_ = 0;
  std::uint64_t memory_limit_ = 0;
  double timestamp_period_ = 0;
  bool profile_ = false;
  mutable std::uint64_t in_use_ = 0;
  std::shared_ptr<std::atomic<int>> losses_;
  std::map<std::string, Pipeline, std::less<>> pipelines_;
};

/// Everything written before is seen by everything after: steps depend on each other, and memory is used
/// anew.
void full_barrier(const vk::raii::CommandBuffer& commands);

/// Commands that run once, now.
void submit_and_wait(const Device& device, const std::function<void(const vk::raii::CommandBuffer&)>& fill);

/// Through a staging buffer. Reading gives the first bytes of the buffer, as many as there is room for.
void copy_to_device(const Device& device, const Buffer& buffer, std::span<const std::byte> bytes);
void copy_from_device(const Device& device, const Buffer& buffer, std::span<std::byte> bytes);

}  // namespace terramask::vulkan
