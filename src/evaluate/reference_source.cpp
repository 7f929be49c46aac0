#include "evaluate/reference_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "evaluate/mask_source.hpp"
#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"
#include "geo/vector/vector_layer.hpp"

namespace terramask::evaluation {
namespace {

constexpr const char* kRemedy = "say what they are with `map=VALUE=CLASS`, or leave them out with `ignore`";

/// Of two rasters without names, colours tell that values were exchanged: what one shows as 1 the other shows
/// as 2.
void refuse_crossed_colors(const std::string& path, const std::vector<ClassInfo>& legend,
                           const std::vector<ClassInfo>& classes) {
  const geo::DatasetPtr raster = geo::open_raster(path);
  const auto named = [&](int value) {
    return std::ranges::any_of(legend,
                               [&](const ClassInfo& one) { return one.value == value && !one.name.empty(); });
  };
  for (const ClassInfo& one : classes) {
    const std::string shown = geo::palette_color(*raster, one.value);
    if (shown.empty() || shown == one.color || named(one.value)) continue;
    for (const ClassInfo& other : classes)
      if (other.color == shown && geo::palette_color(*raster, other.value) != other.color)
        throw Error(
            ErrorCode::mismatch,
            fmt::format(
                "{}: its palette shows the value {} as {}, which is the colour of class {} of the mask", path,
                one.value, shown, other.name),
            fmt::format("say what its values are, with `map={}={}` and so on", one.value, other.name));
  }
}

class RasterReference final : public ReferenceSource {
 public:
  RasterReference(const EvaluationOptions& options, const std::string& path,
                  const std::vector<ClassInfo>& classes, const Grid& grid, const std::string& grid_name)
      : path_(path), match_(classes, options.map, options.ignore), reader_(path, grid, grid_name) {
    if (reader_.assumed())
      warnings_.push_back(fmt::format(
          "{}: it or {} says nothing of its CRS or place: taken to lie as the other does", path, grid_name));
    if (!reader_.note().empty()) warnings_.push_back(reader_.note());
    const std::vector<ClassInfo> legend = legend_of(path);
    if (options.map.empty()) refuse_crossed_colors(path, legend, classes);
    for (const ClassInfo& one : legend) {
      names_[one.value] = one.name;
      const Code code = match_.find(label_of(one.value), one.name);
      if (code < 0 || one.name == classes[static_cast<std::size_t>(code)].name) continue;
      const bool misplaced = std::any_of(classes.begin(), classes.end(),
                                         [&](const ClassInfo& other) { return other.name == one.name; });
      if (misplaced)
        warnings_.push_back(fmt::format("{}: its value {} is \"{}\", but stands for class {}; see `map`",
                                        path, one.value, one.name,
                                        classes[static_cast<std::size_t>(code)].name));
    }
    match_.forget_met();
  }

  void read(const Window& window, CodeBlock& block) override {
    block.window = window;
    reader_.read(window, block.codes, kNotJudged, [&](double value) {
      const auto name = names_.find(value);
      return match_.find(label_of(value), name == names_.end() ? std::string() : name->second);
    });
  }

  void count_unknown(const CodeBlock& block, const Window& core) override {
    reader_.count_unknown(block, core, unknown_);
  }

  void check() const override {
    unknown_.check(path_, "values that are not classes of the mask", "pixel", kRemedy);
  }
  const std::vector<std::string>& warnings() const override { return warnings_; }
  std::set<std::string> unmet() const override { return match_.unmet(); }
  /// Whole numbers alone are classes, and a name must be one of its legend.
  std::set<std::string> impossible() const override {
    return match_.impossible([&](const std::string& label) {
      if (const auto number = label_number(label)) return reader_.may_hold(*number);
      return std::any_of(names_.begin(), names_.end(), [&](const auto& one) { return one.second == label; });
    });
  }

 private:
  std::string path_;
  ClassMatch match_;
  ValueReader reader_;
  std::map<double, std::string> names_;
  UnknownValues unknown_;
  std::vector<std::string> warnings_;
};

geo::LabelLayer read_layer(const EvaluationOptions& options, const std::string& path, const Grid& grid,
                           const std::string& grid_name) {
  return geo::read_label_layer({.path = path, .layer = options.layer, .attribute = options.attribute}, grid,
                               grid_name);
}

void warn_of_layer(const geo::LabelLayer& layer, const std::string& path,
                   std::vector<std::string>& warnings) {
  warnings.insert(warnings.end(), layer.notes.begin(), layer.notes.end());
  if (layer.unlabelled > 0)
    warnings.push_back(
        fmt::format("{}: {} features have no value in that attribute: left out", path, layer.unlabelled));
}

class PolygonReference final : public ReferenceSource {
 public:
  PolygonReference(const EvaluationOptions& options, const std::string& path, geo::LabelLayer layer,
                   const std::vector<ClassInfo>& classes, const Grid& grid, const std::string& grid_name)
      : path_(path), layer_(std::move(layer)) {
    ClassMatch match(classes, options.map, options.ignore);
    bool meets = false;
    for (const geo::LabelledPolygons& one : layer_.polygons) {
      codes_.push_back(match.find(one.label));
      if (codes_.back() == unknown) unknown_.add(one.label, one.features, path);
      bounds_.push_back(one.polygons.bounds());
      meets = meets || !intersect(bounds_.back(), grid.extent()).empty();
    }
    unmet_ = match.unmet();
    check();
    if (!meets)
      throw Error(ErrorCode::mismatch, fmt::format("{}: no polygon overlaps {}", path, grid_name),
                  "name polygons of the same place; is the CRS of both right?");
    if (!options.background.empty())
      background_ = static_cast<Code>(find_class(classes, options.background, "`background`"));
    warn_of_layer(layer_, path, warnings_);
    if (auto warning = geo::cut_off_warning(path, layer_.shapes_cut_off, grid))
      warnings_.push_back(std::move(*warning));
  }

