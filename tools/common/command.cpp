#include "common/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "core/process_limits.hpp"

namespace terramask::tools {
namespace {

const char* running_program = "terramask";

/// The program has the subcommand's name while that runs.
class Named {
 public:
  explicit Named(const std::string& name) : before_(std::exchange(running_program, name.c_str())) {}
  ~Named() { running_program = before_; }
  Named(const Named&) = delete;
  Named& operator=(const Named&) = delete;

 private:
  const char* before_;
};

/// A file's name may hold anything, commands to the terminal too.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

/// One thread tells how the program ends; the others wait for it.
void be_first_to_end() {
  static std::atomic_flag told;
  while (told.test_and_set()) ::pause();
}

std::string out_of_memory_text() {
  const std::string limit = memory_limit_note();
  return limit.empty() ? "out of memory; use a smaller --tile, or a machine with more"
                       : "out of memory" + limit + "; " + memory_remedy();
}

/// Made at the start of the program: where memory has run out, there may be none for the message.
const std::string& out_of_memory() {
  static const std::string text = out_of_memory_text();
  return text;
}

/// Allocates nothing.
void print_out_of_memory(std::string_view name) noexcept {
  for (const std::string_view part :
       {name, std::string_view(": "), std::string_view(out_of_memory()), std::string_view("\n")})
    tell(part);
}

Failure defect(const std::string& what) {
  return {1, fmt::format("defect of Terramask: {}; please report it with the command", what), true};
}

/// Of the exception that is being handled.
Failure tell_failure(const std::string& name) noexcept {
  try {
    Failure failure = current_failure();
    print_error(name, failure.message);
    return failure;
  } catch (const std::exception&) {
    print_out_of_memory(name);
    return {};
  }
}

/// The net below all others: what is thrown in a parallel loop, or in a thread of a library's, reaches no
/// catch.
[[noreturn]] void end_program() {
  be_first_to_end();
  if (std::current_exception()) {
    const Failure failure = tell_failure(running_program);
    if (!failure.defect) ::_exit(failure.status);
  }
  std::abort();
}

/// Three significant digits.
std::string digits(double value) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

void start_program(const char* name) {
  running_program = name;
  start_streams();
  (void)out_of_memory();
  std::set_terminate(end_program);
}

int exit_status(ErrorCode code) {
  return code == ErrorCode::usage || code == ErrorCode::exists ? 2 : 1;
}

void print_error(const std::string& name, const std::string& message) noexcept {
  try {
    tell(fmt::format("{}: {}\n", name, one_line(with_options(message))));
  } catch (const std::exception&) {  // no memory for one line
    for (const std::string_view part :
         {std::string_view(name), std::string_view(": "), std::string_view(message), std::string_view("\n")})
      tell(part);
  }
}

Failure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return {exit_status(error.code()), error.what()};
  } catch (const std::filesystem::filesystem_error& error) {
    std::error_code gone;
    (void)std::filesystem::current_path(gone);
    if (gone)
      return {1,
              "the working folder was removed; change to another folder, or name files by their full paths"};
    const std::string& name = error.path1().string();
    return {1, fmt::format("{}: {}; check the path and its permissions", name.empty() ? "a file" : name,
                           error.code().message())};
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::resource_unavailable_try_again) return {1, NoThread({}).what()};
    return defect(error.what());
  } catch (const std::bad_alloc&) {
    return {1, out_of_memory()};
  } catch (const std::exception& error) {
    return defect(error.what());
  } catch (...) {
    return defect("an unknown exception");
  }
}

void end_for_library(const char* message) noexcept {
  be_first_to_end();
  try {
    const bool memory = std::string_view(message).find("memory") != std::string_view::npos;
    print_error(running_program, memory ? out_of_memory() : std::string("a library gave up: ") + message);
  } catch (const std::exception&) {
    print_out_of_memory(running_program);
  }
  ::_exit(1);
}

int guarded(const std::string& name, const std::function<int()>& work) {
  const Named named(name);
  try {
    const int status = work();
    if (!all_said() && status == 0)
      throw Error(ErrorCode::io, "what is printed cannot be written",
                  "is the disk full, or the pipe closed?");
    return status;
  } catch (...) {
    return tell_failure(name).status;
  }
}

std::uint64_t parse_bytes(const std::string& text, const std::string& option) {
  const Error wrong(ErrorCode::usage, fmt::format("{} {}: not a number of bytes", option, text),
                    "write it as 512M or 2G");
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc() || !std::isfinite(number) || number < 0) throw wrong;
  std::string unit(rest, end);
  std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return std::tolower(c); });
  if (unit.ends_with("ib")) unit.resize(unit.size() - 2);
  if (unit.ends_with("b")) unit.resize(unit.size() - 1);
  const std::string units = "kmgt";
  const std::size_t power = unit.empty() ? 0 : units.find(unit) + 1;
  if (unit.size() > 1 || (!unit.empty() && power == 0)) throw wrong;
  const double bytes = number * std::pow(1024.0, static_cast<double>(power));
  if (bytes >= 9e18) throw wrong;
  return static_cast<std::uint64_t>(bytes);
}

double percent_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  return count_text(static_cast<double>(bytes)) + "B";
}

std::string count_text(double count) {
  constexpr std::array<const char*, 6> prefixes{"", "k", "M", "G", "T", "P"};
  std::size_t power = 0;
  while (count >= 999.5 && power + 1 < prefixes.size()) {
    count /= 1000;
    ++power;
  }
  return fmt::format("{} {}", digits(count), prefixes[power]);
}

std::string duration_text(double seconds) {
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 48 * 3600) return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  return fmt::format("{} days {} h", whole / 86400, whole % 86400 / 3600);
}

}  // namespace terramask::tools
