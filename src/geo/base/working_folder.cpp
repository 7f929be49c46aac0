#include "geo/base/working_folder.hpp"

#include <cpl_minixml.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <vector>

#include "core/output_place.hpp"
#include "geo/base/database_file.hpp"
#include "geo/base/disk_space.hpp"
#include "geo/base/gdal_support.hpp"
#include "terramask/error.hpp"
#include "terramask/output.hpp"

namespace terramask {
namespace geo {
namespace fs = std::filesystem;
namespace {

/// Disks that report a full or broken device late do so here.
void flush_to_disk(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw Error(ErrorCode::io, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  const int failed = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  // Some file systems cannot flush folders; a rename is the most they offer.
  if (failed != 0 && failed != EINVAL && failed != ENOTSUP)
    throw Error(ErrorCode::io,
                fmt::format("{}: writing to disk failed: {}", path.string(), std::strerror(failed)));
}

/// If the file system cannot refuse to replace a file, the earlier check must do.
int rename_file(const fs::path& from, const fs::path& to, bool overwrite) {
  if (!overwrite) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
  }
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

void rename_onto(const fs::path& from, const fs::path& to, bool overwrite = true) {
  const int failed = rename_file(from, to, overwrite);
  if (failed == EEXIST)
    throw Error(ErrorCode::exists, fmt::format("{}: another program wrote it meanwhile", to.string()),
                "replace it with `overwrite`");
  if (failed != 0)
    throw Error(ErrorCode::io,
                fmt::format("{}: could not be put in place: {}", to.string(), std::strerror(failed)),
                "check the permissions of the folder");
}

/// GDAL does not report a sidecar that could not be written completely.
void check_sidecar(const fs::path& path) {
  const GdalErrors silence;
  const std::unique_ptr<CPLXMLNode, void (*)(CPLXMLNode*)> root(CPLParseXMLFile(path.c_str()),
                                                                CPLDestroyXMLNode);
  if (root == nullptr)
    throw Error(ErrorCode::io, fmt::format("{}: could not be written whole", path.filename().string()),
                "is the disk full? free some space or write to another disk");
}

/// The prefix of a working folder's name, shortened if the full name would exceed 255 bytes.
std::string prefix_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.size() <= 200) return fmt::format(".{}.part-", name);
  return fmt::format(".{}-{:016x}.part-", name.substr(0, 180), std::hash<std::string>{}(name));
}

constexpr std::string_view kAtWork = "inwork";
static_assert(kAtWork.size() == 6, "as long as the random part that earlier versions wrote");

fs::path place_of(const std::string& path) {
  if (!fs::path(path).has_filename()) throw Error(ErrorCode::usage, fmt::format("{}: not a file name", path));
  return output_target(path);
}

fs::path folder_for(const fs::path& file) {
  return folder_of(file) / (prefix_of(file) + std::string(kAtWork));
}

}  // namespace

WorkingFolder::WorkingFolder(const std::string& final_path)
    : named_(final_path), final_(place_of(final_path)), folder_(folder_for(final_), final_path) {}

std::uint64_t WorkingFolder::bytes() const {
  std::uint64_t sum = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_.path(), ignored)) {
    const std::uintmax_t size = entry.file_size(ignored);
    if (!ignored) sum += size;
  }
  return sum;
}

void WorkingFolder::put_in_place(bool overwrite) {
  if (is_database(finished())) {
    if (fs::exists(final_) && !overwrite) rename_files(overwrite);  // throws
    put_in_place(overwrite, HeldDatabase(final_.string(), named_));
  } else {
    rename_files(overwrite);
  }
}

void WorkingFolder::put_in_place(bool overwrite, const HeldDatabase& /*replaced*/) {
  rename_files(overwrite);
}

