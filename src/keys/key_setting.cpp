#include "keys/key_setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace terramask::keys {
namespace {

[[noreturn]] void refuse(const Setting& setting, const std::string& cause, const std::string& remedy) {
  throw Error(ErrorCode::usage, fmt::format("{} {}: {}", setting.option, setting.key, cause), remedy);
}

/// "images[0]", split into name and indices.
struct Part {
  std::string name;
  std::vector<std::size_t> indices;
};

Part parse_part(const Setting& setting, const std::string& text) {
  Part part;
  const std::size_t bracket = std::min(text.find('['), text.size());
  part.name = text.substr(0, bracket);
  bool sound = !part.name.empty();
  for (std::size_t at = bracket; sound && at < text.size();) {
    const std::size_t end = text.find(']', at);
    std::size_t index = 0;
    const char* const first = text.data() + at + 1;
    const char* const last = text.data() + std::min(end, text.size());
    sound = text[at] == '[' && end != std::string::npos && first != last &&
            std::from_chars(first, last, index).ptr == last;
    part.indices.push_back(index);
    at = end == std::string::npos ? text.size() : end + 1;
  }
  if (!sound) refuse(setting, "no key of a project", "write it as training.loss or images[0].labels.ignore");
  return part;
}

Json parse_value(const Setting& setting) {
  Json value = Json::parse(setting.value, nullptr, false);
  if (value.is_discarded()) value = setting.value;
  try {
    (void)value.dump();
  } catch (const Json::exception&) {
    refuse(setting, "its value is not valid UTF-8", "write it in UTF-8");
  }
  return value;
}

}  // namespace

Setting parse_setting(const std::string& option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(ErrorCode::usage, fmt::format("{} {}: not KEY=VALUE", option, text),
                "write it as training.learning_rate=0.01");
  return {option, text.substr(0, equals), text.substr(equals + 1)};
}

void apply(const Setting& setting, Json& json) {
  Json* at = &json;
  for (std::size_t begin = 0; begin <= setting.key.size();) {
    const std::size_t end = std::min(setting.key.find('.', begin), setting.key.size());
    const Part part = parse_part(setting, setting.key.substr(begin, end - begin));
    if (at->is_null()) *at = Json::object();
    if (!at->is_object())
      refuse(setting, fmt::format("{} stands in no object", part.name), "name another key");
    at = &(*at)[part.name];
    for (const std::size_t index : part.indices) {
      if (!at->is_array() || index >= at->size())
        refuse(setting, fmt::format("{}[{}] is not there", part.name, index), "indices count from 0");
      at = &(*at)[index];
    }
    begin = end + 1;
  }
  *at = parse_value(setting);
}

Error of_option(const std::vector<Setting>& settings, const std::string& file, const Error& error) {
  if (error.code() != ErrorCode::format || !error.message().starts_with(file + ": ")) return error;
  const std::string cause = error.message().substr(file.size() + 2);
  for (const Setting& setting : settings)
    if (cause.starts_with(setting.key) || setting.key.starts_with(cause.substr(0, cause.find(':'))))
      return {ErrorCode::usage, fmt::format("{}: {}", setting.option, cause), error.remedy()};
  return error;
}

}  // namespace terramask::keys
