// Keys of a JSON file specified on the command line.
#pragma once

#include <string>
#include <vector>

#include "keys/key_visitor.hpp"
#include "keys/setting.hpp"
#include "terramask/error.hpp"

namespace terramask::keys {

/// Parses "KEY=VALUE" of an option. Throws usage.
Setting parse_setting(const std::string& option, const std::string& text);

/// Sets the value at the key, creating intermediate objects. The reader checks whether the key and the value
/// are valid. Throws usage for a malformed key.
void apply(const Setting& setting, Json& json);

/// Converts an error about a key of `file` to one about the option that set the key.
Error of_option(const std::vector<Setting>& settings, const std::string& file, const Error& error);

/// Applies all settings to `json` and calls `read`; errors caused by a setting are reported for its option
/// (ErrorCode::usage), not for the file.
template <class Read>
auto read_with(const std::vector<Setting>& settings, Json json, const std::string& file, const Read& read) {
  for (const Setting& setting : settings) apply(setting, json);
  try {
    return read(json);
  } catch (const Error& error) {
    throw of_option(settings, file, error);
  }
}

}  // namespace terramask::keys
