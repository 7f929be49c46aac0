#include "dataset/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dataset/image_store.hpp"
#include "dataset/imagery.hpp"
#include "dataset/label_codes.hpp"
#include "geo/read/grid_reader.hpp"
#include "terramask/error.hpp"

namespace terramask {

using dataset::CachedImage;
using dataset::FileWindows;
using dataset::ImageBands;
using dataset::ImageSource;
using dataset::RawPixels;

namespace {

constexpr std::int64_t kScan = 512;  // side of the windows of the first pass; a multiple of kCell

}  // namespace

struct Dataset::State {
  Project project;
  std::vector<BandRequest> bands;
  std::vector<ImageSource> sources;
  std::unique_ptr<Split> split;
  std::vector<std::unique_ptr<CachedImage>> cached;
  std::vector<CellIndex> cells;
  std::array<std::vector<std::uint64_t>, kParts> counts;
  std::array<std::uint64_t, kParts> visible{};
  std::uint64_t cached_bytes = 0;
  std::vector<std::string> warnings;
  struct Alike {
    std::size_t place;
    std::string first;
    int others;
  };
  std::map<std::string, Alike> alike;  ///< warnings by their text without file names

  void open(const DatasetOptions& options);
  void scan(const DatasetOptions& options);
  void warn(const std::string& name, const std::string& warning);
  void tally(std::size_t image, const Window& window, const RawPixels& pixels);
  void check(bool strict);
  void complain(bool strict, const std::string& what, const std::string& remedy);
};

Dataset::Dataset(const Project& project, const DatasetOptions& options) : state_(std::make_unique<State>()) {
  state_->project = project;
  state_->open(options);
  state_->scan(options);
  state_->check(options.strict);
}

Dataset::~Dataset() = default;

void Dataset::State::open(const DatasetOptions& options) {
  ImageBands first;
  std::vector<SplitImage> grounds;
  std::optional<double> smallest, largest;
  for (std::size_t i = 0; i < project.images.size(); ++i) {
    if (options.stop != nullptr) options.stop->check();
    const ProjectImage& image = project.images[i];
    const ImageBands own = dataset::find_bands(image);
    ImageSource source;
    source.id = image.id;
    if (i == 0) first = own;
    source.options = dataset::raster_options(image, own, project.images[0], first, project.pixel_size_m,
                                             project.nodata_rule);
    const auto opened = RasterReader::open(source.options);
    source.options.values_checked = true;
    const RasterReader& raster = *opened;
    source.name = raster.name();
    source.grid = raster.working_grid();
    source.bands = raster.bands();
    const auto& found = raster.found_bands();
    source.bytes =
        raster.reach() == std::array<double, 2>{0.5, 0.5} &&
        std::all_of(found.begin(), found.end(), [](const auto& band) { return band.type == "Byte"; });
    if (const auto size = raster.pixel_size()) {
      smallest = std::min(smallest.value_or(size->x), size->x);
      largest = std::max(largest.value_or(size->x), size->x);
    }
    for (const auto& warning : raster.warnings()) warn(source.name, warning);
    source.labels = geo::place_labels(image.labels.path, raster.source_grid(), raster.name());
    if (!source.labels.warning.empty()) warn(image.labels.path, source.labels.warning);
    geo::LabelReader labels(source.labels, raster.working_grid());
    source.codes = dataset::label_codes(project, image, source.labels, labels.count_values(), warnings);
    auto reach = raster.reach();
    for (double& r : reach) r = std::max(r, labels.reach());
    grounds.push_back({image.id, image.group, raster.name(), raster.working_grid(), reach, image.part});
    sources.push_back(std::move(source));
  }
  bands = first.bands;
  split = std::make_unique<Split>(project.split, std::move(grounds));
  if (project.pixel_size_m) return;
  if (smallest && *largest > 1.1 * *smallest)
    warnings.push_back(
        fmt::format("pixels are {:.3g} to {:.3g} m large, and taken as they are; pixel_size_m in "
                    "the project would bring them to one size",
                    *smallest, *largest));
}

void Dataset::State::scan(const DatasetOptions& options) {
  for (auto& of_part : counts) of_part.assign(project.classes.size(), 0);
  Progress progress{"reading labels", "pixels", 0, 0};
  for (const auto& source : sources) progress.total += geo::pixels(source.grid.extent());
  RawPixels pixels;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Window extent = sources[i].grid.extent();
    const std::uint64_t bytes = CachedImage::bytes_of(sources[i]);
    cached.emplace_back();
    if (bytes <= options.cache_bytes - cached_bytes) {
      cached.back() = std::make_unique<CachedImage>(sources[i]);
      cached_bytes += bytes;
    }
    CellIndex index;
    index.columns = (extent.width + kCell - 1) / kCell;
    index.rows = (extent.height + kCell - 1) / kCell;
    index.parts.resize(static_cast<std::size_t>(index.columns * index.rows));
    index.training.resize(index.parts.size() * project.classes.size());
    cells.push_back(std::move(index));
    FileWindows files(sources[i], *split, i);
    for (std::int64_t y = 0; y < extent.height; y += kScan)
      for (std::int64_t x = 0; x < extent.width; x += kScan) {
        if (options.stop != nullptr) options.stop->check();
        const Window window = intersect({x, y, kScan, kScan}, extent);
        if (cached.back()) {
          files.read(window, pixels);
          cached.back()->store(window, pixels);
        } else {
          files.read_labels(window, pixels);
        }
        tally(i, window, pixels);
        progress.done += geo::pixels(window);
        if (options.progress) options.progress(progress);
      }
  }
}

