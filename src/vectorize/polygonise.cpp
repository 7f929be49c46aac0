#include "vectorize/polygonise.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "geo/style/qgis_style.hpp"
#include "geo/vector/feature_writer.hpp"
#include "geo/vector/geopackage_layers.hpp"
#include "terramask/class_info.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"
#include "vectorize/arc_simplifier.hpp"
#include "vectorize/arc_store.hpp"
#include "vectorize/border_tracer.hpp"
#include "vectorize/class_choice.hpp"
#include "vectorize/mask_measures.hpp"
#include "vectorize/mask_rows.hpp"
#include "vectorize/patches.hpp"
#include "vectorize/probability_means.hpp"
#include "vectorize/region_emitter.hpp"
#include "vectorize/sweep.hpp"

namespace terramask::vectors {
namespace {

class Polygoniser {
 public:
  Polygoniser(const VectorizeOptions& options, const PolygoniseSettings& settings)
      : options_(options),
        settings_(settings),
        mask_(open_mask(options.mask, options.crs, options.src_nodata)),
        chosen_(choose_classes(mask_, options.classes, "`classes`")) {
    check_measures(options, mask_, summary_.warnings);
    geo::check_feature_format(options.output, mask_.grid);
  }

  VectorizeSummary run(const ProgressSink& progress, const StopFlag* stop) {
    find_patches(progress, stop);
    if (options_.dry_run) return counted();
    const std::unique_ptr<geo::FeatureWriter> writer = open_writer();
    trace(*writer, progress, stop);
    summary_.features = writer->features();
    summary_.vertices = writer->vertices();
    writer->finish();
    return by_class();
  }

 private:
  VectorizeSummary by_class() {
    for (auto& [value, one] : classes_) summary_.classes.push_back(std::move(one));
    return std::move(summary_);
  }
  VectorizeSummary counted() {
    for (Region region = 1; region < patches_.size(); ++region)
      if (wanted(patches_.value[region])) {
        attributes(region);
        ++summary_.features;
      }
    return by_class();
  }
  bool wanted(std::int32_t value) const { return chosen_.empty() || chosen_.contains(value); }
  void find_patches(const ProgressSink& progress, const StopFlag* stop);
  std::unique_ptr<geo::FeatureWriter> open_writer() const;
  std::vector<ClassInfo> shown_classes() const;
  void trace(geo::FeatureWriter& writer, const ProgressSink& progress, const StopFlag* stop);
  void coalesce(std::span<const Run> runs, std::span<const Label> labels, std::vector<Segment>& row) const;
  std::vector<geo::FieldValue> attributes(Region region);
  ArcSimplifier simplifier(CornerMap& corners) const;

