// The Vulkan loader, the devices behind it, and the validation layer's messages.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include <vulkan/vulkan_raii.hpp>

#include "terramask/executor.hpp"

namespace terramask::vulkan {

/// Collects what the validation layer says; asked after each piece of work, so that no message passes
/// silently.
class ValidationLog {
 public:
  void add(std::string message);
  /// Throws ErrorCode::internal with the messages since the last call, if there are any.
  void check();

 private:
  std::mutex mutex_;
  std::vector<std::string> messages_;
};

struct Instance {
  std::unique_ptr<ValidationLog> log;  ///< null without validation
  vk::raii::Context context;
  vk::raii::Instance instance = nullptr;
  vk::raii::DebugUtilsMessengerEXT messenger = nullptr;
};

/// Throws ErrorCode::not_found where there is no Vulkan loader, or no validation layer though one is wanted.
std::unique_ptr<Instance> make_instance(bool validation);

/// The devices in the loader's order, as `terramask devices` lists them.
std::vector<DeviceInfo> describe_devices(const Instance& instance);

/// Index of the device meant by "auto", "vulkan", "vulkan:N" or a part of a name. auto prefers discrete, then
/// integrated, then virtual GPUs, then CPUs.
std::size_t choose_device(const Instance& instance, const std::string& wanted);

/// Runs `work` and turns Vulkan's exceptions into terramask::Error.
template <class Work>
auto translate_errors(const std::string& doing, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const vk::OutOfDeviceMemoryError&) {
    throw Error(ErrorCode::out_of_memory, doing + ": out of device memory", "use a smaller `tile`");
  } catch (const vk::OutOfHostMemoryError&) {
    throw Error(ErrorCode::out_of_memory, doing + ": out of host memory", "use a smaller `tile`");
  } catch (const vk::DeviceLostError&) {
    throw Error(ErrorCode::device_lost, doing + ": the device was lost",
                "check the driver's log; another device can be chosen with `device`");
  } catch (const vk::SystemError& error) {
    throw Error(ErrorCode::unsupported, doing + ": " + error.what(), "try another device with `device`");
  }
}

}  // namespace terramask::vulkan
