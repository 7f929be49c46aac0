// The choice of an executor: every device of this build, and what `auto` takes.
#include <algorithm>
#include <cctype>

#include "ops/vulkan_table.hpp"
#include "vulkan/instance.hpp"
#ifdef TERRAMASK_CPU
#include "ops/cpu_table.hpp"
#endif

namespace terramask {
namespace {

bool is_cpu(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name == "cpu";
}

std::vector<DeviceInfo> vulkan_devices() {
  return vulkan::describe_devices(*vulkan::make_instance(false));
}

}  // namespace

#ifdef TERRAMASK_CPU

std::vector<DeviceInfo> list_devices() {
  std::vector<DeviceInfo> all;
  try {
    all = vulkan_devices();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;  // no Vulkan here: the CPU remains
  }
  all.push_back(cpu::describe_device());
  return all;
}

std::string automatic_device(const std::vector<DeviceInfo>& devices) {
  for (const char* kind : {"discrete GPU", "integrated GPU", "virtual GPU"})
    for (const DeviceInfo& device : devices)
      if (device.usable && device.kind == kind) return device.id;
  return "cpu";
}

std::unique_ptr<Executor> make_executor(const ExecutorOptions& options) {
  ExecutorOptions chosen = options;
  if (chosen.device == "auto" || chosen.device.empty()) chosen.device = automatic_device(list_devices());
  if (is_cpu(chosen.device)) return cpu::open(chosen, ops::cpu_kernels());
  return vulkan::open(chosen, ops::vulkan_kernels());
}

#else

std::vector<DeviceInfo> list_devices() {
  return vulkan_devices();
}

std::string automatic_device(const std::vector<DeviceInfo>& devices) {
  for (const char* kind : {"discrete GPU", "integrated GPU", "virtual GPU", "CPU", "other"})
    for (const DeviceInfo& device : devices)
      if (device.usable && device.kind == kind) return device.id;
  return {};
}

std::unique_ptr<Executor> make_executor(const ExecutorOptions& options) {
  if (is_cpu(options.device))
    throw Error(ErrorCode::unsupported, "device 'cpu': this build has no CPU executor",
                "build with oneDNN (package libdnnl-dev), or choose a Vulkan device");
  return vulkan::open(options, ops::vulkan_kernels());
}

#endif

}  // namespace terramask
