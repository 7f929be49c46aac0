#include "common/device_options.hpp"

#include "common/command.hpp"
#include "common/option_group.hpp"

namespace terramask::tools {

ExecutorOptions DeviceArguments::options() const {
  ExecutorOptions made;
  made.device = device;
  made.variant = kernel == "direct"  ? KernelVariant::direct
                 : kernel == "tiled" ? KernelVariant::tiled
                                     : KernelVariant::automatic;
  made.threads = threads;
  made.precision = precision == "exact" ? Precision::exact : Precision::fast;
  if (!memory_limit.empty()) made.memory_limit = parse_bytes(memory_limit, "--memory-limit");
  return made;
}

void add_device_options(CLI::App& app, DeviceArguments& a) {
  OptionGroup device(app, "Device");
  device.add_shown("--device", a.device,
                   "auto, cpu, vulkan, vulkan:N or part of a device name (see `terramask devices`)",
                   "DEVICE");
  device.add_shown("--threads", a.threads, "CPU threads (0: all); for lavapipe set LP_NUM_THREADS", "N")
      ->check(whole_number(0, 1024));
  device.add("--memory-limit", a.memory_limit, "Maximum device memory, such as 512M or 2G", "BYTES");
  device.add_choice("--kernel", a.kernel, "Variant of the convolution kernels; auto depends on the device",
                    {"auto", "direct", "tiled"});
  device.add_choice("--precision", a.precision, "fast may use Winograd convolution, exact does not",
                    {"fast", "exact"});
}

nlohmann::ordered_json device_json(const DeviceInfo& device) {
  return {{"id", device.id},         {"name", device.name},     {"kind", device.kind},
          {"driver", device.driver}, {"api", device.api},       {"memory_bytes", device.memory_bytes},
          {"traits", device.traits}, {"usable", device.usable}, {"why_not", device.why_not}};
}

}  // namespace terramask::tools
