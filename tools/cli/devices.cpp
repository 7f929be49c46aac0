// terramask devices: what there is to compute on.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "cli/subcommands.hpp"
#include "common/command.hpp"
#include "common/device_options.hpp"
#include "common/printing.hpp"

namespace terramask::tools {
namespace {

/// The place of the device that `--device auto` takes; empty where none can be used.
std::optional<std::size_t> automatic_choice(const std::vector<DeviceInfo>& devices) {
  const std::string id = automatic_device(devices);
  for (std::size_t i = 0; i < devices.size(); ++i)
    if (devices[i].usable && devices[i].id == id) return i;
  return std::nullopt;
}

void print_devices_json(const std::vector<DeviceInfo>& devices, std::optional<std::size_t> chosen) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < devices.size(); ++i) {
    list.push_back(device_json(devices[i]));
    list.back()["auto"] = chosen == i;
  }
  say("{}\n", list.dump(2));
}

void print_table(const std::vector<DeviceInfo>& devices, std::optional<std::size_t> chosen) {
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const DeviceInfo& device = devices[i];
    say("{} {:<10} {}, {}, {} memory\n", chosen == i ? '*' : ' ', device.id, device.name, device.kind,
        bytes_text(device.memory_bytes));
    say("             {}{}\n", device.api.empty() ? "" : "Vulkan " + device.api + ", ", device.driver);
    say("             {}\n", device.usable ? device.traits : "not usable: " + device.why_not);
  }
  if (chosen) say("\n* is what --device auto takes.\n");
}

int show_devices(bool json) {
  const std::vector<DeviceInfo> devices = list_devices();
  const std::optional<std::size_t> chosen = automatic_choice(devices);
  if (json) {
    print_devices_json(devices, chosen);
    return 0;
  }
  print_table(devices, chosen);
  if (!chosen)
    throw Error(ErrorCode::not_found, "no usable Vulkan device",
                "install a driver (for a software device: the package mesa-vulkan-drivers)");
  return 0;
}

}  // namespace

void devices_options(CLI::App& app, std::function<int()>& run) {
  const auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "Print JSON, for scripts");
  app.footer(
      "Examples:\n"
      "  terramask devices\n"
      "  terramask devices --json | jq '.[] | select(.auto).name'\n");
  run = [json] { return show_devices(*json); };
}

}  // namespace terramask::tools
