#include "geo/working_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "terramask/error.hpp"

namespace terramask::geo {
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

}  // namespace

WorkingFolder::WorkingFolder(const std::string& final_path) : final_(final_path) {
  if (!final_.has_filename()) throw Error(ErrorCode::usage, fmt::format("{}: not a file name", final_path));
  fs::path parent = final_.parent_path();
  if (parent.empty()) parent = ".";
  // The name is shortened where folder names of the full length would be refused (255 bytes).
  const std::string name = final_.filename().string().substr(0, 200);
  std::string pattern = (parent / fmt::format(".{}.part-XXXXXX", name)).string();
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

void WorkingFolder::put_in_place() {
  const bool has_sidecar = fs::exists(finished_sidecar());
  const bool replaces = fs::exists(final_);
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
  flush_to_disk(final_.has_parent_path() ? final_.parent_path() : fs::path("."));
}

}  // namespace terramask::geo
