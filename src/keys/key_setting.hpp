// Keys of a JSON file that are given on the command line.
#pragma once

#include <string>
#include <vector>

#include "keys/key_visitor.hpp"
#include "keys/setting.hpp"
#include "terramask/error.hpp"

namespace terramask::keys {

/// "KEY=VALUE" of an option. Throws usage.
Setting parse_setting(const std::string& option, const std::string& text);

/// Puts the value where the key says; objects on the way are made. Whether there is such a key, and such a
/// value of it, is for the reader to say. Throws usage for a key that cannot be one.
void apply(const Setting& setting, Json& json);

/// An error about a key of `file`, said of the option that has set the key.
Error of_option(const std::vector<Setting>& settings, const std::string& file, const Error& error);

/// Reads `json` with all settings applied, by `read`; what `read` refuses of a setting is said of its option
/// (ErrorCode::usage), not of the file.
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
