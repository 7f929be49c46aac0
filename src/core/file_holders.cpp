#include "core/file_holders.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace terramask {
namespace {

namespace fs = std::filesystem;

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

/// Whether the file descriptor was opened to write; what cannot be told counts as writing.
bool writes(const fs::path& process, const std::string& descriptor) {
  std::ifstream info(process / "fdinfo" / descriptor);
  std::string word;
  while (info >> word)
    if (word == "flags:" && info >> word)
      return (std::strtoul(word.c_str(), nullptr, 8) & O_ACCMODE) != O_RDONLY;
  return true;
}

}  // namespace

std::string process_text(long pid) {
  std::ifstream file(fmt::format("/proc/{}/comm", pid));
  std::string name;
  std::getline(file, name);
  return fmt::format("{} (process {})", name.empty() ? "another program" : name, pid);
}

std::string holder_of(const std::string& path, Opened opened) {
  struct stat wanted {};
  if (::stat(path.c_str(), &wanted) != 0) return {};
  std::error_code failed;
  for (fs::directory_iterator process("/proc", failed), end; !failed && process != end;
       process.increment(failed)) {
    const std::string number = process->path().filename().string();
    if (!is_number(number) || std::atol(number.c_str()) == ::getpid()) continue;
    std::error_code closed;  // it may be another user's, and may end meanwhile
    for (fs::directory_iterator file(process->path() / "fd", closed), last; !closed && file != last;
         file.increment(closed)) {
      struct stat found {};
      if (::stat(file->path().c_str(), &found) != 0) continue;
      if (found.st_dev != wanted.st_dev || found.st_ino != wanted.st_ino) continue;
      if (opened == Opened::any || writes(process->path(), file->path().filename().string()))
        return process_text(std::atol(number.c_str()));
    }
  }
  return {};
}

std::string locker_of(const std::string& path, Opened opened) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  // As an open file description's: locks of this process would be no conflict otherwise.
  struct flock probe {};
  probe.l_type = opened == Opened::any ? F_WRLCK : F_RDLCK;
  probe.l_whence = SEEK_SET;
  const int failed = ::fcntl(file, F_OFD_GETLK, &probe);
  ::close(file);
  if (failed != 0 || probe.l_type == F_UNLCK) return {};
  return probe.l_pid > 0 ? process_text(probe.l_pid) : "another program";
}

}  // namespace terramask
