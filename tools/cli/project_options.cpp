#include "cli/project_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

#include "common/network_options.hpp"
#include "dataset/project.hpp"
#include "keys/key_setting.hpp"

namespace terramask::tools {
namespace {

struct Choice {
  std::string option;
  std::string key;
  std::string type;
  std::string help;
};

std::string names_of_losses() {
  return fmt::format("{}", fmt::join(all_names<learn::Loss>(), ", "));
}

std::vector<Choice> all_choices() {
  std::vector<Choice> choices{{"--architecture", "network.architecture", "NAME", architecture_names()}};
  for (const NetworkKey& key : all_network_keys())
    choices.push_back(
        {option_name(key), fmt::format("network.{}", key.name), type_name(key), help_text(key)});
  const std::vector<Choice> of_training{
      {"--patch", "training.patch", "N", "Patch size in pixels"},
      {"--batch", "training.batch", "N", "Batch size: patches per step"},
      {"--loss", "training.loss", "NAME", names_of_losses()},
      {"--class-weights", "training.class_weights", "LIST",
       "none, tempered, balanced, or one weight per class: 1,5"},
      {"--sampling", "training.sampling", "NAME", fmt::format("{}", fmt::join(all_names<Sampling>(), ", "))},
  };
  choices.insert(choices.end(), of_training.begin(), of_training.end());
  return choices;
}

/// "1,5" is a list of weights.
std::string setting_value(const Choice& choice, const std::string& text) {
  const bool list = choice.key == "training.class_weights" &&
                    text.find_first_of("0123456789") != std::string::npos &&
                    text.find('[') == std::string::npos;
  return list ? "[" + text + "]" : text;
}

}  // namespace

void add_project_options(CLI::App& app, std::vector<keys::Setting>& settings) {
  constexpr const char* group = "Project";
  for (const Choice& choice : all_choices())
    app.add_option_function<std::string>(
           choice.option,
           [&settings, choice](const std::string& text) {
             settings.push_back({choice.option, choice.key, setting_value(choice, text)});
           },
           choice.help)
        ->type_name(choice.type)
        ->group(group);
  app.add_option_function<std::vector<std::string>>(
         "--set",
         [&settings](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) settings.push_back(keys::parse_setting("--set", text));
         },
         "Set any key of the project: training.learning_rate=0.01; repeatable")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE")
      ->group(group);
}

}  // namespace terramask::tools
