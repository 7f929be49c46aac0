#include "vulkan/device.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vulkan/shader_table.hpp"

namespace terramask::vulkan {
namespace {

vk::DescriptorType descriptor_type(View view) {
  return view == View::storage ? vk::DescriptorType::eStorageBuffer : vk::DescriptorType::eUniformTexelBuffer;
}

const Shader& find_shader(std::string_view name) {
  for (const Shader& shader : shader_table())
    if (shader.name == name) return shader;
  throw Error(ErrorCode::internal, fmt::format("no shader named {}", name));
}

std::string pipeline_key(const Dispatch& dispatch) {
  std::string key = fmt::format("{}|{}|", dispatch.shader, dispatch.push.size());
  for (const std::uint32_t constant : dispatch.constants) key += fmt::format("{},", constant);
  for (const Binding& binding : dispatch.bindings) key += binding.view == View::storage ? 's' : 't';
  return key;
}

}  // namespace

Buffer::Buffer(const Device& device, std::uint64_t bytes, Kind kind) : device_(device), bytes_(bytes) {
  using Usage = vk::BufferUsageFlagBits;
  using Memory = vk::MemoryPropertyFlagBits;
  translate_errors(fmt::format("allocating {} bytes", bytes), [&] {
    if (device.memory_limit_ != 0 && device.in_use_ + bytes > device.memory_limit_)
      throw Error(ErrorCode::out_of_memory,
                  fmt::format("{} bytes more exceed the memory limit of {} bytes ({} in use)", bytes,
                              device.memory_limit_, device.in_use_),
                  "use a smaller `tile` or a larger `memory_limit`");
    vk::BufferUsageFlags usage = Usage::eTransferSrc | Usage::eTransferDst;
    if (kind == Kind::device) usage |= Usage::eStorageBuffer | Usage::eUniformTexelBuffer;
    buffer_ = vk::raii::Buffer(device.device_, {{}, bytes, usage});
    const vk::MemoryRequirements needs = buffer_.getMemoryRequirements();
    vk::MemoryPropertyFlags required, preferred = Memory::eDeviceLocal;
    if (kind != Kind::device) required = Memory::eHostVisible | Memory::eHostCoherent;
    if (kind == Kind::upload) preferred = {};
    if (kind == Kind::readback) preferred = Memory::eHostCached;
    memory_ = vk::raii::DeviceMemory(
        device.device_, {needs.size, device.memory_type(needs.memoryTypeBits, required, preferred)});
    buffer_.bindMemory(*memory_, 0);
    if (kind != Kind::device) mapped_ = static_cast<std::byte*>(memory_.mapMemory(0, VK_WHOLE_SIZE));
  });
  device.in_use_ += bytes_;
}

Buffer::~Buffer() {
  device_.in_use_ -= bytes_;
}

Device::Device(const ExecutorOptions& options)
    : instance_(make_instance(options.validation)),
      profile_(options.profile),
      losses_(options.device_losses) {
  translate_errors("opening the device", [&] {
    const std::size_t index = choose_device(*instance_, options.device);
    physical_ = std::move(vk::raii::PhysicalDevices(instance_->instance)[index]);
    read_traits(physical_, options);

    const auto families = physical_.getQueueFamilyProperties();
    const auto find = [&](bool dedicated) {
      for (std::uint32_t i = 0; i < families.size(); ++i)
        if ((families[i].queueFlags & vk::QueueFlagBits::eCompute) &&
            (!dedicated || !(families[i].queueFlags & vk::QueueFlagBits::eGraphics)))
          return static_cast<int>(i);
      return -1;
    };
    family_ = static_cast<std::uint32_t>(find(true) >= 0 ? find(true) : find(false));
    if (families[family_].timestampValidBits == 0) timestamp_period_ = 0;

    const float priority = 1;
    const vk::DeviceQueueCreateInfo queue({}, family_, 1, &priority);
    device_ = vk::raii::Device(physical_, vk::DeviceCreateInfo({}, queue));
    queue_ = vk::raii::Queue(device_, family_, 0);
  });
  check_validation();
}

void Device::read_traits(const vk::raii::PhysicalDevice& physical, const ExecutorOptions& options) {
  const auto chain =
      physical.getProperties2<vk::PhysicalDeviceProperties2, vk::PhysicalDeviceSubgroupProperties,
                              vk::PhysicalDeviceMaintenance3Properties>();
  const auto& properties = chain.get<vk::PhysicalDeviceProperties2>().properties;
  const auto& limits = properties.limits;
  name_ = properties.deviceName.data();
  traits_.software = properties.deviceType == vk::PhysicalDeviceType::eCpu;
  traits_.variant = options.variant;
  traits_.precision = options.precision;
  const auto& subgroup = chain.get<vk::PhysicalDeviceSubgroupProperties>();
  traits_.subgroup_size = subgroup.subgroupSize;
  traits_.shuffle = (subgroup.supportedStages & vk::ShaderStageFlagBits::eCompute) &&
                    (subgroup.supportedOperations & vk::SubgroupFeatureFlagBits::eShuffle);
  if (options.variant == KernelVariant::direct && !traits_.can_run_direct())
    throw Error(ErrorCode::unsupported,
                fmt::format("{} cannot run the direct kernels: no subgroup shuffle", name_),
                "use `kernel=auto` or `kernel=tiled`");
  traits_.max_storage_range = limits.maxStorageBufferRange;
  traits_.storage_alignment =
      std::max(limits.minStorageBufferOffsetAlignment, limits.minTexelBufferOffsetAlignment);
  traits_.max_texels = limits.maxTexelBufferElements;
  traits_.shared_memory = limits.maxComputeSharedMemorySize;
  traits_.max_groups = limits.maxComputeWorkGroupCount;
  max_allocation_ = chain.get<vk::PhysicalDeviceMaintenance3Properties>().maxMemoryAllocationSize;
  timestamp_period_ = static_cast<double>(limits.timestampPeriod);
  memory_limit_ = options.memory_limit;
  if (memory_limit_ != 0) return;
  // Not all of it: the desktop and other programs have their share.
  for (const auto& memory = physical.getMemoryProperties(); const auto& heap : memory.memoryHeaps)
    if (heap.flags & vk::MemoryHeapFlagBits::eDeviceLocal)
      memory_limit_ = std::max<std::uint64_t>(memory_limit_, heap.size / 10 * 9);
}

std::uint32_t Device::memory_type(std::uint32_t allowed, vk::MemoryPropertyFlags required,
                                  vk::MemoryPropertyFlags preferred) const {
  const vk::PhysicalDeviceMemoryProperties memory = physical_.getMemoryProperties();
  for (const vk::MemoryPropertyFlags wanted : {required | preferred, required})
    for (std::uint32_t i = 0; i < memory.memoryTypeCount; ++i)
      if ((allowed >> i & 1) != 0 && (memory.memoryTypes[i].propertyFlags & wanted) == wanted) return i;
  throw Error(ErrorCode::unsupported, fmt::format("{}: no memory of the kind needed", name_),
              "try another device with `device`");
}

const Pipeline& Device::pipeline(const Dispatch& dispatch) {
  const std::string key = pipeline_key(dispatch);
  if (const auto found = pipelines_.find(key); found != pipelines_.end()) return found->second;
  return translate_errors(fmt::format("compiling shader {}", dispatch.shader), [&]() -> const Pipeline& {
    std::vector<vk::DescriptorSetLayoutBinding> bindings;
    for (const Binding& binding : dispatch.bindings)
      bindings.emplace_back(static_cast<std::uint32_t>(bindings.size()), descriptor_type(binding.view), 1,
                            vk::ShaderStageFlagBits::eCompute);
    Pipeline made;
    made.set_layout = vk::raii::DescriptorSetLayout(device_, {{}, bindings});
    const vk::PushConstantRange range(vk::ShaderStageFlagBits::eCompute, 0,
                                      static_cast<std::uint32_t>(dispatch.push.size()));
    made.layout =
        vk::raii::PipelineLayout(device_, vk::PipelineLayoutCreateInfo({}, *made.set_layout, range));

    const Shader& shader = find_shader(dispatch.shader);
    const vk::raii::ShaderModule module(
        device_, vk::ShaderModuleCreateInfo({}, shader.spirv.size_bytes(), shader.spirv.data()));
    std::vector<vk::SpecializationMapEntry> entries;
    for (std::uint32_t i = 0; i < dispatch.constants.size(); ++i) entries.emplace_back(i, i * 4, 4);
    const vk::SpecializationInfo special(static_cast<std::uint32_t>(entries.size()), entries.data(),
                                         dispatch.constants.size() * 4, dispatch.constants.data());
    const vk::PipelineShaderStageCreateInfo stage({}, vk::ShaderStageFlagBits::eCompute, *module, "main",
                                                  &special);
    made.pipeline =
        vk::raii::Pipeline(device_, nullptr, vk::ComputePipelineCreateInfo({}, stage, *made.layout));
    return pipelines_.emplace(key, std::move(made)).first->second;
  });
}

void Device::submit(const vk::SubmitInfo& info, vk::Fence fence) const {
  if (losses_ && losses_->fetch_sub(1) > 0) throw vk::DeviceLostError("asked for by a test");
  queue_.submit(info, fence);
}

void Device::check_validation() const {
  if (instance_->log) instance_->log->check();
}

}  // namespace terramask::vulkan
