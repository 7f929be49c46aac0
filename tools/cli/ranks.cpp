#include "cli/ranks.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "cli/stop.hpp"
#include "common/command.hpp"

namespace terramask::tools {
namespace {

// A function without a context is what can be called while all else may be broken.
std::string& program_name() {
  static std::string name;
  return name;
}

void print_error_of_rank(const std::string& message) {
  print_error(program_name(), message);
}

}  // namespace

void let_first_rank_speak() {
  std::this_thread::sleep_for(std::chrono::seconds(1));
}

int on_ranks(const std::string& name, const std::function<int(Communicator& ranks)>& work) {
  const auto launch = launched();
  if (launch && launch->rank > 0 && launch->size != 1 && !has_mpi()) {
    let_first_rank_speak();
    return 1;
  }
  const std::unique_ptr<Communicator> ranks = join_ranks();
  if (ranks->alone()) return work(*ranks);
  program_name() = name;
  int status = 1;
  std::string message;
  try {
    return work(*ranks);
  } catch (...) {
    const Failure failure = current_failure();
    status = stop_signal() != 0 ? 128 + stop_signal() : failure.status;
    message = failure.message;
  }
  ranks->abort(status, message, print_error_of_rank);
  return status;  // GCC does not see that a virtual function never returns
}

Verbosity of_rank(const Verbosity& verbosity, const Communicator& ranks) {
  Verbosity own = verbosity;
  if (!ranks.first()) {
    own.quiet = true;
    own.verbose = false;
  }
  return own;
}

ExecutorOptions of_rank(ExecutorOptions options, const Communicator& ranks) {
  if (ranks.alone()) return options;
  if (options.threads == 0) options.threads = ranks.fair_threads();
  if (options.device != "auto" || ranks.local_size() == 1) return options;
  const std::vector<DeviceInfo> devices = list_devices();
  const std::string best = automatic_device(devices);
  const auto chosen =
      std::find_if(devices.begin(), devices.end(), [&](const auto& d) { return d.id == best; });
  if (chosen == devices.end() || chosen->kind.find("GPU") == std::string::npos) return options;
  std::vector<std::string> alike;
  for (const DeviceInfo& device : devices)
    if (device.usable && device.kind == chosen->kind) alike.push_back(device.id);
  options.device = alike[static_cast<std::size_t>(ranks.local_rank()) % alike.size()];
  return options;
}

}  // namespace terramask::tools
