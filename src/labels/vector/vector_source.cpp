#include "labels/vector/vector_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include "geo/base/crs.hpp"
#include "geo/base/disk_space.hpp"
#include "geo/vector/feature_painter.hpp"
#include "geo/vector/vector_stream.hpp"
#include "labels/vector/burn.hpp"
#include "labels/vector/feature_tally.hpp"
#include "labels/vector/osm_fields.hpp"
#include "labels/vector/osm_input.hpp"
#include "labels/vector/rule_layers.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

constexpr std::uint64_t kBetweenReports = 4096;  // features

/// A rule as it is for the features of one layer.
struct LayerRule {
  std::size_t rule = 0;  ///< in SourceContext::own
  RuleLayer from;
  std::optional<std::size_t> filter;
  std::map<std::string, int> fields;  ///< of its width
};

/// Fields of a layer that say more of a feature than rules ask for; -1 where there is none.
struct LayerFields {
  int layer = -1, bridge = -1, tunnel = -1;
  int osm_id = -1, osm_way_id = -1;
};

geo::GeometryKind kind_of(const OGRGeometry& geometry) {
  constexpr std::array kinds{geo::GeometryKind::points, geo::GeometryKind::lines, geo::GeometryKind::areas};
  return kinds[static_cast<std::size_t>(std::clamp(geometry.getDimension(), 0, 2))];
}

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
  std::string why_nothing() const override { return why_nothing_; }

 private:
  const VectorRuleKeys& keys_of(const SourceRule& rule) const {
    return static_cast<const VectorRuleKeys&>(*rule.spec->keys);
  }
  void open(const std::string& path);
  std::string fields_text(std::size_t layer) const;
  void check_fields(const SourceRule& rule, std::size_t layer) const;
  void bind(const SourceRule& rule, std::size_t index, const RuleLayer& from);
  void check_place(const SourceRule& rule, std::size_t layer);
  std::string elsewhere(bool whole) const;
  void check_meeting(bool whole);
  void check_bounds();
  void paint_feature(const LayerRule& rule);
  geo::FeaturePainter& painter(std::size_t layer);
  int layer_tag(std::size_t layer) const;
  const std::vector<std::uint32_t>* cut(std::size_t layer);
  std::optional<std::uint64_t> count_all() const;
  void conclude();

  SourceContext context_;
  const VectorSourceKeys& keys_;
  std::string crs_;  ///< what the rules say of all layers; WKT
  std::optional<OsmInput> osm_;
  std::optional<geo::TemporaryFolder> temporary_;  ///< while an OSM file is open
  std::unique_ptr<geo::VectorStream> stream_;
  std::vector<LayerFields> layer_fields_;
  std::set<std::size_t> placed_;  ///< layers of which it was told what is taken for granted
  std::vector<LayerRule> layer_rules_;
  std::vector<std::unique_ptr<geo::FeaturePainter>> painters_;  ///< one for each layer, when it is needed
  FeatureTally tally_;
  std::string why_nothing_;
};

VectorSource::VectorSource(SourceContext context)
    : context_(std::move(context)), keys_(static_cast<const VectorSourceKeys&>(*context_.source.keys)) {
  const std::string place = fmt::format("{}: sources.{}.crs", context_.rules.path, context_.source.name);
  if (!keys_.crs.empty()) crs_ = geo::crs_from_user(keys_.crs, place);
  std::optional<OsmFile> osm = recognise_osm(keys_.path);
  if (!osm && geo::is_osm(keys_.path)) osm = OsmFile{keys_.path, "", keys_.path};
  if (!osm) {
    open(keys_.path);
    check_meeting(false);
    return;
  }
  if (!crs_.empty() && !geo::same_crs(crs_, geo::crs_from_user("EPSG:4326", place)))
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: {}, but {} is of OpenStreetMap, which is in WGS 84", place,
                            geo::crs_label(crs_), keys_.path),
                "leave the key out");
  const auto index = &context_.source - context_.rules.sources.data();
  osm_.emplace(*osm, fmt::format("{}source{}", context_.scratch, index), context_.memory);
  // Layers and fields are the same for all, and the file itself may have to be copied first.
  open(osm_->empty_file());
}

