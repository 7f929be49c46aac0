#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <climits>
#include <filesystem>
#include <string_view>
#include <vector>

#include "core/output_place.hpp"
#include "geo/base/database_file.hpp"
#include "geo/files/raster_files.hpp"
#include "terramask/error.hpp"
#include "terramask/output.hpp"

namespace terramask {
namespace fs = std::filesystem;
namespace {

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code failed;
  if (fs::equivalent(a, b, failed) && !failed) return true;
  return fs::absolute(a, failed).lexically_normal() == fs::absolute(b, failed).lexically_normal();
}

}  // namespace

void check_output(const std::string& path, bool overwrite, std::span<const std::string> inputs) {
  if (path.empty()) throw Error(ErrorCode::usage, "the output has no name", "give one with -o");
  if (path.starts_with("/vsi"))
    throw Error(ErrorCode::unsupported, fmt::format("{}: not a local file", path),
                "write to a local file and copy it from there");
  check_working_folder(path);
  if (!fs::path(path).has_filename())
    throw Error(ErrorCode::usage, fmt::format("{}: the output is a folder", path), "name a file in it");
  const bool taken = is_taken(path);
  const fs::path file = output_target(path);
  std::error_code failed;
  // The sidecar's name is the longest of the names created.
  constexpr std::size_t longest = NAME_MAX - std::string_view(".aux.xml").size();
  if (file.filename().native().size() > longest)
    throw Error(ErrorCode::usage, fmt::format("{}: the file's name is longer than {} bytes", path, longest),
                "choose a shorter one");

  // An output that does not exist is not an input; this avoids comparing thousands of new outputs with every
  // input.
  for (const std::string& input : taken ? inputs : std::span<const std::string>{})
    for (const std::string& part : geo::files_of_raster(input))
      if (same_file(file, part))
        throw Error(ErrorCode::usage, fmt::format("{}: the output is also an input", path),
                    "choose another name for the output");

  const fs::path folder = folder_of(file);
  if (!fs::exists(folder, failed))
    throw Error(ErrorCode::not_found, fmt::format("{}: the folder {} does not exist", path, folder.string()),
                "create it or choose another");
  if (!fs::is_directory(folder, failed))
    throw Error(ErrorCode::usage, fmt::format("{}: {} is not a folder", path, folder.string()),
                "choose another");
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    throw Error(ErrorCode::io, fmt::format("{}: the folder {} is not writable", path, folder.string()),
                "change its permissions or choose another");
  if (taken && !overwrite)
    throw Error(ErrorCode::exists,
                fmt::format("{}: exists already{}", path,
                            fs::exists(file, failed) ? "" : ", as a symbolic link to what is not there"),
                "replace it with `overwrite`");
  check_unwritten(path);
  geo::check_closed(file.string(), path);
}

}  // namespace terramask
