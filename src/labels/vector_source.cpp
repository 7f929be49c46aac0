#include "labels/vector_source.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include "geo/crs.hpp"
#include "geo/disk_space.hpp"
#include "geo/feature_painter.hpp"
#include "geo/vector_stream.hpp"
#include "labels/osm_input.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

constexpr std::uint64_t kBetweenReports = 4096;  // features

/// A rule as it is for the features of one layer.
struct LayerRule {
  std::size_t rule = 0;  ///< in SourceContext::own
  std::size_t layer = 0;
  std::optional<std::size_t> filter;
  std::map<std::string, int> fields;  ///< of its width
};

/// Fields of a layer that say more of a feature than rules ask for; -1 where there is none.
struct LayerFields {
  int layer = -1, bridge = -1, tunnel = -1;
  int osm_id = -1, osm_way_id = -1;
};

class VectorSource final : public LabelSource {
 public:
  explicit VectorSource(SourceContext context);

  std::string description() const override;
  std::vector<std::string> inputs() const override { return {keys_.path}; }
  bool uses_raster() const override { return true; }
  void prepare(LabelsSummary& summary, const ProgressSink& progress, const StopFlag* stop) override;
  void paint(PaintedWindow&, const StopFlag*) override {}
  std::uint64_t scratch_bytes() const override { return osm_ ? osm_->scratch_bytes() : 0; }
  std::string attribution() const override { return osm_ ? kOsmAttribution : ""; }
  std::string licence() const override { return osm_ ? kOsmLicence : ""; }

 private:
  const VectorRuleKeys& keys_of(const SourceRule& rule) const {
    return static_cast<const VectorRuleKeys&>(*rule.spec->keys);
  }
  std::vector<std::size_t> layers_of(const SourceRule& rule) const;
  std::string fields_text(std::size_t layer) const;
  void check_fields(const SourceRule& rule, std::size_t layer) const;
  void bind(std::size_t index);
  void check_place(const SourceRule& rule, std::size_t layer);
  void check_meeting(bool whole);
  void check_bounds();
  void paint_feature(const LayerRule& rule);
  geo::FeaturePainter& painter(std::size_t layer);
  int layer_tag(std::size_t layer) const;
  const std::vector<std::uint32_t>* cut(std::size_t layer);
  void conclude();

  SourceContext context_;
  const VectorSourceKeys& keys_;
  std::optional<OsmInput> osm_;
  std::optional<geo::TemporaryFolder> temporary_;  ///< while an OSM file is open
  std::unique_ptr<geo::VectorStream> stream_;
  std::vector<LayerFields> layer_fields_;
  std::set<std::size_t> without_crs_;  ///< layers that this was told of
  std::vector<LayerRule> layer_rules_;
  std::vector<std::unique_ptr<geo::FeaturePainter>> painters_;  ///< one for each layer, when it is needed
};

VectorSource::VectorSource(SourceContext context)
    : context_(std::move(context)), keys_(static_cast<const VectorSourceKeys&>(*context_.source.keys)) {
  geo::VectorStreamOptions options;
  options.path = keys_.path;
  if (!keys_.crs.empty())
    options.crs = geo::crs_from_user(
        keys_.crs, fmt::format("{}: sources.{}.crs", context_.rules.path, context_.source.name));
  if (geo::is_osm(keys_.path)) {
    osm_.emplace(keys_.path, context_.scratch, context_.memory);
    options.open_options = osm_->open_options(keys_.tags);
    temporary_.emplace(context_.scratch);
  }
  stream_ = std::make_unique<geo::VectorStream>(options);
  const std::size_t layers = stream_->layers().size();
  painters_.resize(layers);
  for (std::size_t i = 0; i < layers; ++i)
    layer_fields_.push_back({stream_->field(i, "layer"), stream_->field(i, "bridge"),
                             stream_->field(i, "tunnel"), stream_->field(i, "osm_id"),
                             stream_->field(i, "osm_way_id")});
  double margin = 0;
  for (std::size_t i = 0; i < context_.own.size(); ++i) {
    bind(i);
    const VectorRuleKeys& keys = keys_of(context_.own[i]);
    const double width = keys.width.alternatives.empty() ? 0 : keys.width.most_m;
    margin = std::max(margin, width / 2 + keys.ignore_ring_m);
  }
  stream_->keep_near(context_.grid, margin);
  if (!osm_) check_meeting(false);
}

