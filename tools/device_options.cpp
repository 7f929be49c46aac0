#include "device_options.hpp"

#include "command.hpp"

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
  app.add_option("--device", a.device,
                 "auto, cpu, vulkan, vulkan:N or a part of a device's name (see `terramask devices`)")
      ->type_name("DEVICE")
      ->capture_default_str()
      ->group("Device");
  app.add_option("--threads", a.threads, "Threads of the CPU (0: all it has); lavapipe heeds LP_NUM_THREADS")
      ->check(CLI::Range(0, 1024).description(""))
      ->type_name("N")
      ->capture_default_str()
      ->group("Device");
  app.add_option("--memory-limit", a.memory_limit, "Device memory to use at most, as 512M or 2G")
      ->type_name("BYTES")
      ->group("Device");
  app.add_option("--kernel", a.kernel, "Variant of the heavy kernels; auto goes by the device")
      ->check(CLI::IsMember({"auto", "direct", "tiled"}).description(""))
      ->type_name("auto|direct|tiled")
      ->capture_default_str()
      ->group("Device");
  app.add_option("--precision", a.precision, "fast may use Winograd's convolution, exact may not")
      ->check(CLI::IsMember({"fast", "exact"}).description(""))
      ->type_name("fast|exact")
      ->capture_default_str()
      ->group("Device");
}

}  // namespace terramask::tools
