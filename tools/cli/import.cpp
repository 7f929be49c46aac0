// terramask import: a network of another program as a model file.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cmath>
#include <memory>

#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "terramask/gdal.hpp"
#include "terramask/onnx.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kImportFooter =
    R"(The network takes one image and returns a value for each class and pixel. Softmax, Sigmoid or ArgMax at its
end are taken off; an output smaller than the image is enlarged. A stored pixel value v becomes
(v / scale - mean) / std; without options it goes into the network as it is. What QGIS' Deepness writes
into a file (class names, resolution, mean and std) is read from there.

In PyTorch:  torch.onnx.export(model.eval(), torch.zeros(1, 3, 512, 512), "model.onnx", opset_version=17,
  input_names=["image"], output_names=["logits"], dynamic_axes={"image": {2: "h", 3: "w"}})

Examples:
  terramask import unet.onnx -o unet.safetensors --like ortho.tif --scale 255 --classes background,road
  terramask import unet.onnx -o unet.safetensors --pixel-size 0.2 --bands red,green,blue --scale 255
    --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --classes background,road
  terramask info unet.safetensors ortho.tif
  terramask segment unet.safetensors ortho.tif -o mask.tif
)";

struct ImportArguments {
  std::string path, output, like;
  bool overwrite = false;
  ImportOptions options;
  double pixel_size = 0, scale = 0;
  Verbosity verbosity;
};

/// An image as the network was trained on: its bands, as training would read them, and its pixel size.
void take_after(const std::string& path, ImportOptions& options) {
  configure_gdal(std::uint64_t{64} << 20);
  const auto raster = RasterReader::open({.paths = {path}});
  if (options.bands.empty())
    for (const BandRequest& band : raster->found_bands()) {
      options.bands.push_back(band.name);
      options.types.push_back(band.type);
    }
  if (const auto size = raster->pixel_size()) options.pixel_size_m = std::sqrt(size->x * size->y);
}

int import(ImportArguments a, bool sized, bool scaled) {
  start_messages("terramask import", a.verbosity);
  begin_outputs(std::array{a.output}, a.overwrite, std::array{a.path, a.like});
  if (!a.like.empty()) take_after(a.like, a.options);
  if (sized) a.options.pixel_size_m = a.pixel_size;
  if (scaled) a.options.scale = a.scale;
  const Model model = import_onnx(a.path, a.options);
  for (const std::string& warning : model.warnings) spdlog::warn("{}: {}", a.path, warning);
  save_model(a.output, model.info, model.parameters, a.overwrite);
  if (!a.verbosity.quiet)
    say("{}: a model of {} bands and {} classes, {} nodes, stride {}\n", a.output, model.info.bands.size(),
        model.info.classes.size(), model.info.network.given->nodes.size(), model.info.network.given->stride);
  return 0;
}

}  // namespace

void import_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<ImportArguments>();
  ImportOptions& options = a->options;
  OptionGroup all(app);
  all.add("MODEL", a->path, "An ONNX file, opset 9 to 22", "")->required();
  all.add("-o,--output", a->output, "The model file to make", "OUT.safetensors")->required();
  all.add_flag("--overwrite", a->overwrite, "Overwrite an existing output");
  all.add("--like", a->like, "An image as the network was trained on; its bands and pixel size are taken",
          "RASTER");
  const CLI::Option* size = all.add("--pixel-size", a->pixel_size,
                                    "Ground pixel size that the network was trained on, in metres", "M")
                                ->check(positive_number());
  all.add_list("--bands", options.bands, "Names of the bands, in the network's order", "A,B");
  const CLI::Option* scale =
      all.add("--scale", a->scale,
              "Pixel values are divided by it: 255 for 8-bit images and values from 0 to 1", "V")
          ->check(positive_number());
  all.add_list("--mean", options.mean, "Mean of each band, after that division", "A,B");
  all.add_list("--std", options.std, "Standard deviation of each band, likewise", "A,B");
  all.add_list("--classes", options.classes, "Names of the classes, in the network's order", "A,B");
  all.add("--network-output", options.output, "The output to take, if the network has several", "NAME");
  add_verbosity_options(app, a->verbosity);
  app.footer(kImportFooter);
  run = [a, size, scale] { return import(*a, size->count() > 0, scale->count() > 0); };
}

}  // namespace terramask::tools
