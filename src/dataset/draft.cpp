#include "dataset/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/class_colors.hpp"
#include "dataset/draft_training.hpp"
#include "dataset/project_keys.hpp"
#include "dataset/split.hpp"
#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/label_reader.hpp"
#include "geo/read/palette_check.hpp"
#include "geo/style/mask_classes.hpp"
#include "terramask/error.hpp"
#include "terramask/raster_reader.hpp"
#include "terramask/tiles.hpp"

namespace terramask {
namespace {

constexpr std::size_t kMostClasses = 64;
constexpr std::size_t kMostExamples = 12;
constexpr double kFewBlocks = 50;
constexpr double kLeastBlock = 64;  // in pixels

/// Okabe and Ito's colours, distinguishable from each other and from most imagery.

[[noreturn]] void refuse_class(const std::string& text) {
  throw Error(ErrorCode::usage, "`map`: \"" + text + "\" is not a class",
              "write VALUES=NAME or VALUES=NAME#rrggbb, such as 0-127=background,128-255=road#ffd400, or "
              "#rrggbb=NAME for labels that are colours");
}

/// The values that a text specifies; for a colour, one greater than all others.
std::pair<int, int> range_of(const std::string& text) {
  if (const auto range = dataset::parse_values(text)) return *range;
  const auto color = geo::parse_color(text).value();
  const int beyond = 65536 + (color[0] << 16 | color[1] << 8 | color[2]);
  return {beyond, beyond};
}

/// The contents of the labels of all images.
struct Found {
  std::map<int, std::uint64_t> counts;
  std::map<int, ClassInfo> named;
  std::map<int, std::pair<std::string, std::string>> palette;  ///< colour and source file of each value
  std::map<std::string, std::set<int>> nodata;                 ///< nodata values, by label raster
};

/// Colours identify values that have no names: one value with two colours would merge two classes.
void look_at_palette(const std::string& path, GDALDataset& raster, const std::set<int>& values,
                     const std::set<int>& named, Found& found) {
  for (const int value : values) {
    const std::string color = geo::palette_color(raster, value);
    if (color.empty()) continue;
    if (found.named[value].color.empty()) found.named[value].color = color;
    if (named.contains(value)) continue;
    const auto& [first, first_path] = found.palette.try_emplace(value, color, path).first->second;
    if (first == color) continue;
    geo::refuse_palettes(path, value, color, first_path, first,
                         "name classes by their colours: `map='#rrggbb=road,#rrggbb=roof'`");
  }
}

[[noreturn]] void refuse_colors(const std::string& path, const std::map<double, std::uint64_t>& counts) {
  std::vector<std::pair<std::uint64_t, int>> sorted;
  for (const auto& [color, count] : counts) sorted.emplace_back(count, static_cast<int>(color));
  std::sort(sorted.rbegin(), sorted.rend());
  std::string which;
  for (std::size_t i = 0; i < std::min(sorted.size(), kMostExamples); ++i)
    which += fmt::format("{}#{:06x}", i == 0 ? "" : ", ", sorted[i].second);
  throw Error(
      ErrorCode::mismatch,
      fmt::format(
          "{}: a raster of colours, not of class values: {}{}", path, which,
          sorted.size() > kMostExamples ? fmt::format(" and {} more", sorted.size() - kMostExamples) : ""),
      "say which are which with `map`, such as '#ffd400=road,#000000=background'");
}

void look_at_labels(const std::string& path, const RasterReader& image, Found& found) {
  const geo::LabelPlace place = geo::place_labels(path, image.source_grid(), image.name());
  geo::LabelReader reader(place, image.source_grid());
  if (place.colored()) refuse_colors(path, reader.count_values());
  const geo::DatasetPtr raster = geo::open_raster(path);
  std::size_t odd = 0;
  std::string which;
  std::set<int> here;
  const geo::BandFacts& band = place.facts.bands[place.band - 1];
  for (const auto& [value, count] : reader.count_values()) {
    if (band.is_nodata(value)) {
      if (value >= 0 && value <= 65535 && value == std::floor(value))
        found.nodata[path].insert(static_cast<int>(value));
      continue;
    }
    const bool whole = value >= 0 && value <= 65535 && value == std::floor(value);
    if (!whole && ++odd <= kMostExamples) which += fmt::format("{}{:.9g}", which.empty() ? "" : ", ", value);
    if (!whole) continue;
    found.counts[static_cast<int>(value)] += count;
    here.insert(static_cast<int>(value));
  }
  if (odd > 0 || found.counts.size() > kMostClasses)
    throw Error(ErrorCode::mismatch,
                odd > 0 ? fmt::format("{}: holds {} value{} that {} no whole number{} from 0 to 65535: {}{}",
                                      path, odd, odd == 1 ? "" : "s", odd == 1 ? "is" : "are",
                                      odd == 1 ? "" : "s", which, odd > kMostExamples ? ", ..." : "")
                        : fmt::format("{}: holds {} different values, too many to be classes", path,
                                      found.counts.size()),
                odd > 0 ? "bring them to such numbers first, with `gdal_calc.py` or QGIS's Reclassify by "
                          "table, or declare what "
                          "stands for nodata with `gdal_edit.py -a_nodata`"
                        : "say which are which with `map`, such as 0-127=background,128-255=road");
  std::set<int> named_here;
  for (const ClassInfo& one : geo::read_classes(*raster)) {
    if (one.name.empty()) continue;
    named_here.insert(one.value);
    const ClassInfo& known = found.named.try_emplace(one.value, one).first->second;
    if (!known.name.empty() && known.name != one.name && here.contains(one.value))
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: calls the value {} \"{}\", labels before it \"{}\"", path, one.value,
                              one.name, known.name),
                  "bring all to the same values, or say with `map` what values mean");
  }
  look_at_palette(path, *raster, here, named_here, found);
}

