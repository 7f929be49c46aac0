#include "common/printing.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace terramask::tools {

void start_streams() {
  // Opened the wrong way round: what is written to a closed stdout is not written, and is told.
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(number, F_GETFD) < 0 && errno == EBADF)
      (void)::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  std::signal(SIGPIPE, SIG_IGN);
}

void tell(std::string_view text, std::FILE* stream) noexcept {
  (void)std::fwrite(text.data(), 1, text.size(), stream);
  (void)std::fflush(stream);
}

void say_text(std::string_view text) noexcept {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
}

bool all_said() noexcept {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

}  // namespace terramask::tools
