// terramask picture: an image with its mask laid over it.
#include "terramask/picture.hpp"

#include <fmt/format.h>

#include <memory>

#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "terramask/gdal.hpp"

namespace terramask::tools {
namespace {

struct PictureArguments {
  std::string image, mask, output;
  int max_side = 1600;
  double opacity = 0.5;
  bool overwrite = false;
  Verbosity verbosity;
};

}  // namespace

void picture_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<PictureArguments>();
  app.add_option("IMAGE", a->image, "The image that was segmented")->required()->type_name("");
  app.add_option("MASK", a->mask, "Its mask, as `terramask segment` writes it")->required()->type_name("");
  OptionGroup options(app);
  options.add("-o,--output", a->output, "Output picture (PNG)", "OUT.png")->required();
  options.add_shown("--max-side", a->max_side, "Maximum width and height in pixels", "N")
      ->check(whole_number(100, 20000));
  options.add_shown("--opacity", a->opacity, "Opacity of the mask: 0 (transparent) to 1 (opaque)", "X")
      ->check(number_between(0, 1));
  options.add_flag("--overwrite", a->overwrite, "Overwrite an existing picture");
  add_verbosity_options(app, a->verbosity);
  app.footer(
      "Example:\n"
      "  terramask picture ortho.tif mask.tif -o picture.png --max-side 1200\n");
  run = [a] {
    configure_gdal(std::uint64_t{64} << 20);
    start_messages("terramask picture", a->verbosity);
    const std::vector<std::string> inputs{a->image, a->mask};
    begin_outputs(std::array{a->output}, a->overwrite, inputs);
    write_picture(a->output, a->image, a->mask, a->max_side, a->opacity, a->overwrite);
    if (!a->verbosity.quiet) say("{}\n", a->output);
    return 0;
  };
}

}  // namespace terramask::tools
