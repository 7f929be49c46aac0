// The options that choose a device and how it computes; the same for every program and subcommand.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "terramask/executor.hpp"

namespace terramask::tools {

struct DeviceArguments {
  std::string device = "auto";
  std::string kernel = "auto";
  std::string precision = "fast";
  std::string memory_limit;
  int threads = 0;

  /// Throws ErrorCode::usage for a memory limit that is none.
  ExecutorOptions options() const;
};

/// Adds --device, --threads, --memory-limit, --kernel and --precision.
void add_device_options(CLI::App& app, DeviceArguments& arguments);

/// All that is known of a device.
nlohmann::ordered_json device_json(const DeviceInfo& device);

}  // namespace terramask::tools
