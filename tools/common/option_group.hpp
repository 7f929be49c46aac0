// Options of a subcommand under one heading of its help.
#pragma once

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "common/checks.hpp"

namespace terramask::tools {

/// `type` is what the help calls the value.
class OptionGroup {
 public:
  OptionGroup(CLI::App& app, std::string heading) : app_(app), heading_(std::move(heading)) {}
  /// The subcommand's own heading.
  explicit OptionGroup(CLI::App& app) : OptionGroup(app, app.option_defaults()->get_group()) {}

  template <class T>
  CLI::Option* add(const std::string& names, T& value, const std::string& help, const std::string& type) {
    return app_.add_option(names, value, help)->type_name(type)->group(heading_);
  }

  /// The help shows the value that holds without the option.
  template <class T>
  CLI::Option* add_shown(const std::string& names, T& value, const std::string& help,
                         const std::string& type) {
    return add(names, value, help, type)->capture_default_str();
  }

  /// A value for each time that the option is given.
  template <class T>
  CLI::Option* add_repeated(const std::string& names, std::vector<T>& values, const std::string& help,
                            const std::string& type) {
    return add(names, values, help, type)->allow_extra_args(false);
  }

  /// Values with commas between them.
  template <class T>
  CLI::Option* add_list(const std::string& names, std::vector<T>& values, const std::string& help,
                        const std::string& type) {
    return add_repeated(names, values, help, type)->delimiter(',');
  }

  CLI::Option* add_choice(const std::string& names, std::string& value, const std::string& help,
                          const std::vector<std::string>& choices) {
    return add_shown(names, value, help, fmt::format("{}", fmt::join(choices, "|")))->check(one_of(choices));
  }

  CLI::Option* add_flag(const std::string& names, bool& value, const std::string& help) {
    return app_.add_flag(names, value, help)->group(heading_);
  }

 private:
  CLI::App& app_;
  std::string heading_;
};

}  // namespace terramask::tools