  const VectorizeOptions& options_;
  PolygoniseSettings settings_;
  Mask mask_;
  std::set<std::int32_t> chosen_;
  bool has_areas_ = false;
  Patches patches_;
  std::optional<ProbabilityMeans> means_;
  std::map<std::int32_t, VectorizedClass> classes_;
  VectorizeSummary summary_;
};

void Polygoniser::find_patches(const ProgressSink& progress, const StopFlag* stop) {
  Sweep sweep("finding patches", mask_.grid, progress, stop);
  PatchTable table(mask_, options_.min_area);
  has_areas_ = table.has_areas();
  MaskRows rows(mask_, settings_.rows_at_once);
  std::vector<Run> runs;
  for (std::int64_t y = 0; rows.next(runs); ++y) {
    table.add_row(y, runs);
    sweep.row();
  }
  patches_ = table.finish();
  summary_.absorbed = patches_.absorbed;
}

std::unique_ptr<geo::FeatureWriter> Polygoniser::open_writer() const {
  geo::FeatureFileOptions file;
  file.path = options_.output;
  file.layer = options_.layer;
  file.kind = geo::FeatureKind::polygon;
  file.grid = mask_.grid;
  file.overwrite = options_.overwrite;
  file.fields = {
      {"class", geo::FieldType::integer}, {"name", geo::FieldType::text}, {"color", geo::FieldType::text}};
  if (has_areas_) file.fields.push_back({"area_m2", geo::FieldType::real});
  file.fields.push_back({"pixels", geo::FieldType::integer64});
  if (!options_.probabilities.empty()) file.fields.push_back({"probability", geo::FieldType::real});
  file.style = geo::class_style(geo::SymbolKind::fill, shown_classes(), transparent_values(mask_.classes));
  return geo::FeatureWriter::create(file);
}

/// Those that the mask names, and those that it holds all the same.
std::vector<ClassInfo> Polygoniser::shown_classes() const {
  std::set<std::int32_t> values;
  for (const ClassInfo& one : mask_.classes) values.insert(one.value);
  for (Region region = 1; region < patches_.size(); ++region) values.insert(patches_.value[region]);
  std::vector<ClassInfo> shown;
  for (const std::int32_t value : values)
    if (value != kNoData && wanted(value)) shown.push_back(mask_.info(value));
  return shown;
}

std::vector<geo::FieldValue> Polygoniser::attributes(Region region) {
  const std::int32_t value = patches_.value[region];
  VectorizedClass& one = classes_[value];
  if (one.features++ == 0) one.info = mask_.info(value);
  one.pixels += patches_.pixels[region];
  if (has_areas_) one.area_m2 = one.area_m2.value_or(0) + patches_.area_m2[region];
  std::vector<geo::FieldValue> values;
  values.emplace_back(std::int64_t{value});
  for (const std::string& words : {one.info.name, one.info.color}) {
    values.emplace_back();
    if (!words.empty()) values.back() = words;
  }
  if (has_areas_) values.emplace_back(patches_.area_m2[region]);
  values.emplace_back(static_cast<std::int64_t>(patches_.pixels[region]));
  if (means_) {
    const std::optional<double> mean = means_->mean(region);
    values.emplace_back();
    if (mean) values.back() = *mean;
  }
  return values;
}

void Polygoniser::coalesce(std::span<const Run> runs, std::span<const Label> labels,
                           std::vector<Segment>& row) const {
  row.clear();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (labels[i] >= patches_.region_of.size())
      throw Error(ErrorCode::io, fmt::format("{}: changed while it was read", options_.mask),
                  "leave it alone while it is read");
    const Region region = patches_.region_of[labels[i]];
    if (!row.empty() && row.back().region == region)
      row.back().end = runs[i].end;
    else
      row.push_back({runs[i].end, region});
  }
}

ArcSimplifier Polygoniser::simplifier(CornerMap& corners) const {
  const Measure tolerance = options_.simplify.value_or(Measure{});
  if (tolerance.pixels || !mask_.pixel) return {corners, 1, 1, tolerance.value, settings_.band};
  return {corners, mask_.pixel->x, mask_.pixel->y, tolerance.value, settings_.band};
}

void Polygoniser::trace(geo::FeatureWriter& writer, const ProgressSink& progress, const StopFlag* stop) {
  if (!options_.probabilities.empty()) means_.emplace(options_.probabilities, mask_, patches_);
  Sweep sweep("tracing borders", mask_.grid, progress, stop);
  CornerMap corners(mask_.grid.width, settings_.band);
  BorderTracer tracer(mask_.grid.width, settings_.band, corners);
  ArcSimplifier simplify = simplifier(corners);
  ArcStore store(writer.scratch("borders"), options_.output);
  RegionEmitter emitter(
      patches_, [this](std::int32_t value) { return wanted(value); },
      [this](Region region) { return attributes(region); }, store, writer);
  const auto end_band = [&](std::int64_t y) {
    simplify.simplify(tracer.arcs());
    emitter.add(tracer.arcs());
    tracer.arcs().clear();
    emitter.emit_until(y, stop);
    corners.advance();
  };
  const std::vector<Segment> beyond{{static_cast<std::int32_t>(mask_.grid.width), kOutside}};
  std::vector<Segment> above = beyond, row;
  MaskRows rows(mask_, settings_.rows_at_once);
  RowLabels labels;
  std::vector<Run> runs;
  std::int64_t y = 0;
  for (; rows.next(runs); ++y) {
    coalesce(runs, labels.next(runs, [](Label, Label) {}), row);
    if (means_) means_->add_row(y, row);
    tracer.add(static_cast<std::int32_t>(y), above, row);
    if (y > 0 && y % settings_.band == 0) end_band(y);
    above.swap(row);
    sweep.row();
  }
  tracer.add(static_cast<std::int32_t>(y), above, beyond);
  end_band(y);
}

}  // namespace

VectorizeSummary polygonise(const VectorizeOptions& options, const PolygoniseSettings& settings,
                            const ProgressSink& progress, const StopFlag* stop) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::string> inputs{options.mask};
  if (!options.probabilities.empty()) inputs.push_back(options.probabilities);
  check_output(options.output, options.overwrite, inputs);
  geo::check_layer(options.output, options.layer);
  VectorizeSummary summary = Polygoniser(options, settings).run(progress, stop);
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return summary;
}

}  // namespace terramask::vectors

namespace terramask {

VectorizeSummary vectorize_polygons(const VectorizeOptions& options, const ProgressSink& progress,
                                    const StopFlag* stop) {
  return vectors::polygonise(options, {}, progress, stop);
}

}  // namespace terramask