std::vector<ClassRequest> classes_found(const Found& found, std::vector<int>& ignore,
                                        std::vector<std::string>& notes) {
  std::vector<ClassRequest> classes;
  std::set<std::string> names;
  for (const auto& [value, count] : found.counts) {
    if (std::find(ignore.begin(), ignore.end(), value) != ignore.end()) continue;
    const auto known = found.named.find(value);
    ClassInfo one = known == found.named.end() ? ClassInfo{} : known->second;
    if (one.name.empty() && value == 255 && found.counts.size() > 2) {
      ignore.push_back(value);
      notes.push_back("the labels' value 255 has no name and is ignored");
      continue;
    }
    if (one.name.empty()) one.name = value == 0 ? "background" : fmt::format("class {}", value);
    while (!names.insert(one.name).second) one.name += fmt::format(" ({})", value);
    classes.push_back({{std::to_string(value)}, one.name, one.color});
  }
  return classes;
}

/// Adds classes and the map shared by all images.
void add_classes(Project& project, const std::vector<ClassRequest>& requests) {
  std::map<std::string, std::string> map;
  std::vector<int> values;
  for (const ClassRequest& request : requests) {
    const bool single =
        request.values.size() == 1 && request.values[0].find_first_of("-#") == std::string::npos;
    values.push_back(single ? std::stoi(request.values[0]) : 255);
    for (const auto& value : request.values) map[value] = request.name;
  }
  // In byte masks, 255 is nodata: other values are numbered.
  const bool kept = std::all_of(values.begin(), values.end(), [](int value) { return value < 255; });
  std::size_t next = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::string color = requests[i].color;
    if (color.empty())
      color = requests[i].name == "background" ? "#000000" : kClassColors[next++ % kClassColors.size()];
    project.classes.push_back({kept ? values[i] : static_cast<int>(i), requests[i].name, color});
  }
  for (ProjectImage& image : project.images) image.labels.map = map;
}

/// On the ground, or in the plane of a local CRS.
std::optional<PixelSize> pixel_size_of(const Grid& grid) {
  const auto unit = geo::local_unit(grid.crs);
  if (!unit || !grid.has_geotransform) return ground_pixel_size(grid);
  const auto& g = grid.geotransform;
  return PixelSize{*unit * std::hypot(g[1], g[4]), *unit * std::hypot(g[2], g[5])};
}

/// The seed, out of a thousand, whose split of whole images is nearest to the fractions and leaves no part
/// empty: with few images, an arbitrary seed may assign all to one part.
std::uint64_t fairest_seed(SplitKeys keys, const std::vector<SplitImage>& images) {
  // As near as whole images allow, or as near as required.
  const double near = std::max(1 / static_cast<double>(images.size()), 0.05);
  std::uint64_t fairest = 1;
  double least = INFINITY;
  for (keys.seed = 1; keys.seed <= 1000; ++keys.seed) {
    const Split split(keys, images);
    std::array<double, kParts> shares{};
    for (std::size_t i = 0; i < images.size(); ++i)
      shares[static_cast<std::size_t>(*split.part_of(i))] += 1 / static_cast<double>(images.size());
    double off = 0;
    for (std::size_t part = 0; part < kParts; ++part)
      off += std::abs(shares[part] - keys.fractions[part]) + (shares[part] > 0 ? 0 : kParts);
    if (off < least - 1e-9) {
      least = off;
      fairest = keys.seed;
    }
    if (least <= near) break;
  }
  return fairest;
}

void choose_split(Project& project, const std::vector<Grid>& grids, std::vector<std::string>& notes) {
  double ground = 0, pixel = 0;
  bool placed = false;
  for (const Grid& grid : grids)
    if (const auto size = pixel_size_of(grid)) {
      placed = true;
      pixel = std::max({pixel, size->x, size->y, project.pixel_size_m.value_or(0)});
      ground += size->x * size->y * static_cast<double>(grid.width) * static_cast<double>(grid.height);
    }
  if (placed) {
    while (project.split.block_m >= 2 * kLeastBlock * pixel &&
           ground / (project.split.block_m * project.split.block_m) < kFewBlocks)
      project.split.block_m /= 2;
    return;
  }
  project.split.method = SplitMethod::file;
  if (project.images.size() < 3) {
    project.split.fractions = {1, 0, 0};
    notes.push_back(
        "no image has a CRS, so the split is by file, and fewer than three files leave none to "
        "validate and test on: all are trained on");
    return;
  }
  std::vector<SplitImage> images;
  for (std::size_t i = 0; i < grids.size(); ++i)
    images.push_back({.id = project.images[i].id, .group = "", .name = "", .grid = grids[i]});
  project.split.seed = fairest_seed(project.split, images);
  notes.push_back("no image has a CRS, so the split is by file");
}

}  // namespace

