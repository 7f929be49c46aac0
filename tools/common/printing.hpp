// What the programs write to stderr and stdout. Neither a full disk nor a closed pipe ends the work.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

namespace terramask::tools {

/// Before anything else in main: a stream that was closed (`2>&-`) is opened, so that no file takes its
/// number and messages are not written into an image; a pipe that nobody reads any more is a write that
/// fails.
void start_streams();

/// Writes to stderr, or to a stream in its place; what cannot be written is dropped.
void tell(std::string_view text, std::FILE* stream = stderr) noexcept;

/// Writes a part of the result to stdout. Where it cannot be written the work goes on; `all_said` knows.
void say_text(std::string_view text) noexcept;
template <class... Values>
void say(fmt::format_string<Values...> format, Values&&... values) {
  say_text(fmt::format(format, std::forward<Values>(values)...));
}

/// Whether stdout took all that was said.
bool all_said() noexcept;

}  // namespace terramask::tools
