#include "cli/renamed_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace terramask::tools {
namespace {

constexpr std::array<RenamedOption, 11> kRenamed{{
    {"region", "--polygons", "--cutline"},
    {"region", "--probabilities", "--probability-type"},
    {"init", "--classes", "--map"},
    {"legend", "--least", "--min-percent"},
    {"labels", "--classes", "--map"},
    {"train", "--init", "--from"},
    {"evaluate", "--classes", "--mask-map"},
    {"vectorize", "--class", "--classes"},
    {"vectorize", "--layer", "--output-layer"},
    {"zonal", "--layer", "--zones-layer"},
    {"zonal", "--id", "--zones-id"},
}};

}  // namespace

std::span<const RenamedOption> renamed_options() {
  return kRenamed;
}

std::vector<std::string> rename_options(std::string_view subcommand, std::span<std::string> arguments) {
  std::vector<std::string> told;
  for (std::string& argument : arguments) {
    if (argument == "--") break;
    const std::string name = argument.substr(0, argument.find('='));
    const auto found = std::ranges::find_if(
        kRenamed, [&](const RenamedOption& one) { return one.subcommand == subcommand && one.once == name; });
    if (found == kRenamed.end()) continue;
    argument.replace(0, name.size(), found->now);
    std::string sentence = fmt::format("{} is now called {}", found->once, found->now);
    if (std::ranges::find(told, sentence) == told.end()) told.push_back(std::move(sentence));
  }
  return told;
}

}  // namespace terramask::tools
