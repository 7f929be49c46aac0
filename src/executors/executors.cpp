// The choice of an executor: every device of this build, and what `auto` takes.
#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "terramask/error.hpp"
#include "terramask/executor.hpp"
#ifdef TERRAMASK_CPU
#include "ops/cpu/table.hpp"
#endif
#ifdef TERRAMASK_VULKAN
#include "ops/vulkan/table.hpp"
#include "vulkan/instance.hpp"
#endif

namespace terramask {
namespace {

std::string lower(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

bool is_cpu(const std::string& name) {
  return lower(name) == "cpu";
}

#ifdef TERRAMASK_CPU

std::vector<DeviceInfo> cpu_devices() {
  return {cpu::describe_device()};
}

std::unique_ptr<Executor> open_cpu(const ExecutorOptions& options) {
  return cpu::open(options, ops::cpu_kernels());
}

#else

std::vector<DeviceInfo> cpu_devices() {
  return {};
}

std::unique_ptr<Executor> open_cpu(const ExecutorOptions&) {
  throw Error(ErrorCode::unsupported, "device 'cpu': this build has no CPU executor",
              "build with oneDNN (package libdnnl-dev), or choose a Vulkan device");
}

#endif

#ifdef TERRAMASK_VULKAN

std::vector<DeviceInfo> vulkan_devices() {
  return vulkan::describe_devices(*vulkan::make_instance(false));
}

std::unique_ptr<Executor> open_vulkan(const ExecutorOptions& options) {
  return vulkan::open(options, ops::vulkan_kernels());
}

#else

std::vector<DeviceInfo> vulkan_devices() {
  return {};
}

std::unique_ptr<Executor> open_vulkan(const ExecutorOptions& options) {
  throw Error(ErrorCode::not_found, "device '" + options.device + "': this build has no Vulkan",
              "there are: cpu; or build with Vulkan (packages libvulkan-dev and glslang-tools)");
}

#endif

std::string first_of(const std::vector<DeviceInfo>& devices, std::initializer_list<const char*> kinds) {
  for (const char* kind : kinds)
    for (const DeviceInfo& device : devices)
      if (device.usable && device.kind == kind) return device.id;
  return {};
}

/// What other programs call their devices.
constexpr std::array<std::string_view, 13> kForeign{"cuda",     "gpu", "opencl",  "metal", "mps",
                                                    "rocm",     "hip", "xpu",     "sycl",  "oneapi",
                                                    "directml", "dml", "tensorrt"};

/// Where no device of this machine is meant, says which there are, by the names that choose them.
void check_device_name(const std::string& name) {
  const std::string wanted = lower(name);
  if (wanted.empty() || wanted == "auto" || wanted == "cpu" || wanted.starts_with("vulkan")) return;
  std::string list = "auto";
  for (const DeviceInfo& device : list_devices()) {
    if (lower(device.name).find(wanted) != std::string::npos) return;
    list += ", " + device.id + " (" + device.name + ")";
  }
  const bool foreign = std::ranges::find(kForeign, wanted.substr(0, wanted.find(':'))) != kForeign.end();
  throw Error(foreign ? ErrorCode::usage : ErrorCode::not_found,
              "device '" + name + "': " +
                  (foreign ? "Terramask computes with Vulkan, on GPUs of any vendor, or on the CPU"
                           : "no such device"),
              "choose one of: " + list);
}

}  // namespace

std::vector<DeviceInfo> list_devices() {
  const std::vector<DeviceInfo> cpu = cpu_devices();
  std::vector<DeviceInfo> all;
  try {
    all = vulkan_devices();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found || cpu.empty()) throw;  // no Vulkan here: the CPU remains
  }
  all.insert(all.end(), cpu.begin(), cpu.end());
  return all;
}

std::string automatic_device(const std::vector<DeviceInfo>& devices) {
  const std::string gpu = first_of(devices, {"discrete GPU", "integrated GPU", "virtual GPU"});
  if (!gpu.empty()) return gpu;
  // The executor of the CPU is faster than a software device.
  const bool has_cpu = std::ranges::any_of(devices, [](const DeviceInfo& d) { return is_cpu(d.id); });
  return has_cpu ? "cpu" : first_of(devices, {"CPU", "other"});
}

std::unique_ptr<Executor> make_executor(const ExecutorOptions& options) {
  check_device_name(options.device);
  ExecutorOptions chosen = options;
  if (chosen.device == "auto" || chosen.device.empty()) chosen.device = automatic_device(list_devices());
  return is_cpu(chosen.device) ? open_cpu(chosen) : open_vulkan(chosen);
}

}  // namespace terramask