void VectorSource::open(const std::string& path) {
  geo::VectorStreamOptions options{path, crs_, {}};
  if (osm_) options.open_options = osm_->open_options(keys_.tags);
  layer_rules_.clear();
  layer_fields_.clear();
  painters_.clear();
  stream_ = std::make_unique<geo::VectorStream>(options, context_.grid);
  const std::size_t layers = stream_->layers().size();
  painters_.resize(layers);
  std::vector<std::vector<RuleLayer>> from;
  std::vector<std::set<std::string>> names(layers, {"layer", "bridge", "tunnel"});
  double margin = 0;
  for (const SourceRule& rule : context_.own) {
    const VectorRuleKeys& keys = keys_of(rule);
    from.push_back(rule_layers(*stream_, keys_.path, keys.layers,
                               fmt::format("{}: {}.layer", context_.rules.path, rule.spec->place)));
    for (const RuleLayer& one : from.back()) {
      names[one.layer].merge(names_in(keys.where));
      names[one.layer].merge(keys.width.fields());
    }
    const double width = std::max(keys.width.most_m, keys.width.widest_said());
    margin = std::max(margin, (keys.width.alternatives.empty() ? 0 : width / 2) + keys.ignore_ring_m);
  }
  for (std::size_t i = 0; i < layers; ++i) {
    if (!osm_) add_osm_fields(*stream_, i, names[i], keys_.tags);
    layer_fields_.push_back({stream_->field(i, "layer"), stream_->field(i, "bridge"),
                             stream_->field(i, "tunnel"), stream_->field(i, "osm_id"),
                             stream_->field(i, "osm_way_id")});
  }
  for (std::size_t i = 0; i < context_.own.size(); ++i) {
    const SourceRule& rule = context_.own[i];
    context_.summaries[rule.index].name =
        fmt::format("{}: {} from {}", rule.spec->place, keys_of(rule).class_name, context_.source.name);
    context_.levels.set_code(rule.index,
                             context_.rules.code(keys_of(rule).class_name, rule.spec->place + ".class"));
    for (const RuleLayer& one : from[i]) bind(rule, i, one);
  }
  if (layer_rules_.empty())
    throw Error(ErrorCode::format,
                fmt::format("{}: has no layer that a rule of {} takes from; it has: {}", keys_.path,
                            context_.rules.path, fmt::join(stream_->layers(), ", ")),
                "name one of these under \"layer\"");
  stream_->keep_near(context_.grid, margin);
}