std::vector<ClassRequest> parse_class_requests(const std::string& text) {
  std::vector<ClassRequest> classes;
  std::set<std::string> names;
  std::vector<std::pair<std::pair<int, int>, std::string>> taken;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string one = text.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos) refuse_class(one);
    ClassRequest request;
    for (std::size_t from = 0; from <= equals;) {
      const std::size_t bar = std::min(one.find('|', from), equals);
      request.values.push_back(one.substr(from, bar - from));
      if (!dataset::parse_values(request.values.back()) && !geo::parse_color(request.values.back()))
        refuse_class(one);
      from = bar + 1;
    }
    const std::size_t hash = one.find('#', equals);
    request.name = one.substr(equals + 1, std::min(hash, one.size()) - equals - 1);
    if (hash != std::string::npos) request.color = one.substr(hash);
    if (hash == std::string::npos && request.values.size() == 1 && geo::parse_color(request.values[0]))
      request.color = request.values[0];
    if (request.name.empty() || (!request.color.empty() && !geo::parse_color(request.color)))
      refuse_class(one);
    if (!names.insert(request.name).second)
      throw Error(ErrorCode::usage, "`map`: \"" + request.name + "\" is there twice",
                  "join the values of one class with bars: 1|2=road");
    for (const std::string& values : request.values) {
      const std::pair<int, int> range = range_of(values);
      for (const auto& [other, name] : taken) {
        const int first = std::max(range.first, other.first), last = std::min(range.second, other.second);
        if (first > last) continue;
        throw Error(ErrorCode::usage,
                    first == last
                        ? fmt::format("`map`: {} is of \"{}\" and of \"{}\"",
                                      first > 65535 ? values : std::to_string(first), name, request.name)
                        : fmt::format("`map`: the values {} to {} are of \"{}\" and of \"{}\"", first, last,
                                      name, request.name),
                    "give each value one class");
      }
      taken.emplace_back(range, request.name);
    }
    classes.push_back(std::move(request));
  }
  return classes;
}

Project draft_project(const DraftOptions& options, std::vector<std::string>& notes) {
  if (options.labels.size() != 1 && options.labels.size() != options.images.size())
    throw Error(ErrorCode::usage,
                fmt::format("{} label rasters for {} images", options.labels.size(), options.images.size()),
                "give one for all, or one for each in the same order");
  Project project;
  project.pixel_size_m = options.pixel_size_m;
  project.nodata_rule = options.nodata_rule;
  std::set<std::string> ids;
  std::vector<Grid> grids;
  std::vector<std::optional<PixelSize>> sizes;
  Found found;
  for (std::size_t i = 0; i < options.images.size(); ++i) {
    ProjectImage image;
    image.id = raster_stem(options.images[i]);
    for (int n = 2; !ids.insert(image.id).second; ++n)
      image.id = fmt::format("{} {}", raster_stem(options.images[i]), n);
    image.stack.push_back(RasterMember{.path = options.images[i],
                                       .bands = {},
                                       .nodata = options.nodata,
                                       .alpha = options.no_alpha ? "none" : "auto"});
    for (const auto& path : options.stack)
      image.stack.push_back(RasterMember{.path = path, .bands = {}, .nodata = "auto"});
    if (options.ndsm) image.stack.push_back(*options.ndsm);
    image.labels.path = options.labels[options.labels.size() == 1 ? 0 : i];
    RasterOptions raster;
    raster.paths = {options.images[i]};
    const auto reader = RasterReader::open(raster);
    if (options.classes.empty())
      look_at_labels(image.labels.path, *reader, found);
    else
      geo::place_labels(image.labels.path, reader->source_grid(), reader->name());
    grids.push_back(reader->source_grid());
    sizes.push_back(reader->pixel_size());
    project.images.push_back(std::move(image));
  }
  std::vector<int> ignore = options.ignore;
  const auto classes = options.classes.empty() ? classes_found(found, ignore, notes) : options.classes;
  if (classes.size() < 2)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: {} under the images, but training needs two or more", options.labels[0],
                            classes.empty() ? std::string("no class")
                                            : fmt::format("one class (\"{}\")", classes[0].name)),
                "check that these are the labels of these images, or say with `map` what values mean");
  add_classes(project, classes);
  for (ProjectImage& image : project.images) {
    image.labels.ignore = ignore;
    // A nodata value of one raster may be a class in another.
    for (const int value : found.nodata[image.labels.path]) image.labels.map.erase(std::to_string(value));
  }
  if (options.common_pixel_size) choose_pixel_size(project, sizes, notes);
  choose_split(project, grids, notes);
  // Seen from above, ground has no upright orientation.
  project.training.augment.flip = project.training.augment.turn = true;
  return project;
}

}  // namespace terramask
