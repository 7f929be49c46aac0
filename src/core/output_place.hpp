// What stands under the name of an output, and which file is to be written.
#pragma once

#include <filesystem>
#include <string>

namespace terramask {

/// The file that an output of this name is written to. Where the name is a symbolic link it is what the link
/// leads to, there or not: the link stays and its target is written, as programs do that open a file to
/// write. Throws usage for what is no regular file (a folder, fifo, device or socket) or a link that leads to
/// one, or in circles.
std::filesystem::path output_target(const std::string& path);

/// Whether anything stands under the name: a link that leads nowhere too.
bool is_taken(const std::string& path);

/// The folder that a file lies in: "." for a plain name.
std::filesystem::path folder_of(const std::filesystem::path& file);

/// Throws not_found where the path is relative to a working folder that was removed.
void check_working_folder(const std::string& path);

}  // namespace terramask
