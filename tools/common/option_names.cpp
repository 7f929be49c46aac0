#include "common/option_names.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace terramask::tools {
namespace {

OptionNames running_options;

}  // namespace

OptionNames::OptionNames(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) {
      std::string setting = name;
      std::ranges::replace(setting, '-', '_');
      options_[setting] = "--" + name;
    }
  for (const auto& [setting, option] : kDifferingOptions)
    if (app.get_option_no_throw(std::string(option)) != nullptr) options_[std::string(setting)] = option;
}

std::string OptionNames::option_of(std::string_view quoted) const {
  const std::size_t equals = quoted.find('=');
  const auto found = options_.find(quoted.substr(0, equals));
  if (found == options_.end()) return {};
  if (equals == std::string_view::npos) return found->second;
  return found->second + " " + std::string(quoted.substr(equals + 1));
}

std::string OptionNames::shown(std::string_view text) const {
  std::string result;
  while (!text.empty()) {
    const std::size_t open = text.find('`');
    result += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open + 1);
    const std::size_t close = text.find('`');
    const std::string name = close == std::string_view::npos ? "" : option_of(text.substr(0, close));
    if (name.empty()) {  // the next backquote may open a name: those in the names of files have no partner
      result += '`';
    } else {
      result += name;
      text.remove_prefix(close + 1);
    }
  }
  return result;
}

void show_options_of(const CLI::App& app) {
  running_options = OptionNames(app);
}

std::string with_options(std::string_view text) {
  return running_options.shown(text);
}

std::vector<std::string> with_options(std::vector<std::string> texts) {
  for (std::string& text : texts) text = with_options(text);
  return texts;
}

}  // namespace terramask::tools
