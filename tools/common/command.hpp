// What every program of tools/ shares: how errors reach people, and how numbers are read and written.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "terramask/error.hpp"

namespace terramask::tools {

/// 2 where the call was wrong, 1 where the work failed.
int exit_status(ErrorCode code);

/// Before anything else in main: streams that are closed or break off do no harm from now on, and an
/// exception that no one could catch, as in a library's own thread, is told as any other.
void start_program(const char* name);

/// Tells of an end that a library would come to, and ends the program first, with status 1.
/// @param message  what the library says of it
[[noreturn]] void end_for_library(const char* message) noexcept;

/// Runs `work` and returns its exit status; whatever it throws becomes one line "name: MESSAGE; REMEDY" on
/// stderr. What could not be printed on stdout is such a failure too, once the work is done.
/// @param name the program and its subcommand: "terramask segment"
int guarded(const std::string& name, const std::function<int()>& work);

/// How a program that failed ends.
struct Failure {
  int status = 1;
  std::string message;  ///< "MESSAGE; REMEDY"
  bool defect = false;  ///< of Terramask
};

/// Of the exception that is being handled.
Failure current_failure();

/// Prints "name: message" on stderr, as one line in which settings are named as options.
void print_error(const std::string& name, const std::string& message) noexcept;

/// "512M", "2G", "1.5GiB", "4096": bytes, in powers of 1024. Throws ErrorCode::usage, naming the option.
std::uint64_t parse_bytes(const std::string& text, const std::string& option);

/// 100 · part / whole; 0 of nothing.
double percent_of(std::uint64_t part, std::uint64_t whole);

/// "12.3 MB", in powers of 1000.
std::string bytes_text(std::uint64_t bytes);

/// "0.4 s", "2 min 5 s", "3 h 10 min".
std::string duration_text(double seconds);

/// "12.3 k", "4.56 G": three digits and the power of 1000.
std::string count_text(double count);

}  // namespace terramask::tools