std::string VectorSource::description() const {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(keys_.path, failed);
  return fmt::format("{} ({}{})", keys_.path, stream_->driver(), failed ? "" : ", " + geo::bytes_text(bytes));
}

std::vector<std::size_t> VectorSource::layers_of(const SourceRule& rule) const {
  const std::vector<std::string> there = stream_->layers();
  const VectorRuleKeys& keys = keys_of(rule);
  const std::string place = fmt::format("{}: {}.layer", context_.rules.path, rule.spec->place);
  if (keys.layers.empty()) {
    if (there.size() == 1) return {0};
    throw Error(ErrorCode::format, fmt::format("{}: missing: {} has several layers", place, keys_.path),
                fmt::format("name one or more of: {}", fmt::join(there, ", ")));
  }
  std::vector<std::size_t> found;
  for (const std::string& name : keys.layers) {
    const auto at = std::find(there.begin(), there.end(), name);
    if (at == there.end())
      throw Error(ErrorCode::format, fmt::format("{}: {} has no layer \"{}\"", place, keys_.path, name),
                  fmt::format("name one or more of: {}", fmt::join(there, ", ")));
    found.push_back(static_cast<std::size_t>(at - there.begin()));
  }
  return found;
}

std::string VectorSource::fields_text(std::size_t layer) const {
  return fmt::format(
      "the fields of layer \"{}\" of {} are {}{}", stream_->layers()[layer], keys_.path,
      stream_->field_names(layer),
      osm_ ? fmt::format("; other OSM keys are read where sources.{}.tags lists them", context_.source.name)
           : "");
}

void VectorSource::check_fields(const SourceRule& rule, std::size_t layer) const {
  for (const std::string& name : keys_of(rule).width.fields())
    if (stream_->field(layer, name) < 0)
      throw Error(
          ErrorCode::format,
          fmt::format("{}: {}.buffer.width: layer \"{}\" of {} has no field \"{}\"", context_.rules.path,
                      rule.spec->place, stream_->layers()[layer], keys_.path, name),
          fields_text(layer));
}

void VectorSource::bind(std::size_t index) {
  const SourceRule& rule = context_.own[index];
  const VectorRuleKeys& keys = keys_of(rule);
  context_.summaries[rule.index].name =
      fmt::format("{}: {} from {}", rule.spec->place, keys.class_name, context_.source.name);
  context_.ranks.set_code(rule.index, context_.rules.code(keys.class_name, rule.spec->place + ".class"));
  for (const std::size_t layer : layers_of(rule)) {
    check_fields(rule, layer);
    check_place(rule, layer);
    LayerRule bound{index, layer, std::nullopt, {}};
    for (const std::string& name : keys.width.fields()) bound.fields[name] = stream_->field(layer, name);
    if (!keys.where.empty()) {
      try {
        bound.filter = stream_->add_filter(layer, keys.where);
      } catch (const Error& error) {
        throw Error(ErrorCode::format,
                    fmt::format("{}: {}.where: {}", context_.rules.path, rule.spec->place, error.message()),
                    fields_text(layer));
      }
    }
    stream_->ask_for(layer);
    layer_rules_.push_back(bound);
  }
}

