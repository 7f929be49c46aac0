#include "cli/project_options.hpp"

#include <array>
#include <string>

#include "keys/key_setting.hpp"

namespace terramask::tools {
namespace {

struct Choice {
  const char* option;
  const char* key;
  const char* type;
  const char* help;
};

constexpr std::array<Choice, 8> choices{{
    {"--architecture", "network.architecture", "NAME", "unet, segnet, fcn or linear"},
    {"--width", "network.width", "N", "Channels of the first stage"},
    {"--depth", "network.depth", "N", "unet: number of downsampling steps"},
    {"--patch", "training.patch", "N", "Patch size in pixels"},
    {"--batch", "training.batch", "N", "Batch size: patches per step"},
    {"--loss", "training.loss", "NAME", "cross_entropy, cross_entropy_dice, dice, focal, ..."},
    {"--class-weights", "training.class_weights", "LIST",
     "none, tempered, balanced, or one weight per class: 1,5"},
    {"--sampling", "training.sampling", "NAME", "random, grid or balanced"},
}};

/// "1,5" is a list of weights.
std::string value_of(const Choice& choice, const std::string& text) {
  const bool list = std::string(choice.key) == "training.class_weights" &&
                    text.find_first_of("0123456789") != std::string::npos &&
                    text.find('[') == std::string::npos;
  return list ? "[" + text + "]" : text;
}

}  // namespace

void add_project_options(CLI::App& app, std::vector<keys::Setting>& settings) {
  constexpr const char* group = "Project";
  for (const Choice& choice : choices)
    app.add_option_function<std::string>(
           choice.option,
           [&settings, choice](const std::string& text) {
             settings.push_back({choice.option, choice.key, value_of(choice, text)});
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
