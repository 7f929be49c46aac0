#include "labels/vector_source.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "geo/crs.hpp"
#include "geo/disk_space.hpp"
#include "geo/feature_painter.hpp"
#include "geo/vector_stream.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

constexpr std::uint64_t kBetweenReports = 4096;  // features

/// A rule as it is for the features of one layer.
struct LayerRule {
  std::size_t rule = 0;  ///< in SourceContext::own
  std::size_t layer = 0;
  std::optional<std::size_t> filter;
};

class VectorSource final : public LabelSource {
 public:
  explicit VectorSource(SourceContext context);

  std::string description() const override;
  std::vector<std::string> inputs() const override { return {keys_.path}; }
  bool uses_raster() const override { return true; }
  void prepare(LabelsSummary& summary, const ProgressSink& progress, const StopFlag* stop) override;
  void paint(PaintedWindow&, const StopFlag*) override {}

 private:
  const VectorRuleKeys& keys_of(const SourceRule& rule) const {
    return static_cast<const VectorRuleKeys&>(*rule.spec->keys);
  }
  std::vector<std::size_t> layers_of(const SourceRule& rule) const;
  void check_fields(const SourceRule& rule, std::size_t layer) const;
  void bind(std::size_t index);
  void paint_feature(const LayerRule& rule);
  geo::FeaturePainter& painter(std::size_t layer);
  int layer_tag(std::size_t layer) const;
  std::optional<std::string> tag(std::size_t layer, const char* name) const {
    return stream_->text(stream_->field(layer, name));
  }

  SourceContext context_;
  const VectorSourceKeys& keys_;
  std::unique_ptr<geo::VectorStream> stream_;
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
  stream_ = std::make_unique<geo::VectorStream>(options);
  painters_.resize(stream_->layers().size());
  double margin = 0;
  for (std::size_t i = 0; i < context_.own.size(); ++i) {
    bind(i);
    const VectorRuleKeys& keys = keys_of(context_.own[i]);
    const double width = keys.width.alternatives.empty() ? 0 : keys.width.most_m;
    margin = std::max(margin, width / 2 + keys.ignore_ring_m);
  }
  stream_->keep_near(context_.grid, margin);
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

void VectorSource::check_fields(const SourceRule& rule, std::size_t layer) const {
  for (const std::string& name : keys_of(rule).width.fields())
    if (stream_->field(layer, name) < 0)
      throw Error(
          ErrorCode::format,
          fmt::format("{}: {}.buffer.width: layer \"{}\" of {} has no field \"{}\"", context_.rules.path,
                      rule.spec->place, stream_->layers()[layer], keys_.path, name),
          "its fields are " + stream_->field_names(layer));
}

void VectorSource::bind(std::size_t index) {
  const SourceRule& rule = context_.own[index];
  const VectorRuleKeys& keys = keys_of(rule);
  context_.ranks.set_code(rule.index, context_.rules.code(keys.class_name, rule.spec->place + ".class"));
  for (const std::size_t layer : layers_of(rule)) {
    check_fields(rule, layer);
    LayerRule bound{index, layer, std::nullopt};
    if (!keys.where.empty()) {
      try {
        bound.filter = stream_->add_filter(layer, keys.where);
      } catch (const Error& error) {
        throw Error(ErrorCode::format,
                    fmt::format("{}: {}.where: {}", context_.rules.path, rule.spec->place, error.message()),
                    fmt::format("the fields of layer \"{}\" of {} are {}", stream_->layers()[layer],
                                keys_.path, stream_->field_names(layer)));
      }
    }
    stream_->ask_for(layer);
    layer_rules_.push_back(bound);
  }
}

geo::FeaturePainter& VectorSource::painter(std::size_t layer) {
  auto& painter = painters_[layer];
  if (!painter)
    painter = std::make_unique<geo::FeaturePainter>(stream_->crs(layer), keys_.path, context_.grid,
                                                    context_.raster());
  return *painter;
}

int VectorSource::layer_tag(std::size_t layer) const {
  if (const auto text = tag(layer, "layer")) {
    int value = 0;
    const char* begin = text->data() + (text->starts_with('+') ? 1 : 0);
    if (std::from_chars(begin, text->data() + text->size(), value).ec == std::errc()) return value;
  }
  const auto is = [&](const char* name) {
    const auto text = tag(layer, name);
    return text && *text != "no";
  };
  return is("bridge") ? 1 : is("tunnel") ? -1 : 0;
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
    const auto width = keys.width.evaluate(
        [&](const std::string& name) { return stream_->text(stream_->field(bound.layer, name)); });
    if (!width) return;
    style.width_m = *width;
  }
  const std::uint64_t covered = painter(bound.layer).paint(*stream_->geometry(), style);
  RuleSummary& summary = context_.summaries[rule.index];
  summary.features += covered > 0 ? 1 : 0;
  summary.pixels += covered;
}

void VectorSource::prepare(LabelsSummary& summary, const ProgressSink& progress, const StopFlag* stop) {
  const std::string phase = "reading " + std::filesystem::path(keys_.path).filename().string();
  std::uint64_t read = 0;
  const auto report = [&] {
    if (stop != nullptr) stop->check();
    if (!progress) return;
    const bool known = stream_->progress() > 0;
    progress({.phase = phase,
              .unit = known ? "%" : "features",
              .done = known ? static_cast<std::uint64_t>(stream_->progress() * 100) : read,
              .total = known ? 100U : 0U});
  };
  while (stream_->next()) {
    if (read++ % kBetweenReports == 0) report();
    if (stream_->geometry() == nullptr) continue;
    for (const LayerRule& rule : layer_rules_)
      if (rule.layer == stream_->layer() && (!rule.filter || stream_->matches(*rule.filter)))
        paint_feature(rule);
  }
  summary.features_read += read;
}

}  // namespace

std::unique_ptr<LabelSource> open_vector_source(SourceContext context) {
  return std::make_unique<VectorSource>(std::move(context));
}

}  // namespace terramask::labels
