#include "geo/working_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include "terramask/error.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask {
namespace geo {
namespace fs = std::filesystem;
namespace {

/// Disks that report a full or broken device late do it here.
void flush_to_disk(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw Error(ErrorCode::io, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  const int failed = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  // Some file systems cannot flush folders; their renames are all one can have.
  if (failed != 0 && failed != EINVAL && failed != ENOTSUP)
    throw Error(ErrorCode::io,
                fmt::format("{}: writing to disk failed: {}", path.string(), std::strerror(failed)));
}

void rename_onto(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed)
    throw Error(ErrorCode::io,
                fmt::format("{}: could not be put in place: {}", to.string(), failed.message()),
                "check the permissions of the folder");
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

/// What a working folder's name begins with; shortened where folder names of the full length would be refused
/// (255 bytes).
std::string prefix_of(const fs::path& file) {
  return fmt::format(".{}.part-", file.filename().string().substr(0, 200));
}

constexpr std::string_view random_part = "XXXXXX";

}  // namespace

WorkingFolder::WorkingFolder(const std::string& final_path) : final_(final_path) {
  if (!final_.has_filename()) throw Error(ErrorCode::usage, fmt::format("{}: not a file name", final_path));
  const std::string pattern = (folder_of(final_) / (prefix_of(final_) + std::string(random_part))).string();
  std::vector<char> buffer(pattern.begin(), pattern.end());
  buffer.push_back('\0');
  if (::mkdtemp(buffer.data()) == nullptr)
    throw Error(ErrorCode::io,
                fmt::format("{}: cannot write in its folder: {}", final_path, std::strerror(errno)),
                "choose another folder or change its permissions");
  folder_ = buffer.data();
}

WorkingFolder::~WorkingFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::uint64_t WorkingFolder::bytes() const {
  std::uint64_t sum = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
    const std::uintmax_t size = entry.file_size(ignored);
    if (!ignored) sum += size;
  }
  return sum;
}

void WorkingFolder::put_in_place(bool overwrite) {
  const bool has_sidecar = fs::exists(finished_sidecar());
  const bool replaces = fs::exists(final_);
  if (replaces && !overwrite)
    throw Error(ErrorCode::exists, fmt::format("{}: another program wrote it meanwhile", final_.string()),
                "replace it with --overwrite");
  flush_to_disk(finished());
  if (has_sidecar) flush_to_disk(finished_sidecar());
  const auto beside = [&](const char* suffix) { return fs::path(final_.string() + suffix); };
  std::error_code ignored;
  for (const char* suffix : {".ovr", ".ovr.aux.xml", ".msk", ".msk.ovr"}) fs::remove(beside(suffix), ignored);
  if (has_sidecar)
    rename_onto(finished_sidecar(), beside(".aux.xml"));
  else
    fs::remove(beside(".aux.xml"), ignored);
  try {
    rename_onto(finished(), final_);
  } catch (...) {
    if (has_sidecar && !replaces) fs::remove(beside(".aux.xml"), ignored);
    throw;
  }
  flush_to_disk(folder_of(final_));
}

}  // namespace geo

std::vector<std::string> unfinished_outputs(std::span<const std::string> paths) {
  std::map<geo::fs::path, std::set<std::string>> prefixes;
  for (geo::fs::path path : paths) {
    prefixes[geo::folder_of(path)].insert(geo::prefix_of(path));
    // Its style is put in place by itself.
    prefixes[geo::folder_of(path)].insert(geo::prefix_of(path.replace_extension(".qml")));
  }
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& [folder, wanted] : prefixes)
    for (const geo::fs::directory_entry& entry : geo::fs::directory_iterator(folder, failed)) {
      std::string name = entry.path().filename().string();
      if (name.size() <= geo::random_part.size()) continue;
      name.resize(name.size() - geo::random_part.size());
      if (wanted.contains(name) && entry.is_directory(failed)) found.push_back(entry.path().string());
    }
  return found;
}

}  // namespace terramask
