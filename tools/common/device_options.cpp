#include "common/device_options.hpp"

#include "common/checks.hpp"
#include "common/command.hpp"

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
                 "auto, cpu, vulkan, vulkan:N or part of a device name (see `terramask devices`)")
      ->type_name("DEVICE")
      ->capture_default_str()
      ->group("Device");
  app.add_option("--threads", a.threads, "CPU threads (0: all); for lavapipe set LP_NUM_THREADS")
      ->check(whole_number(0, 1024))
      ->type_name("N")
      ->capture_default_str()
      ->group("Device");
  app.add_option("--memory-limit", a.memory_limit, "Maximum device memory, such as 512M or 2G")
      ->type_name("BYTES")
      ->group("Device");
  app.add_option("--kernel", a.kernel, "Variant of the convolution kernels; auto depends on the device")
      ->check(one_of({"auto", "direct", "tiled"}))
      ->type_name("auto|direct|tiled")
      ->capture_default_str()
      ->group("Device");
  app.add_option("--precision", a.precision, "fast may use Winograd convolution, exact does not")
      ->check(one_of({"fast", "exact"}))
      ->type_name("fast|exact")
      ->capture_default_str()
      ->group("Device");
}

}  // namespace terramask::tools
