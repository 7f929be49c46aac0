// terramask export: a model file as ONNX, for other programs.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "terramask/onnx.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kExportFooter =
    R"(The ONNX network has opset 17, the tensors' names, and takes images of any number and of any height and width
that are multiples of its stride. It takes (value - mean) / std, unless --normalise-inside puts that into it.
For Deepness, QGIS' plugin, tiles have one size, the network returns probabilities, and the file holds what
the plugin asks for: pixel size, names of classes, mean and std.

Examples:
  terramask export roads.safetensors -o roads.onnx
  terramask export roads.safetensors -o roads.onnx --for deepness --tile 512
)";

struct ExportArguments {
  std::string path, output, target = "plain";
  ExportOptions options;
  Verbosity verbosity;
};

int export_model(ExportArguments a) {
  start_messages("terramask export", a.verbosity);
  begin_outputs(std::array{a.output}, a.options.overwrite, std::array{a.path});
  if (a.target == "deepness") a.options.target = ExportTarget::deepness;
  const Model model = load_model(a.path);
  for (const std::string& warning : model.warnings) spdlog::warn("warning: {}: {}", a.path, warning);
  export_onnx(model, a.output, a.options);
  if (!a.verbosity.quiet) say("{}\n", a.output);
  return 0;
}

}  // namespace

void export_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<ExportArguments>();
  OptionGroup all(app);
  all.add("MODEL", a->path, "A model file", "")->required();
  all.add("-o,--output", a->output, "The ONNX file to write", "OUT.onnx")->required();
  all.add_flag("--overwrite", a->options.overwrite, "Overwrite an existing output");
  all.add_choice("--for", a->target, "The program that will run it", {"plain", "deepness"});
  all.add_flag("--normalise-inside", a->options.normalise_inside, "Let the network take stored pixel values");
  all.add_flag("--probabilities", a->options.probabilities,
               "Let the network return probabilities, not logits");
  all.add_shown("--tile", a->options.tile, "For Deepness: height and width of its tiles", "N")
      ->check(whole_number(1, 65536));
  add_verbosity_options(app, a->verbosity);
  app.footer(kExportFooter);
  run = [a] { return export_model(*a); };
}

}  // namespace terramask::tools