/// A warning that applies to many files is reported for the first, with the number of others.
void Dataset::State::warn(const std::string& name, const std::string& warning) {
  const std::string what = warning.starts_with(name) ? warning.substr(name.size()) : warning;
  auto [known, added] = alike.try_emplace(what, Alike{warnings.size(), warning, 0});
  if (added) {
    warnings.push_back(warning);
    return;
  }
  Alike& one = known->second;
  ++one.others;
  warnings[one.place] = fmt::format("{} (so {} other{})", one.first, one.others, one.others == 1 ? "" : "s");
}

void Dataset::State::tally(std::size_t image, const Window& window, const RawPixels& pixels) {
  CellIndex& index = cells[image];
  for (std::int64_t y = 0; y < window.height; ++y)
    for (std::int64_t x = 0; x < window.width; ++x) {
      const auto i = static_cast<std::size_t>(y * window.width + x);
      if (pixels.parts[i] == 0) continue;
      const std::size_t part = pixels.parts[i] - std::size_t{1};
      const auto cell =
          static_cast<std::size_t>((window.y + y) / kCell * index.columns + (window.x + x) / kCell);
      ++visible[part];
      index.parts[cell] = static_cast<std::uint8_t>(index.parts[cell] | 1u << (4 + part));
      if (pixels.labels[i] == geo::kIgnoredLabel) continue;
      const std::size_t class_index = pixels.labels[i] - std::size_t{1};
      ++counts[part][class_index];
      index.parts[cell] = static_cast<std::uint8_t>(index.parts[cell] | 1u << part);
      if (part == 0) ++index.training[class_index * index.cells() + cell];
    }
}

void Dataset::State::complain(bool strict, const std::string& what, const std::string& remedy) {
  if (strict) throw Error(ErrorCode::mismatch, what, remedy);
  warnings.push_back(what + "; " + remedy);
}

void Dataset::State::check(bool strict) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto& parts = cells[i].parts;
    const bool any =
        std::any_of(parts.begin(), parts.end(), [](std::uint8_t bits) { return (bits & 7u) != 0; });
    if (!any)
      warnings.push_back(
          fmt::format("image \"{}\" ({}): none of its valid pixels has a label, so it teaches "
                      "nothing",
                      sources[i].id, sources[i].name));
  }
  const auto labelled = [this](std::size_t part) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts[part]) sum += count;
    return sum;
  };
  if (labelled(0) + labelled(1) + labelled(2) == 0) {
    complain(strict, "no valid training pixel: no valid pixel of any image has a label",
             "check labels.map and labels.ignore, and that the labels lie on the images");
    return;
  }
  for (std::size_t part = 0; part < kParts; ++part) {
    if (labelled(part) > 0) continue;
    const char* name = to_string(static_cast<Part>(part));
    const std::string remedy =
        project.split.method == SplitMethod::blocks
            ? "choose a smaller split.block_m, another split.seed or other fractions"
            : "choose another split.seed or other fractions, or give images their \"part\"";
    if (part == 0) {
      complain(strict, fmt::format("no valid training pixel: the split leaves none to {}", name), remedy);
      return;
    }
    if (project.split.fractions[part] == 0) continue;
    warnings.push_back(
        fmt::format("the split leaves the {} part without a labelled pixel: {}", name, remedy));
  }
  for (std::size_t c = 0; c < project.classes.size(); ++c) {
    const std::string& name = project.classes[c].name;
    const auto& allowed = project.allow_missing;
    if (counts[0][c] > 0 || std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
    const bool elsewhere = counts[1][c] + counts[2][c] > 0;
    complain(strict,
             elsewhere ? fmt::format("class \"{}\" never occurs in the training part ({} pixels elsewhere)",
                                     name, counts[1][c] + counts[2][c])
                       : fmt::format("class \"{}\" never occurs in the labels", name),
             elsewhere
                 ? "choose a smaller split.block_m or another split.seed, or list it under allow_missing"
                 : "correct labels.map, drop the class, or list it under allow_missing");
  }
}

