#include "vulkan/instance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace terramask::vulkan {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";
constexpr std::uint32_t kWantedApi = VK_API_VERSION_1_2;

VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                          VkDebugUtilsMessageTypeFlagsEXT,
                                          const VkDebugUtilsMessengerCallbackDataEXT* data, void* user) {
  static_cast<ValidationLog*>(user)->add(data->pMessage);
  return VK_FALSE;
}

bool has_layer(const vk::raii::Context& context, const char* name) {
  const auto layers = context.enumerateInstanceLayerProperties();
  return std::any_of(layers.begin(), layers.end(), [&](const vk::LayerProperties& layer) {
    return std::string_view(layer.layerName) == name;
  });
}

std::string version(std::uint32_t v) {
  return fmt::format("{}.{}.{}", VK_API_VERSION_MAJOR(v), VK_API_VERSION_MINOR(v), VK_API_VERSION_PATCH(v));
}

std::string kind(vk::PhysicalDeviceType type) {
  switch (type) {
    case vk::PhysicalDeviceType::eDiscreteGpu:
      return "discrete GPU";
    case vk::PhysicalDeviceType::eIntegratedGpu:
      return "integrated GPU";
    case vk::PhysicalDeviceType::eVirtualGpu:
      return "virtual GPU";
    case vk::PhysicalDeviceType::eCpu:
      return "CPU";
    case vk::PhysicalDeviceType::eOther:
      break;
  }
  return "other";
}

int preference(vk::PhysicalDeviceType type) {
  switch (type) {
    case vk::PhysicalDeviceType::eDiscreteGpu:
      return 0;
    case vk::PhysicalDeviceType::eIntegratedGpu:
      return 1;
    case vk::PhysicalDeviceType::eVirtualGpu:
      return 2;
    case vk::PhysicalDeviceType::eCpu:
      return 3;
    case vk::PhysicalDeviceType::eOther:
      break;
  }
  return 4;
}

bool has_compute(const vk::raii::PhysicalDevice& device) {
  const auto families = device.getQueueFamilyProperties();
  return std::any_of(families.begin(), families.end(), [](const vk::QueueFamilyProperties& family) {
    return static_cast<bool>(family.queueFlags & vk::QueueFlagBits::eCompute);
  });
}

std::string why_unusable(const vk::raii::PhysicalDevice& device) {
  if (device.getProperties().apiVersion < kWantedApi)
    return fmt::format("needs Vulkan 1.2, has {}", version(device.getProperties().apiVersion));
  if (!has_compute(device)) return "has no compute queue";
  return {};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

DeviceInfo describe(const vk::raii::PhysicalDevice& device, std::size_t index) {
  const auto chain = device.getProperties2<vk::PhysicalDeviceProperties2, vk::PhysicalDeviceDriverProperties,
                                           vk::PhysicalDeviceSubgroupProperties>();
  const auto& properties = chain.get<vk::PhysicalDeviceProperties2>().properties;
  const auto& driver = chain.get<vk::PhysicalDeviceDriverProperties>();
  const auto& subgroup = chain.get<vk::PhysicalDeviceSubgroupProperties>();
  DeviceInfo info;
  info.id = fmt::format("vulkan:{}", index);
  info.name = properties.deviceName.data();
  info.kind = kind(properties.deviceType);
  info.driver = fmt::format("{} {}", driver.driverName.data(), driver.driverInfo.data());
  info.api = version(properties.apiVersion);
  for (const auto& memory = device.getMemoryProperties(); const auto& heap : memory.memoryHeaps)
    if (heap.flags & vk::MemoryHeapFlagBits::eDeviceLocal) info.memory_bytes += heap.size;
  info.traits = fmt::format("subgroup {}, shared memory {} KiB, storage binding {} MiB",
                            subgroup.subgroupSize, properties.limits.maxComputeSharedMemorySize / 1024,
                            properties.limits.maxStorageBufferRange >> 20);
  info.why_not = why_unusable(device);
  info.usable = info.why_not.empty();
  return info;
}

}  // namespace

void ValidationLog::add(std::string message) {
  const std::lock_guard lock(mutex_);
  messages_.push_back(std::move(message));
}

