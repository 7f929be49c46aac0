// The architectures that this build knows, and what each is told by.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace terramask::tools {

/// A paragraph for each architecture, a line for each of its keys.
std::string describe_architectures();
/// The same for scripts, such as the one that writes schema and README (scripts/write_architectures.py).
nlohmann::ordered_json architectures_json();

}  // namespace terramask::tools
