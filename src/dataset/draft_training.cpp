#include "dataset/draft_training.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "terramask/error.hpp"

namespace terramask {
namespace {

constexpr double kAlike = 1.1;
constexpr double kNearlySquare = 1.21;  // both sides within 10% of their geometric mean: not resampled
constexpr std::int64_t kRarePatch = 128, kRareBatch = 8, kRareSamples = 200;
constexpr std::array kAllParts{Part::training, Part::validation, Part::test};

/// Rounds to three digits: GDAL measures 0.49998 m for a pixel of 0.5 m.
double rounded(double size) {
  const double unit = std::pow(10, std::floor(std::log10(size)) - 2);
  return std::stod(fmt::format("{:.6g}", std::round(size / unit) * unit));
}

}  // namespace

void choose_pixel_size(Project& project, const std::vector<std::optional<PixelSize>>& sizes,
                       std::vector<std::string>& notes) {
  if (project.pixel_size_m) return;
  double least = INFINITY, most = 0, longest = 0, shortest = INFINITY;
  std::size_t unknown = 0;
  std::string first, last;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (!sizes[i]) {
      ++unknown;
      continue;
    }
    const double size = std::sqrt(sizes[i]->x * sizes[i]->y);
    if (size < least) first = project.images[i].id;
    if (size > most) last = project.images[i].id;
    least = std::min(least, size);
    most = std::max(most, size);
    longest = std::max({longest, sizes[i]->x, sizes[i]->y});
    shortest = std::min({shortest, sizes[i]->x, sizes[i]->y});
  }
  if (unknown == sizes.size()) {
    notes.emplace_back(
        "no image has a pixel size in metres, so the model cannot check which rasters fit "
        "it; give pixel_size_m of each image (`set=images[0].pixel_size_m=0.5`), or the model's "
        "(`resolution`)");
    return;
  }
  if (most > kAlike * least)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("the images' pixels differ: {:g} m on the ground (\"{}\") to {:g} m (\"{}\")",
                    rounded(least), first, rounded(most), last),
        fmt::format("say with `resolution=METRES` which size all are brought to: {:g}", rounded(most)));
  if (longest > kNearlySquare * shortest) {
    notes.push_back(fmt::format(
        "pixels are {:g} to {:g} m on the ground, far from square, so that the model has no pixel "
        "size and cannot tell which rasters fit it; `resolution=METRES` gives it one, such as {:g}",
        rounded(shortest), rounded(longest), rounded(std::sqrt(shortest * longest))));
    return;
  }
  project.pixel_size_m = rounded(std::sqrt(longest * shortest));
  notes.push_back(fmt::format(
      "the model's pixels are {:g} m on the ground, as the images' are: rasters of other sizes will "
      "be resampled to it (`resolution` chooses another size)",
      *project.pixel_size_m));
  if (unknown > 0)
    notes.push_back(
        fmt::format("{} of the images have no pixel size in metres, and are used as they are", unknown));
}

void choose_training(Project& project, const Dataset& dataset, const std::vector<std::string>& asked,
                     std::vector<std::string>& notes) {
  std::uint64_t all = 0;
  for (const Part part : kAllParts) all += dataset.labelled(part);
  std::vector<std::string> rare, untrained;
  for (std::size_t c = 0; c < project.classes.size() && all > 0; ++c) {
    std::uint64_t count = 0;
    for (const Part part : kAllParts) count += dataset.count(part, c);
    const double share = static_cast<double>(count) / static_cast<double>(all);
    if (count == 0 || share >= kRareShare) continue;
    rare.push_back(fmt::format("{} ({:.2g}%)", project.classes[c].name, 100 * share));
    if (dataset.count(Part::training, c) == 0) untrained.push_back(project.classes[c].name);
  }
  if (rare.empty()) return;
  const std::string subject =
      fmt::format("rare classes, by share of the labelled pixels: {}", fmt::join(rare, ", "));
  if (!untrained.empty())
    notes.push_back(
        fmt::format("sampling cannot balance {}: no such pixel in the training part; choose a smaller "
                    "split.block_m or another split.seed",
                    fmt::join(untrained, ", ")));
  if (untrained.size() == rare.size()) return;
  TrainingKeys& training = project.training;
  std::vector<std::string> chosen, kept;
  const auto choose = [&](const char* key, auto& value, auto wanted, const std::string& text) {
    const bool free = std::ranges::find(asked, std::string("training.") + key) == asked.end();
    if (free) value = wanted;
    (free ? chosen : kept).push_back(free ? fmt::format("{}: {}", key, text) : std::string(key));
  };
  choose("sampling", training.sampling, Sampling::balanced, "balanced");
  choose("loss", training.loss, learn::Loss::cross_entropy_dice, "cross_entropy_dice");
  const std::int64_t patch = std::min(training.patch, kRarePatch);
  choose("patch", training.patch, patch, std::to_string(patch));
  choose("batch", training.batch, kRareBatch, std::to_string(kRareBatch));
  // Little ground makes short epochs. As patches are drawn anew each time, more samples give more to learn
  // from.
  const auto cover =
      static_cast<std::int64_t>(dataset.labelled(Part::training)) / (training.patch * training.patch);
  const std::int64_t samples = std::max(cover, kRareSamples);
  choose("samples", training.samples, samples, std::to_string(samples));
  // For few examples, vary orientation and lighting.
  AugmentKeys& augment = training.augment;
  choose("augment.rotation", augment.rotation, 30.0, "30");
  choose("augment.scale", augment.scale, 0.2, "0.2");
  choose("augment.brightness", augment.brightness, 0.2, "0.2");
  choose("augment.contrast", augment.contrast, 0.2, "0.2");
  if (project.classes.size() == 2 && dataset.labelled(Part::validation) > 0)
    choose("choose_threshold", training.choose_threshold, true, "true");
  if (!chosen.empty())
    notes.push_back(fmt::format("{}; settings chosen for this: {}", subject, fmt::join(chosen, ", ")));
  if (!kept.empty())
    notes.push_back(fmt::format("{}; settings kept as given: {}", subject, fmt::join(kept, ", ")));
}

bool leaves_class_out(const Dataset& dataset) {
  const Project& project = dataset.project();
  for (std::size_t c = 0; c < project.classes.size(); ++c) {
    std::uint64_t count = 0;
    for (const Part part : kAllParts) count += dataset.count(part, c);
    if (count == 0) continue;
    for (const Part part : kAllParts)
      if (dataset.count(part, c) == 0 && project.split.fractions[static_cast<std::size_t>(part)] > 0)
        return true;
  }
  return false;
}

}  // namespace terramask
