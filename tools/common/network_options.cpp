#include "common/network_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace terramask::tools {

std::string architecture_names() {
  return fmt::format("{}", fmt::join(architectures(), ", "));
}

std::string option_name(const NetworkKey& key) {
  std::string name = fmt::format("--{}", key.name);
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string type_name(const NetworkKey& key) {
  if (key.kind == NetworkKey::Kind::choice) return fmt::format("{}", fmt::join(key.choices, "|"));
  return key.kind == NetworkKey::Kind::whole ? "N" : "NUMBER";
}

std::string help_text(const NetworkKey& key) {
  std::vector<std::string> having;
  for (const std::string& architecture : architectures())
    if (find_key(architecture, key.name) != nullptr) having.push_back(architecture);
  return fmt::format("{}: {}", fmt::join(having, ", "), key.help);
}

}  // namespace terramask::tools