void ValidationLog::check() {
  const std::lock_guard lock(mutex_);
  if (messages_.empty()) return;
  std::string all;
  for (const std::string& message : messages_) all += message + "\n";
  messages_.clear();
  throw Error(ErrorCode::internal, "Vulkan validation: " + all);
}

std::unique_ptr<Instance> make_instance(bool validation) {
  try {
    auto made = std::make_unique<Instance>();
    vk::ApplicationInfo application("terramask", 0, "terramask", 0, kWantedApi);
    std::vector<const char*> layers, extensions;
    vk::DebugUtilsMessengerCreateInfoEXT messages;
    if (validation) {
      if (!has_layer(made->context, kValidationLayer))
        throw Error(ErrorCode::not_found, "the Khronos validation layer is not installed",
                    "install the package vulkan-validationlayers");
      layers.push_back(kValidationLayer);
      extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
      made->log = std::make_unique<ValidationLog>();
      messages = vk::DebugUtilsMessengerCreateInfoEXT({},
                                                      vk::DebugUtilsMessageSeverityFlagBitsEXT::eWarning |
                                                          vk::DebugUtilsMessageSeverityFlagBitsEXT::eError,
                                                      vk::DebugUtilsMessageTypeFlagBitsEXT::eValidation |
                                                          vk::DebugUtilsMessageTypeFlagBitsEXT::ePerformance,
                                                      on_message, made->log.get());
    }
    made->instance =
        vk::raii::Instance(made->context, vk::InstanceCreateInfo({}, &application, layers, extensions));
    if (validation) made->messenger = vk::raii::DebugUtilsMessengerEXT(made->instance, messages);
    return made;
  } catch (const vk::SystemError& error) {
    throw Error(ErrorCode::not_found, fmt::format("no Vulkan driver can be opened ({})", error.what()),
                "install a driver (for a software device: the package mesa-vulkan-drivers)");
  } catch (const std::runtime_error& error) {
    if (dynamic_cast<const Error*>(&error) != nullptr) throw;
    throw Error(ErrorCode::not_found, fmt::format("no Vulkan loader ({})", error.what()),
                "install the package libvulkan1");
  }
}

std::vector<DeviceInfo> describe_devices(const Instance& instance) {
  std::vector<DeviceInfo> all;
  const vk::raii::PhysicalDevices devices(instance.instance);
  for (std::size_t i = 0; i < devices.size(); ++i) all.push_back(describe(devices[i], i));
  return all;
}

std::size_t choose_device(const Instance& instance, const std::string& wanted) {
  const vk::raii::PhysicalDevices devices(instance.instance);
  const std::vector<DeviceInfo> infos = describe_devices(instance);
  std::string list;
  for (const DeviceInfo& info : infos)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", info.id, info.name);
  const auto fail = [&](const std::string& cause) {
    throw Error(ErrorCode::not_found, fmt::format("device '{}': {}", wanted, cause),
                list.empty() ? "no Vulkan device is there; install a driver" : "there are: " + list);
  };

  std::vector<std::size_t> candidates;
  const std::string text = lower(wanted);
  if (text == "auto" || text == "vulkan" || text.empty()) {
    for (std::size_t i = 0; i < devices.size(); ++i)
      if (infos[i].usable) candidates.push_back(i);
    if (candidates.empty()) fail("no usable Vulkan device");
    std::stable_sort(candidates.begin(), candidates.end(), [&](std::size_t a, std::size_t b) {
      return preference(devices[a].getProperties().deviceType) <
             preference(devices[b].getProperties().deviceType);
    });
    return candidates.front();
  }
  for (std::size_t i = 0; i < devices.size(); ++i)
    if (text == infos[i].id) candidates = {i};
  if (candidates.empty() && !text.starts_with("vulkan:"))
    for (std::size_t i = 0; i < devices.size(); ++i)
      if (lower(infos[i].name).find(text) != std::string::npos) candidates.push_back(i);
  if (candidates.empty()) fail("no such device");
  if (!infos[candidates.front()].usable) fail(infos[candidates.front()].why_not);
  return candidates.front();
}

}  // namespace terramask::vulkan