const Project& Dataset::project() const {
  return state_->project;
}
const std::vector<BandRequest>& Dataset::bands() const {
  return state_->bands;
}
const std::vector<ClassInfo>& Dataset::classes() const {
  return state_->project.classes;
}
const Split& Dataset::split() const {
  return *state_->split;
}
std::size_t Dataset::images() const {
  return state_->sources.size();
}
const Grid& Dataset::grid(std::size_t image) const {
  return state_->sources[image].grid;
}
const std::string& Dataset::name(std::size_t image) const {
  return state_->sources[image].name;
}
const CellIndex& Dataset::cells(std::size_t image) const {
  return state_->cells[image];
}
std::uint64_t Dataset::count(Part part, std::size_t class_index) const {
  return state_->counts[static_cast<std::size_t>(part)][class_index];
}
std::uint64_t Dataset::labelled(Part part) const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : state_->counts[static_cast<std::size_t>(part)]) sum += count;
  return sum;
}
std::uint64_t Dataset::visible(Part part) const {
  return state_->visible[static_cast<std::size_t>(part)];
}
std::size_t Dataset::cached_images() const {
  return static_cast<std::size_t>(std::count_if(state_->cached.begin(), state_->cached.end(),
                                                [](const auto& image) { return image != nullptr; }));
}
std::uint64_t Dataset::cached_bytes() const {
  return state_->cached_bytes;
}
const std::vector<std::string>& Dataset::warnings() const {
  return state_->warnings;
}

struct Dataset::Reader::State {
  /// The files of an image that is not in memory; those used most recently stay open.
  FileWindows& files_of(std::size_t image) {
    constexpr std::size_t most = 16;
    auto at = std::find_if(open.begin(), open.end(), [image](const auto& one) { return one.first == image; });
    if (at == open.end()) {
      if (open.size() == most) open.pop_back();
      at = open.emplace(open.begin(), image,
                        std::make_unique<FileWindows>(all.sources[image], *all.split, image));
    }
    std::rotate(open.begin(), at, at + 1);
    return *open.front().second;
  }

  const Dataset::State& all;
  std::vector<std::pair<std::size_t, std::unique_ptr<FileWindows>>> open{};
  RawPixels raw{};
};

Dataset::Reader::Reader(const Dataset& dataset) : state_(new State{.all = *dataset.state_}) {}
Dataset::Reader::~Reader() = default;
Dataset::Reader::Reader(Reader&&) noexcept = default;

void Dataset::Reader::read(std::size_t image, const Window& window, Part part, PartPixels& pixels) {
  const Dataset::State& all = state_->all;
  const std::size_t count = geo::pixels(window);
  const Window inside = intersect(window, all.sources[image].grid.extent());
  pixels.values.resize(count * all.bands.size());
  pixels.visible.resize(count);
  pixels.labels.resize(count);
  if (inside != window) {
    std::fill(pixels.values.begin(), pixels.values.end(), 0.0F);
    std::fill(pixels.visible.begin(), pixels.visible.end(), std::uint8_t{0});
    std::fill(pixels.labels.begin(), pixels.labels.end(), geo::kIgnoredLabel);
  }
  if (inside.empty()) return;
  if (all.cached[image]) {
    all.cached[image]->copy(window, part, pixels);
    return;
  }
  state_->files_of(image).read(inside, state_->raw);
  dataset::copy_visible(state_->raw, inside, window, part, pixels);
}

}  // namespace terramask