void WorkingFolder::rename_files(bool overwrite) {
  const bool has_sidecar = fs::exists(finished_sidecar());
  const bool replaces = fs::exists(final_);
  if (replaces && !overwrite)
    throw Error(ErrorCode::exists, fmt::format("{}: another program wrote it meanwhile", named_),
                "replace it with `overwrite`");
  flush_to_disk(finished());
  if (has_sidecar) {
    check_sidecar(finished_sidecar());
    flush_to_disk(finished_sidecar());
  }
  const auto beside = [&](const char* suffix) { return fs::path(final_.string() + suffix); };
  std::error_code ignored;
  for (const char* suffix : {".ovr", ".ovr.aux.xml", ".msk", ".msk.ovr"}) fs::remove(beside(suffix), ignored);
  if (has_sidecar)
    rename_onto(finished_sidecar(), beside(".aux.xml"));
  else
    fs::remove(beside(".aux.xml"), ignored);
  try {
    rename_onto(finished(), final_, overwrite);
  } catch (...) {
    if (has_sidecar && !replaces) fs::remove(beside(".aux.xml"), ignored);
    throw;
  }
  flush_to_disk(folder_of(final_));
  if (named_ == final_.string()) return;
  // GDAL looks for sidecars beside the name that it is given.
  const fs::path linked = named_ + ".aux.xml";
  fs::remove(linked, ignored);
  if (has_sidecar) fs::create_symlink(fs::absolute(beside(".aux.xml"), ignored), linked, ignored);
}

void write_finished(const WorkingFolder& folder, std::string_view bytes) {
  const int file = ::open(folder.finished().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  int failed = file < 0 ? errno : 0;
  for (std::string_view left = bytes; failed == 0 && !left.empty();) {
    const ssize_t count = ::write(file, left.data(), left.size());
    if (count < 0 && errno != EINTR) failed = errno;
    if (count > 0) left.remove_prefix(static_cast<std::size_t>(count));
  }
  if (failed == 0 && ::fsync(file) != 0) failed = errno;
  if (file >= 0 && ::close(file) != 0 && failed == 0) failed = errno;
  if (failed != 0) throw write_error(folder, bytes.size(), "writing failed", std::strerror(failed));
}

void rename_finished(const fs::path& from, const fs::path& to) {
  const fs::path target = output_target(to.string());
  if (from.extension() == ".xml") check_sidecar(from);
  flush_to_disk(from);
  if (is_database(from.string())) {
    const HeldDatabase held(target.string(), to.string());
    rename_onto(from, target);
  } else {
    rename_onto(from, target);
  }
}

}  // namespace geo

std::vector<std::string> unfinished_outputs(std::span<const std::string> paths) {
  std::map<geo::fs::path, std::set<std::string>> prefixes;
  for (const std::string& path : paths) {
    const geo::fs::path target = output_target(path);
    prefixes[folder_of(target)].insert(geo::prefix_of(target));
    // The style is put in place separately.
    geo::fs::path style = target;
    prefixes[folder_of(target)].insert(geo::prefix_of(style.replace_extension(".qml")));
  }
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& [folder, wanted] : prefixes)
    for (const geo::fs::directory_entry& entry : geo::fs::directory_iterator(folder, failed)) {
      std::string name = entry.path().filename().string();
      if (name.size() <= geo::kAtWork.size()) continue;
      name.resize(name.size() - geo::kAtWork.size());
      if (wanted.contains(name) && entry.is_directory(failed)) found.push_back(entry.path().string());
    }
  return found;
}

std::vector<std::string> remove_unfinished(std::span<const std::string> paths) {
  std::vector<std::string> removed;
  for (const std::string& folder : unfinished_outputs(paths))
    if (remove_if_left(folder)) removed.push_back(folder);
  return removed;
}

void check_unwritten(const std::string& path) {
  if (const std::string who = worker_in(geo::folder_for(output_target(path))); !who.empty())
    throw Error(ErrorCode::exists, fmt::format("{}: another run is writing it: {}", path, who),
                "wait until it has ended, or name another output");
}

}  // namespace terramask
