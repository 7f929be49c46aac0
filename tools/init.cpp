// terramask init: a project from rasters and labels.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>

#include "checks.hpp"
#include "command.hpp"
#include "dataset/dataset.hpp"
#include "dataset/draft.hpp"
#include "dataset/samples_picture.hpp"
#include "messages.hpp"
#include "stop.hpp"
#include "subcommands.hpp"
#include "terramask/gdal.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/tiles.hpp"
#include "tile_arguments.hpp"

namespace terramask::tools {
namespace {

struct InitArguments {
  DraftOptions draft;
  std::string classes, output, picture;
  std::vector<std::string> ndsm;
  bool overwrite = false;
  Verbosity verbosity;
};

void print_classes(const Dataset& dataset) {
  const std::array parts{Part::training, Part::validation, Part::test};
  std::uint64_t total = 0;
  for (const Part part : parts) total += dataset.labelled(part);
  std::size_t widest = 5;
  for (const ClassInfo& one : dataset.classes()) widest = std::max(widest, one.name.size());
  fmt::print("{:<{}}  value   share  {:>12}  {:>12}  {:>12}\n", "class", widest, "training", "validation",
             "test");
  const auto share = [](std::uint64_t of, std::uint64_t all) {
    return all == 0 ? 0.0 : 100 * static_cast<double>(of) / static_cast<double>(all);
  };
  for (std::size_t c = 0; c < dataset.classes().size(); ++c) {
    const ClassInfo& one = dataset.classes()[c];
    std::array<std::uint64_t, kParts> counts{};
    for (std::size_t p = 0; p < kParts; ++p) counts[p] = dataset.count(parts[p], c);
    fmt::print("{:<{}}  {:>5}  {:>5.1f}%  {:>12}  {:>12}  {:>12}\n", one.name, widest, one.value,
               share(counts[0] + counts[1] + counts[2], total), counts[0], counts[1], counts[2]);
  }
  fmt::print("{:<{}}  {:>5}  {:>5.0f}%  {:>12}  {:>12}  {:>12}  pixels\n", "all", widest, "",
             total > 0 ? 100.0 : 0.0, dataset.labelled(parts[0]), dataset.labelled(parts[1]),
             dataset.labelled(parts[2]));
}

constexpr std::uint64_t kMostSeeds = 20;

bool leaves_part_empty(const Dataset& dataset) {
  if (dataset.labelled(Part::training) + dataset.labelled(Part::validation) + dataset.labelled(Part::test) ==
      0)
    return false;  // no split could help
  for (const Part part : {Part::training, Part::validation, Part::test})
    if (dataset.labelled(part) == 0 && dataset.project().split.fractions[static_cast<std::size_t>(part)] > 0)
      return true;
  return false;
}

int run_init(InitArguments& a) {
  configure_gdal(std::uint64_t{64} << 20);
  start_messages("terramask init", a.verbosity);
  for (auto* names : {&a.draft.images, &a.draft.labels, &a.draft.stack})
    for (std::string& name : *names) name = with_extent(name, chosen_zoom(), {}, "");
  for (const std::string& name : a.draft.images)
    if (without_secrets(name) != name)
      spdlog::warn("{}: the project keeps the key in its name; write it as {{env:NAME}} to keep it out",
                   name);
  std::vector<std::string> inputs = a.draft.images;
  inputs.insert(inputs.end(), a.draft.labels.begin(), a.draft.labels.end());
  if (a.picture.empty()) a.picture = std::filesystem::path(a.output).replace_extension(".png").string();
  check_output(a.output, a.overwrite, inputs);
  check_output(a.picture, a.overwrite, inputs);
  if (!a.classes.empty()) a.draft.classes = parse_class_requests(a.classes);
  if (!a.ndsm.empty()) a.draft.ndsm = NdsmMember{a.ndsm[0], a.ndsm[1]};
  std::vector<std::string> notes;
  Project project = draft_project(a.draft, notes);
  for (const auto& note : notes) spdlog::info("{}", note);
  ProgressBar bar("terramask init: ");
  DatasetOptions options;
  options.strict = false;
  options.stop = &stop_flag();
  if (!a.verbosity.quiet) options.progress = [&bar](const Progress& progress) { bar.show(progress); };
  auto dataset = std::make_unique<Dataset>(project, options);
  // Little ground has few blocks, and a seed may leave a part none of them.
  while (leaves_part_empty(*dataset) && project.split.seed < kMostSeeds) {
    ++project.split.seed;
    dataset = std::make_unique<Dataset>(project, options);
  }
  bar.finish();
  for (const auto& warning : dataset->warnings()) spdlog::warn("{}", warning);
  write_samples_picture(a.picture, *dataset, a.overwrite);
  write_project(a.output, project, a.overwrite);
  if (a.verbosity.quiet) return 0;
  print_classes(*dataset);
  fmt::print("{}\n{}\n", a.output, a.picture);
  return 0;
}

}  // namespace

void init_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<InitArguments>();
  app.add_option("IMAGE", a->draft.images, "Rasters to learn from")->required()->type_name("");
  app.add_option("-l,--labels", a->draft.labels,
                 "Raster of class values: one for all images, or one for each")
      ->required()
      ->type_name("LABELS");
  app.add_option("-o,--output", a->output, "The project")->required()->type_name("PROJECT.json");
  app.add_option("--classes", a->classes,
                 "Which label values mean what: 0-127=background,128-255=road#ffd400 or 1|2=roof; "
                 "'#ffd400=road' of labels in colours; else each value found is a class")
      ->type_name("LIST");
  app.add_option("--ignore", a->draft.ignore, "Label values that count in nothing")
      ->delimiter(',')
      ->check(whole_number(0, 65535))
      ->type_name("VALUES");
  app.add_option("--stack", a->draft.stack, "Rasters joined to each image as further bands")
      ->type_name("FILE");
  app.add_option("--ndsm", a->ndsm, "Surface and terrain, whose difference is joined to each image as a band")
      ->expected(2)
      ->type_name("DSM DTM");
  app.add_option("-r,--resolution", a->draft.pixel_size_m,
                 "Pixel size on the ground that all is brought to, metres; else each image keeps its own")
      ->check(positive_number())
      ->type_name("METRES");
  app.add_option("--picture", a->picture, "Samples with their labels laid over; else beside the project")
      ->type_name("OUT.png");
  app.add_flag("--overwrite", a->overwrite, "Replace files that are there");
  add_verbosity_options(app, a->verbosity);
  app.footer(
      "Look at the picture before training: labels that do not lie on their image show there.\n"
      "\n"
      "Examples:\n"
      "  terramask init ortho.tif --labels roads.tif -o roads.json\n"
      "  terramask init tiles/*.png --labels masks/*.png --classes 0-127=background,128-255=road -o "
      "roads.json\n");
  run = [a] { return run_init(*a); };
}

}  // namespace terramask::tools