geo::FeaturePainter& VectorSource::painter(std::size_t layer) {
  auto& painter = painters_[layer];
  if (!painter) {
    painter = std::make_unique<geo::FeaturePainter>(stream_->crs(layer), keys_.path, context_.grid,
                                                    context_.raster());
    if (const auto& near = stream_->near(layer)) painter->keep_near(*near);
  }
  return *painter;
}

int VectorSource::layer_tag(std::size_t layer) const {
  const LayerFields& fields = layer_fields_[layer];
  if (const auto text = stream_->text(fields.layer)) {
    int value = 0;
    const char* begin = text->data() + (text->starts_with('+') ? 1 : 0);
    if (std::from_chars(begin, text->data() + text->size(), value).ec == std::errc()) return value;
  }
  const auto is = [&](int field) {
    const auto text = stream_->text(field);
    return text && *text != "no";
  };
  return is(fields.bridge) ? 1 : is(fields.tunnel) ? -1 : 0;
}

void VectorSource::paint_feature(const LayerRule& bound) {
  const SourceRule& rule = context_.own[bound.rule];
  const VectorRuleKeys& keys = keys_of(rule);
  const int level = rule.spec->set.empty() ? 0 : layer_tag(bound.layer);
  geo::FeatureStyle style{.width_m = 0,
                          .touched = keys.touch == "all",
                          .rank = context_.ranks.fill(rule.index, level),
                          .ring_m = keys.ignore_ring_m,
                          .ring_rank = context_.ranks.ring(rule.index, level)};
  if (!keys.width.alternatives.empty()) {
    const auto width =
        keys.width.evaluate([&](const std::string& name) { return stream_->text(bound.fields.at(name)); });
    if (!width) return;
    style.width_m = *width;
  }
  if (const auto* gaps = cut(bound.layer)) {
    style.gaps = *gaps;
    // An area that lacks some of its outline is somewhere here.
    if (stream_->geometry()->getDimension() == 2) style.rank = style.ring_rank;
  }
  const std::uint64_t covered = painter(bound.layer).paint(*stream_->geometry(), style);
  RuleSummary& summary = context_.summaries[rule.index];
  summary.features += covered > 0 ? 1 : 0;
  summary.pixels += covered;
}

void VectorSource::prepare(LabelsSummary& summary, const ProgressSink& progress, const StopFlag* stop) {
  if (osm_) {
    osm_->check(progress, stop);
    check_meeting(false);
    check_bounds();
    summary.bytes_read += osm_->bytes();
    summary.objects_read += osm_->facts().nodes + osm_->facts().ways + osm_->facts().relations;
  }
  const std::string phase = "reading " + std::filesystem::path(keys_.path).filename().string();
  std::uint64_t read = 0;
  const auto report = [&] {
    if (stop != nullptr) stop->check();
    if (!progress) return;
    if (osm_) {
      const auto done = static_cast<std::uint64_t>(stream_->progress() * static_cast<double>(osm_->bytes()));
      progress({.phase = phase, .unit = "bytes", .done = done, .total = osm_->bytes()});
    } else {
      progress({.phase = phase, .unit = "features", .done = read, .total = 0});
    }
  };
  while (stream_->next()) {
    if (read++ % kBetweenReports == 0) report();
    if (stream_->geometry() == nullptr) continue;
    for (const LayerRule& rule : layer_rules_)
      if (rule.layer == stream_->layer() && (!rule.filter || stream_->matches(*rule.filter)))
        paint_feature(rule);
  }
  if (read == 0 && !osm_) check_meeting(true);
  summary.features_read += read;
  conclude();
}

void VectorSource::conclude() {
  std::uint64_t repaired = 0;
  for (const auto& painter : painters_) repaired += painter ? painter->repaired() : 0;
  if (repaired > 0)
    context_.warnings.push_back(
        fmt::format("{}: {} shape{} not valid (such as an outline that crosses itself), and mended",
                    keys_.path, repaired, repaired == 1 ? " was" : "s were"));
  std::uint64_t cut_off = 0;
  for (const auto& painter : painters_) cut_off += painter ? painter->cut_off() : 0;
  if (auto warning = geo::cut_off_warning(keys_.path, cut_off, context_.grid))
    context_.warnings.push_back(std::move(*warning));
  if (osm_)
    for (std::string& warning : osm_->warnings()) context_.warnings.push_back(std::move(warning));
  painters_.clear();
  stream_.reset();
  temporary_.reset();
}

