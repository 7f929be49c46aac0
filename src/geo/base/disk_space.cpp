#include "geo/base/disk_space.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/output_place.hpp"
#include "core/process_limits.hpp"
#include "geo/base/gdal_support.hpp"

namespace terramask::geo {
namespace {

/// The errno of writing and flushing a few megabytes, more than GDAL writes at once; 0 on success.
int try_to_write(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  const std::vector<char> block(1 << 20);
  int failed = 0;
  for (int i = 0; i < 8 && failed == 0; ++i) {
    std::size_t done = 0;
    while (done < block.size() && failed == 0) {
      const ssize_t written = ::write(file, block.data() + done, block.size() - done);
      if (written > 0) done += static_cast<std::size_t>(written);
      if (written < 0 && errno != EINTR) failed = errno;
    }
  }
  if (failed == 0 && ::fsync(file) != 0) failed = errno;
  ::close(file);
  ::unlink(path.c_str());
  return failed;
}

}  // namespace

std::uint64_t free_bytes(const std::filesystem::path& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return 0;
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array units{"bytes", "kB", "MB", "GB", "TB", "PB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

Error write_error(const WorkingFolder& folder, std::uint64_t peak_bytes, const std::string& doing,
                  const std::string& gdal_text) {
  const std::string name = folder.final_path();
  const std::uint64_t free = free_bytes(folder_of(folder.target()));
  const int cause = try_to_write(folder.scratch("probe"));
  if (cause == ENOSPC || cause == EDQUOT || cause == EFBIG) {
    const char* what = cause == ENOSPC   ? "no space left on the disk"
                       : cause == EDQUOT ? "no space left in the disk quota"
                                         : "no space left: a limit on the size of files was reached";
    const std::uint64_t there = folder.bytes();
    const std::uint64_t needed = peak_bytes > there ? peak_bytes - there : 0;
    return {ErrorCode::io,
            fmt::format("{}: {}: {} (up to {} more needed, {} free)", name, doing, what, bytes_text(needed),
                        bytes_text(free)),
            "free some space or write to another disk"};
  }
  if (is_want_of_memory(gdal_text))
    return {ErrorCode::io, fmt::format("{}: {}: out of memory{}", name, doing, memory_limit_note()),
            memory_remedy()};
  const std::string detail = !gdal_text.empty() ? gdal_text
                             : cause != 0       ? std::strerror(cause)
                                                : "unknown cause";
  return {ErrorCode::io, fmt::format("{}: {}: {}{}", name, doing, detail, or_out_of_memory()),
          gdal_text.starts_with("PROJ:")
              ? "PROJ cannot work with the raster's coordinate reference system: is its data installed?"
              : "check the creation options, the disk and the permissions of the folder"};
}

}  // namespace terramask::geo
