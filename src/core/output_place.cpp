#include "core/output_place.hpp"

#include <fmt/format.h>

#include <system_error>

#include "terramask/error.hpp"

namespace terramask {
namespace fs = std::filesystem;
namespace {

constexpr int kMostLinks = 40;  // as the kernel follows

const char* kind_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::fifo:
      return "a fifo, not a regular file";
    case fs::file_type::socket:
      return "a socket, not a regular file";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device, not a regular file";
    default:
      return "not a regular file";
  }
}

}  // namespace

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

bool is_taken(const std::string& path) {
  std::error_code failed;
  return fs::exists(fs::symlink_status(path, failed));
}

void check_working_folder(const std::string& path) {
  if (fs::path(path).is_absolute()) return;
  std::error_code failed;
  (void)fs::current_path(failed);
  if (failed)
    throw Error(ErrorCode::not_found, fmt::format("{}: the working folder was removed", path),
                "change to another folder, or name the output by its full path");
}

fs::path output_target(const std::string& path) {
  std::error_code failed;
  const bool link = fs::is_symlink(fs::symlink_status(path, failed));
  const fs::file_status status = fs::status(path, failed);
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw Error(ErrorCode::usage,
                fmt::format("{}: the output is {}{}", path, link ? "a symbolic link to " : "",
                            kind_of(status.type())),
                fs::is_directory(status) ? "name a file in it" : "choose another name");
  if (!link) return path;
  if (fs::exists(status)) return fs::canonical(path);
  fs::path target(path);
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, failed)); ++links) {
    const fs::path next = fs::read_symlink(target, failed);
    if (failed || links == kMostLinks)
      throw Error(ErrorCode::usage, fmt::format("{}: a symbolic link that cannot be followed", path),
                  "choose another name");
    target = folder_of(target) / next;  // next alone where it is absolute
  }
  return target;
}

}  // namespace terramask