const std::vector<std::uint32_t>* VectorSource::cut(std::size_t layer) {
  if (!osm_ || osm_->facts().cut_ways.empty()) return nullptr;
  const bool line = stream_->geometry()->getDimension() == 1;
  const auto id = stream_->text(line ? layer_fields_[layer].osm_id : layer_fields_[layer].osm_way_id);
  return id ? osm_->cut(*id) : nullptr;
}

/// What cannot be laid onto the image is refused before anything is read.
void VectorSource::check_place(const SourceRule& rule, std::size_t layer) {
  const VectorRuleKeys& keys = keys_of(rule);
  const std::string& crs = stream_->crs(layer);
  if (!context_.grid.has_geotransform)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: cannot be laid over {}, which has no georeferencing", keys_.path,
                            context_.grid_name),
                "georeference it with `gdal_edit.py -a_srs ... -a_ullr ...`");
  if (context_.grid.crs.empty() && !crs.empty())
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: is in {}, {} has no CRS", keys_.path, geo::crs_label(crs), context_.grid_name),
        "assign the image's with --crs");
  if (keys.ignore_ring_m > 0 || !keys.width.alternatives.empty())
    (void)geo::GroundPlane(crs, keys_.path, context_.grid);
  if (crs.empty() && !context_.grid.crs.empty() && without_crs_.insert(layer).second)
    context_.warnings.push_back(fmt::format(
        "{}: layer \"{}\" has no CRS and is taken to be in the image's, {}; another is told under "
        "sources.{}.crs",
        keys_.path, stream_->layers()[layer], geo::crs_label(context_.grid.crs), context_.source.name));
}

/// A file of another place labels everything as unlabelled: right for a tile of nothing, wrong where a CRS
/// is.
void VectorSource::check_meeting(bool whole) {
  std::string places;
  for (const LayerRule& rule : layer_rules_) {
    const auto& near = stream_->near(rule.layer);
    const auto box = osm_ ? osm_->facts().box : stream_->box(rule.layer, whole);
    if (!near || !box) return;
    if (stream_->meets(rule.layer, *box)) return;
    places =
        fmt::format("{} is at {:.7g}, the image at {:.7g} ({})", stream_->layers()[rule.layer],
                    fmt::join(*box, " "), fmt::join(*near, " "), geo::crs_label(stream_->crs(rule.layer)));
  }
  context_.warnings.push_back(fmt::format("{}: lies elsewhere than {}: {}; nothing of it is painted",
                                          keys_.path, context_.grid_name, places));
}

/// Beyond what an extract was cut to, nothing is mapped: that is not the same as nothing being there.
void VectorSource::check_bounds() {
  const auto& bounds = osm_->facts().bounds;
  const auto image = geo::box_of(context_.grid, stream_->crs(0));
  if (!bounds || !image) return;
  if ((*image)[0] >= (*bounds)[0] && (*image)[1] >= (*bounds)[1] && (*image)[2] <= (*bounds)[2] &&
      (*image)[3] <= (*bounds)[3])
    return;
  context_.warnings.push_back(fmt::format(
      "{}: the image reaches beyond the extract's bounds {:.7g}, where nothing is mapped: what lies there "
      "counts as unlabelled",
      keys_.path, fmt::join(*bounds, " ")));
}

}  // namespace

std::unique_ptr<LabelSource> open_vector_source(SourceContext context) {
  return std::make_unique<VectorSource>(std::move(context));
}

}  // namespace terramask::labels
