#include "cli/outputs.hpp"

#include <spdlog/spdlog.h>

#include <vector>

#include "terramask/output.hpp"

namespace terramask::tools {

void begin_outputs(std::span<const std::string> outputs, bool overwrite, std::span<const std::string> inputs,
                   bool dry_run) {
  std::vector<std::string> named;
  for (const std::string& path : outputs) {
    if (path.empty()) continue;
    check_output(path, overwrite || dry_run, inputs);
    named.push_back(path);
  }
  if (!dry_run) remove_leftovers(named);
}

void remove_leftovers(std::span<const std::string> outputs) {
  for (const std::string& left : remove_unfinished(outputs))
    spdlog::warn("note: {}: removed, left by a run that was killed", left);
}

std::unique_ptr<ClaimedFolder> claim_own_folder(const std::filesystem::path& parent,
                                                const std::string& prefix) {
  std::vector<std::string> removed;
  const std::filesystem::path folder = own_folder(parent, prefix, removed);
  for (const std::string& left : removed)
    spdlog::warn("note: {}: removed, left by a run that was killed", left);
  return std::make_unique<ClaimedFolder>(folder, parent.string());
}

}  // namespace terramask::tools