std::string VectorSource::description() const {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(keys_.path, failed);
  return fmt::format("{} ({}{})", keys_.path, stream_->driver(), failed ? "" : ", " + geo::bytes_text(bytes));
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

void VectorSource::bind(const SourceRule& rule, std::size_t index, const RuleLayer& from) {
  const VectorRuleKeys& keys = keys_of(rule);
  check_fields(rule, from.layer);
  check_place(rule, from.layer);
  LayerRule bound{index, from, std::nullopt, {}};
  for (const std::string& name : keys.width.fields()) bound.fields[name] = stream_->field(from.layer, name);
  if (!keys.where.empty()) {
    try {
      bound.filter = stream_->add_filter(from.layer, keys.where);
    } catch (const Error& error) {
      if (!osm_ && !is_from_osm(*stream_, from.layer) && asks_for_osm(keys.where))
        throw Error(
            ErrorCode::mismatch,
            fmt::format("{}: layer \"{}\" has no field of OpenStreetMap (building, highway, ...): its "
                        "fields are {}",
                        keys_.path, stream_->layers()[from.layer], stream_->field_names(from.layer)),
            "export it with its tags, as GeoJSON or GeoPackage, or write rules for these fields");
      throw Error(ErrorCode::format,
                  fmt::format("{}: {}.where: {}", context_.rules.path, rule.spec->place, error.message()),
                  fields_text(from.layer));
    }
  }
  stream_->ask_for(from.layer);
  layer_rules_.push_back(bound);
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
  const int level = rule.spec->set.empty() ? 0 : layer_tag(bound.from.layer);
  geo::FeatureStyle style{.width_m = 0,
                          .touched = keys.touch == "all",
                          .level = context_.levels.fill(rule.index, level),
                          .ring_m = keys.ignore_ring_m,
                          .ring_level = context_.levels.ring(rule.index, level)};
  if (!keys.width.alternatives.empty()) {
    std::string doubted;
    const auto width = keys.width.evaluate(
        [&](const std::string& name) { return stream_->text(bound.fields.at(name)); }, &doubted);
    if (!width) {
      ++tally_.widthless[{rule.spec->place, keys.width.most_m}];
      return;
    }
    style.width_m = *width;
    if (!doubted.empty()) {
      auto& [count, example] = tally_.doubted[{rule.spec->place, keys.width.most_m}];
      if (count++ == 0) example = doubted;
    }
  }
  if (style.width_m == 0 && !style.touched && stream_->geometry()->getDimension() < 2) ++tally_.thin;
  if (const auto* gaps = cut(bound.from.layer)) {
    style.gaps = *gaps;
    // An area that lacks some of its outline is somewhere here.
    if (stream_->geometry()->getDimension() == 2) style.level = style.ring_level;
  }
  const std::uint64_t covered = painter(bound.from.layer).paint(*stream_->geometry(), style);
  RuleSummary& summary = context_.summaries[rule.index];
  summary.features += covered > 0 ? 1 : 0;
  summary.pixels += covered;
}

void VectorSource::prepare(LabelsSummary& summary, const ProgressSink& progress, const StopFlag* stop) {
  if (osm_) {
    osm_->check(progress, stop);
    temporary_.emplace(context_.scratch);
    open(osm_->readable());
    check_meeting(false);
    check_bounds();
    summary.bytes_read += osm_->bytes();
    summary.objects_read += osm_->facts().nodes + osm_->facts().ways + osm_->facts().relations;
  }
  const std::string phase = "reading " + std::filesystem::path(keys_.path).filename().string();
  const auto report = [&] {
    if (stop != nullptr) stop->check();
    if (!progress) return;
    if (osm_) {
      const auto done = static_cast<std::uint64_t>(stream_->progress() * static_cast<double>(osm_->bytes()));
      progress({.phase = phase, .unit = "bytes", .done = done, .total = osm_->bytes()});
    } else {
      progress({.phase = phase, .unit = "features", .done = tally_.read, .total = 0});
    }
  };
  while (stream_->next()) {
    if (stream_->geometry() == nullptr || stream_->geometry()->IsEmpty() != FALSE) {
      ++tally_.shapeless;
      continue;
    }
    if (tally_.read++ % kBetweenReports == 0) report();
    const geo::GeometryKind kind = kind_of(*stream_->geometry());
    for (const LayerRule& rule : layer_rules_) {
      const bool meant = rule.from.kind == geo::GeometryKind::any || rule.from.kind == kind;
      if (rule.from.layer != stream_->layer() || !meant) continue;
      if (rule.filter && !stream_->matches(*rule.filter)) continue;
      ++tally_.matched;
      paint_feature(rule);
    }
  }
  if (tally_.read == 0 && tally_.shapeless == 0 && !osm_) check_meeting(true);
  summary.features_read += tally_.read;
  conclude();
}

void VectorSource::conclude() {
  std::uint64_t repaired = 0;
  for (const auto& painter : painters_) repaired += painter ? painter->repaired() : 0;
  if (repaired > 0)
    context_.warnings.push_back(
        fmt::format("{}: {} shape{} not valid (such as an outline that crosses itself), and mended",
                    keys_.path, repaired, repaired == 1 ? " was" : "s were"));
  for (std::string& warning : tally_.warnings(context_.rules.path, keys_.path))
    context_.warnings.push_back(std::move(warning));
  std::uint64_t cut_off = 0;
  for (const auto& painter : painters_) cut_off += painter ? painter->cut_off() : 0;
  if (auto warning = geo::cut_off_warning(keys_.path, cut_off, context_.grid))
    context_.warnings.push_back(std::move(*warning));
  if (osm_)
    for (std::string& warning : osm_->warnings()) context_.warnings.push_back(std::move(warning));
  if (tally_.read == 0)
    why_nothing_ = tally_.why_nothing(keys_.path, count_all(), elsewhere(true));
  else
    why_nothing_ = tally_.why_nothing(keys_.path, std::nullopt, "");
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
        "assign the image's with `crs`");
  if (keys.ignore_ring_m > 0 || !keys.width.alternatives.empty())
    (void)geo::GroundPlane(crs, keys_.path, context_.grid);
  if ((crs.empty() && context_.grid.crs.empty()) || !placed_.insert(layer).second) return;
  if (!crs.empty() && !stream_->note(layer).empty()) context_.warnings.push_back(stream_->note(layer));
  if (!crs.empty()) return;
  const std::string remedy =
      context_.rules.path == kBurn
          ? fmt::format("say another with `ogr2ogr -a_srs EPSG:... placed.gpkg {}` and burn that", keys_.path)
          : fmt::format("set another with sources.{}.crs", context_.source.name);
  context_.warnings.push_back(
      fmt::format("{}: layer \"{}\" has no CRS and is taken to be in the image's, {}; {}", keys_.path,
                  stream_->layers()[layer], geo::crs_label(context_.grid.crs), remedy));
}

/// Where the file and the image are; empty where they may meet.
std::string VectorSource::elsewhere(bool whole) const {
  std::string places;
  for (const LayerRule& rule : layer_rules_) {
    const std::size_t layer = rule.from.layer;
    const auto& near = stream_->near(layer);
    const auto box = osm_ ? osm_->facts().box : stream_->box(layer, whole);
    if (!near || !box) return {};
    if (stream_->meets(layer, *box)) return {};
    places = fmt::format("{} is at {:.7g}, the image at {:.7g} ({})", stream_->layers()[layer],
                         fmt::join(*box, " "), fmt::join(*near, " "), geo::crs_label(stream_->crs(layer)));
  }
  return fmt::format("lies elsewhere than {}: {}", context_.grid_name, places);
}

/// A file of another place labels everything as unlabelled: right for a tile of nothing, wrong where a CRS
/// is.
void VectorSource::check_meeting(bool whole) {
  const std::string places = elsewhere(whole);
  if (!places.empty())
    context_.warnings.push_back(fmt::format("{}: {}; nothing of it is painted", keys_.path, places));
}

/// In the layers that rules take from; empty where that is not known.
std::optional<std::uint64_t> VectorSource::count_all() const {
  std::optional<std::uint64_t> all = 0;
  for (const LayerRule& rule : layer_rules_) {
    const auto features = stream_->count(rule.from.layer);
    if (!features) return std::nullopt;
    *all += *features;
  }
  return all;
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