  void read(const Window& window, CodeBlock& block) override {
    block.window = window;
    block.codes.assign(geo::pixels(window), background_);
    inside_.resize(block.codes.size());
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      const Window part = intersect(bounds_[i], window);
      if (part.empty()) continue;
      const std::span inside = std::span(inside_).first(geo::pixels(part));
      std::fill(inside.begin(), inside.end(), std::uint8_t{0});
      layer_.polygons[i].polygons.fill(part, inside);
      for (std::int64_t y = 0; y < part.height; ++y)
        for (std::int64_t x = 0; x < part.width; ++x)
          if (inside[static_cast<std::size_t>(y * part.width + x)] != 0)
            block.codes[static_cast<std::size_t>((part.y - window.y + y) * window.width + part.x - window.x +
                                                 x)] = codes_[i];
    }
  }

  void count_unknown(const CodeBlock&, const Window&) override {}  // found when it was opened
  void check() const override {
    unknown_.check(path_, "labels that are not classes of the mask", "feature", kRemedy);
  }
  const std::vector<std::string>& warnings() const override { return warnings_; }
  std::set<std::string> unmet() const override { return unmet_; }

 private:
  std::string path_;
  geo::LabelLayer layer_;
  std::set<std::string> unmet_;
  std::vector<Code> codes_;
  std::vector<Window> bounds_;
  Code background_ = kNotJudged;
  UnknownValues unknown_;
  std::vector<std::uint8_t> inside_;
  std::vector<std::string> warnings_;
};

}  // namespace

void UnmetOptions::add(const std::set<std::string>& of_one) {
  if (!any_) options_ = of_one;
  any_ = true;
  std::erase_if(options_, [&](const std::string& option) { return !of_one.contains(option); });
}

bool holds_points(const EvaluationOptions& options, const std::string& path, const Grid& grid,
                  const std::string& grid_name) {
  return geo::is_vector_file(path) && read_layer(options, path, grid, grid_name).polygons.empty();
}

std::unique_ptr<ReferenceSource> ReferenceSource::open(const EvaluationOptions& options,
                                                       const std::string& path,
                                                       const std::vector<ClassInfo>& classes,
                                                       const Grid& grid, const std::string& grid_name) {
  if (!geo::is_vector_file(path))
    return std::make_unique<RasterReference>(options, path, classes, grid, grid_name);
  return std::make_unique<PolygonReference>(options, path, read_layer(options, path, grid, grid_name),
                                            classes, grid, grid_name);
}

std::vector<ReferencePoint> read_points(const EvaluationOptions& options, const std::string& path,
                                        const std::vector<ClassInfo>& classes, const Grid& grid,
                                        const std::string& grid_name, std::vector<std::string>& warnings,
                                        UnmetOptions& unmet) {
  const geo::LabelLayer layer = read_layer(options, path, grid, grid_name);
  if (layer.points.empty())
    throw Error(ErrorCode::mismatch, path + ": holds polygons and no point",
                "name it with `reference`, or name a layer of points");
  ClassMatch match(classes, options.map, options.ignore);
  UnknownValues unknown_labels;
  std::vector<ReferencePoint> points;
  for (const geo::LabelledPoint& point : layer.points) {
    const Code code = match.find(point.label);
    if (code == unknown) unknown_labels.add(point.label, 1, path);
    if (code >= 0) points.push_back({code, point.pixel});
  }
  unmet.add(match.unmet());
  unknown_labels.check(path, "labels that are not classes of the mask", "point", kRemedy);
  warn_of_layer(layer, path, warnings);
  if (const std::uint64_t count = layer.points_without_place; count > 0)
    warnings.push_back(
        fmt::format("{}: {} no place in {}, the CRS of {}: left out", path,
                    count == 1 ? std::string("1 point has") : fmt::format("{} points have", count),
                    geo::crs_label(grid.crs), grid_name));
  return points;
}

}  // namespace terramask::evaluation
