#include "labels/rendered/map_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "geo/files/open.hpp"
#include "geo/read/label_reader.hpp"
#include "geo/style/mask_classes.hpp"
#include "geo/write/class_scratch.hpp"
#include "labels/rendered/map_parts.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

/// The map is turned into classes on its own pixels, all that the image touches, before the first window;
/// windows then take the nearest class, or the commonest where the map's pixels are the smaller ones.
class MapSource final : public LabelSource {
 public:
  explicit MapSource(SourceContext context);

  std::string description() const override;
  std::vector<std::string> inputs() const override { return {keys_.path}; }
  std::string attribution() const override { return credits_.attribution; }
  std::string licence() const override { return credits_.licence; }
  std::uint64_t scratch_bytes() const override {
    return static_cast<std::uint64_t>(touched_.width) * static_cast<std::uint64_t>(touched_.height);
  }
  void prepare(LabelsSummary& summary, const ProgressSink& progress, const StopFlag* stop) override;
  void paint(PaintedWindow& window, const StopFlag* stop) override;

 private:
  RenderedMapOptions options();
  void bind_rules();
  Grid touched_grid() const;
  void tell(const MapCounts& counts, LabelsSummary& summary);

  /// What a rule paints where the scratch file has a class; nothing where it is empty.
  using Paint = std::vector<std::optional<Code>>;

  SourceContext context_;
  const MapSourceKeys& keys_;
  std::vector<std::string> class_names_;  ///< of the legend's classes, from 1
  RenderedMapOptions options_;
  Grid grid_;  ///< of the whole map
  Credits credits_;
  Window touched_;
  std::vector<Paint> paints_;  ///< one for each of context_.own
  std::unique_ptr<geo::LabelReader> reader_;
  geo::LabelCodes codes_;
  std::vector<std::uint16_t> found_;
};

std::string place_of(const SourceContext& context, const std::string& key) {
  return fmt::format("sources.{}.{}", context.source.name, key);
}

MapSource::MapSource(SourceContext context)
    : context_(std::move(context)),
      keys_(static_cast<const MapSourceKeys&>(*context_.source.keys)),
      class_names_(1),
      options_(options()) {
  bind_rules();
  geo::FileFacts facts;
  facts.path = keys_.path;
  const geo::ColorReader map(keys_.path);
  facts.grid = map.grid();
  credits_ = map.credits();
  std::string warning;
  grid_ = geo::place_over(facts, context_.grid, context_.grid_name, warning);
  if (!warning.empty()) context_.warnings.push_back(warning);
  touched_ = geo::touched_window(geo::GridMapping(context_.grid, grid_), grid_.extent());
}

RenderedMapOptions MapSource::options() {
  RenderedMapOptions options{.legend = {},
                             .reading = keys_.reading,
                             .leave_unexplained = keys_.unexplained == "ignore",
                             .ignore_ring_px = static_cast<int>(keys_.ignore_ring_px)};
  for (std::size_t i = 0; i < keys_.legend.size(); ++i) {
    const LegendLine& line = keys_.legend[i];
    LegendEntry entry{.color = *geo::parse_color(line.color),
                      .map_class = kNoClass,
                      .line = line.line,
                      .tolerance = line.tolerance,
                      .least_px = line.least_px};
    if (!line.class_name.empty()) {
      (void)context_.rules.code(line.class_name, place_of(context_, fmt::format("legend[{}].class", i)));
      const auto known = std::find(class_names_.begin() + 1, class_names_.end(), line.class_name);
      entry.map_class = static_cast<MapClass>(known - class_names_.begin());
      if (known == class_names_.end()) class_names_.push_back(line.class_name);
    }
    options.legend.push_back(entry);
  }
  return options;
}

void MapSource::bind_rules() {
  for (const SourceRule& rule : context_.own) {
    const auto& wanted = static_cast<const MapRuleKeys&>(*rule.spec->keys).classes;
    for (const std::string& name : wanted)
      if (std::find(class_names_.begin() + 1, class_names_.end(), name) == class_names_.end())
        throw Error(
            ErrorCode::format,
            fmt::format("{}: {}.classes: no colour of the legend is \"{}\"", context_.rules.path,
                        rule.spec->place, name),
            fmt::format("name some of: {}", fmt::join(class_names_.begin() + 1, class_names_.end(), ", ")));
    Paint paint(256);
    if (wanted.empty()) paint[kNoOneKnows] = kIgnored;
    for (std::size_t k = 1; k < class_names_.size(); ++k)
      if (wanted.empty() || std::find(wanted.begin(), wanted.end(), class_names_[k]) != wanted.end())
        paint[k] = context_.rules.code(class_names_[k], rule.spec->place);
    paints_.push_back(std::move(paint));
  }
}

std::string MapSource::description() const {
  return fmt::format("{} (map of {} x {} pixels, {} of them read; a legend of {} colours)", keys_.path,
                     grid_.width, grid_.height, touched_.width * touched_.height, keys_.legend.size());
}

Grid MapSource::touched_grid() const {
  return cut(grid_, touched_);
}

void MapSource::prepare(LabelsSummary& summary, const ProgressSink& progress, const StopFlag* stop) {
  const std::string path =
      (std::filesystem::path(context_.scratch) / (context_.source.name + ".tif")).string();
  geo::ClassScratch scratch(touched_grid(), path);
  const MapCounts counts = read_parts(
      keys_.path, options_, touched_,
      [&](const Window& part, std::span<const MapClass> classes) {
        scratch.write({part.x - touched_.x, part.y - touched_.y, part.width, part.height}, classes);
      },
      progress, stop);
  scratch.finish();
  const geo::LabelPlace place{
      .facts = geo::describe(*geo::open_raster(path), path), .grid = touched_grid(), .warning = {}};
  reader_ = std::make_unique<geo::LabelReader>(place, context_.grid);
  codes_.resize(256);
  for (std::size_t value = 0; value < codes_.size(); ++value)
    codes_[value] = static_cast<std::uint16_t>(value);
  tell(counts, summary);
}

void MapSource::tell(const MapCounts& c, LabelsSummary& summary) {
  const auto percent = [&c](std::uint64_t count) {
    return c.map == 0 ? 0.0 : 100 * static_cast<double>(count) / static_cast<double>(c.map);
  };
  if (c.map == 0) context_.warnings.push_back(keys_.path + ": nothing but nodata over the image");
  summary.notes.push_back(
      fmt::format("{}: {:.1f}% colours of the legend, {:.1f}% edges between them, {:.2f}% colours without a "
                  "class, {:.2f}% "
                  "unexplained; {:.2f}% withdrawn beside lettering; {:.2f}% left without a class",
                  context_.source.name, percent(c.pure), percent(c.mixed), percent(c.ink),
                  percent(c.unexplained), percent(c.withdrawn), percent(c.left)));
}

void MapSource::paint(PaintedWindow& window, const StopFlag*) {
  found_.resize(geo::pixels(window.window));
  reader_->read(window.window, codes_, found_);
  for (std::size_t r = 0; r < context_.own.size(); ++r) {
    const std::size_t rule = context_.own[r].index;
    const Level level = context_.levels.fill(rule);
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const std::optional<Code>& code = paints_[r][found_[i]];
      if (!code) continue;
      window.paint(i, level, *code);
      ++context_.summaries[rule].pixels;
    }
  }
}

}  // namespace

std::unique_ptr<LabelSource> open_map_source(SourceContext context) {
  return std::make_unique<MapSource>(std::move(context));
}

}  // namespace terramask::labels
