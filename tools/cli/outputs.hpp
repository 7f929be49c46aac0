// What a subcommand does with its outputs before it reads anything.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/claimed_folder.hpp"

namespace terramask::tools {

/// Checks each (`check_output`; empty names are left out), removes what a run that was killed left of it, and
/// reports that.
/// @param dry_run nothing is removed, and an output may be there
void begin_outputs(std::span<const std::string> outputs, bool overwrite, std::span<const std::string> inputs,
                   bool dry_run = false);

/// A folder of this process's own to work in; those that killed runs left beside it are removed, and
/// reported.
std::unique_ptr<ClaimedFolder> claim_own_folder(const std::filesystem::path& parent,
                                                const std::string& prefix);

/// The latter alone.
void remove_leftovers(std::span<const std::string> outputs);

}  // namespace terramask::tools
