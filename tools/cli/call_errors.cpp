#include "cli/call_errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/renamed_options.hpp"
#include "core/nearest_name.hpp"

namespace terramask::tools {
namespace {

/// What other programs call it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kElsewhere{
    {{"predict", "segment"},
     {"infer", "segment"},
     {"inference", "segment"},
     {"classify", "segment"},
     {"fit", "train"},
     {"polygonize", "vectorize"},
     {"polygonise", "vectorize"},
     {"merge", "mosaic"},
     {"rasterize", "labels"}}};

bool is(const CLI::ParseError& error, CLI::ExitCodes code) {
  return error.get_exit_code() == static_cast<int>(code);
}

std::string help_of(const CLI::App& sub) {
  return fmt::format("see `terramask {} --help`", sub.get_name());
}

bool looks_like_option(const std::string& text) {
  // A negative number is a value.
  return text.size() > 1 && text.front() == '-' && text.find_first_of("0123456789.") != 1;
}

/// The present name of the option most like `name`.
std::string nearest_option(const CLI::App& sub, const std::string& name) {
  std::vector<std::string> names;
  for (const CLI::Option* option : sub.get_options())
    for (const std::string& one : option->get_lnames()) names.push_back("--" + one);
  for (const RenamedOption& one : renamed_options())
    if (one.subcommand == sub.get_name()) names.emplace_back(one.once);
  std::string nearest = nearest_name(name, names);
  for (const RenamedOption& one : renamed_options())
    if (one.subcommand == sub.get_name() && one.once == nearest) return std::string(one.now);
  return nearest;
}

std::string unknown_option(const CLI::App& sub, const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  const std::string nearest = nearest_option(sub, name);
  if (nearest.empty()) return fmt::format("unknown option {}; {}", name, help_of(sub));
  return fmt::format("unknown option {}; did you mean {}?", name, nearest);
}

/// The positional arguments as the usage line has them: "IMAGE MASK".
std::string positionals_of(const CLI::App& sub) {
  std::vector<std::string> names;
  for (const CLI::Option* option : sub.get_options())
    if (option->get_positional()) names.push_back(option->get_name(true));
  return names.empty() ? "no file" : fmt::format("{}", fmt::join(names, " "));
}

std::string too_many(const CLI::App& sub, const std::string& argument) {
  const bool writes = sub.get_option_no_throw("--output") != nullptr;
  return fmt::format("{}: one argument too many: terramask {} takes {}; {}{}", argument, sub.get_name(),
                     positionals_of(sub), writes ? "name an output with -o; " : "", help_of(sub));
}

/// "--output: 1 required OUT.tif missing", as CLI11 has it, in plain words.
std::string missing_value(const std::string& text) {
  constexpr std::string_view colon = ": ", required = " required ", missing = " missing";
  const std::size_t name = text.find(colon), type = text.find(required);
  if (name == std::string::npos || type == std::string::npos || !text.ends_with(missing)) return text;
  const std::size_t begin = type + required.size();
  return fmt::format("{} needs a value: {}", text.substr(0, name),
                     text.substr(begin, text.size() - missing.size() - begin));
}

}  // namespace

std::string unknown_subcommand(const CLI::App& app, const std::string& name) {
  if (name == "help")
    return "unknown subcommand help; write `terramask --help`, or `terramask SUBCOMMAND --help`";
  for (const auto& [other, ours] : kElsewhere)
    if (name == other) return fmt::format("unknown subcommand {}; did you mean {}?", name, ours);
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  const std::string nearest = nearest_name(name, names);
  if (!nearest.empty()) return fmt::format("unknown subcommand {}; did you mean {}?", name, nearest);
  return fmt::format("unknown subcommand {}; there are {}", name, fmt::join(names, ", "));
}

std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto before = app.remaining();
  if (const auto option = std::ranges::find_if(before, looks_like_option); option != before.end())
    return fmt::format("unknown option {} before the subcommand; write it after: terramask SUBCOMMAND {}",
                       *option, *option);
  const auto parsed = app.get_subcommands();
  if (parsed.empty()) return fmt::format("{}; see `terramask --help`", error.what());
  const CLI::App& sub = *parsed.front();
  // A name that nobody knows is told first: what it was to say is what CLI11 then misses.
  const auto left = app.remaining(true);
  const auto option = std::ranges::find_if(left, looks_like_option);
  if (option != left.end()) return unknown_option(sub, *option);
  const bool misplaced = is(error, CLI::ExitCodes::ExtrasError) || is(error, CLI::ExitCodes::RequiredError);
  if (!left.empty() && misplaced) return too_many(sub, left.front());
  const std::string text = missing_value(error.what());
  return text.ends_with('?') ? text : fmt::format("{}; {}", text, help_of(sub));
}

}  // namespace terramask::tools
