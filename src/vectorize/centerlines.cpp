#include "vectorize/centerlines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "geo/base/ground_length.hpp"
#include "geo/style/qgis_style.hpp"
#include "geo/vector/feature_writer.hpp"
#include "geo/vector/geopackage_layers.hpp"
#include "terramask/class_info.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"
#include "vectorize/class_choice.hpp"
#include "vectorize/line_graph.hpp"
#include "vectorize/line_shape.hpp"
#include "vectorize/mask_measures.hpp"
#include "vectorize/patches.hpp"
#include "vectorize/sweep.hpp"

namespace terramask::vectors {
namespace {

constexpr double kLineTolerance = 0.5;  // of a pixel

/// The class that is named; else the second of two, else the one that is called road.
std::int32_t line_class(const Mask& mask, const std::vector<std::string>& names) {
  const std::set<std::int32_t> chosen = choose_classes(mask, names, "`classes`");
  if (chosen.size() == 1) return *chosen.begin();
  if (chosen.empty()) {
    for (const ClassInfo& one : mask.classes)
      if (one.name == "road" || one.name == "roads") return one.value;
    if (mask.classes.size() == 2) return mask.classes[1].value;
  }
  throw Error(ErrorCode::usage, fmt::format("{}: which class has centre lines?", mask.facts.path),
              "name one, and only one, with `classes`");
}

std::optional<Patches> sieve(const VectorizeOptions& options, const Mask& mask, const ProgressSink& progress,
                             const StopFlag* stop) {
  if (!(options.min_area.value > 0)) return std::nullopt;
  Sweep sweep("finding patches", mask.grid, progress, stop);
  PatchTable table(mask, options.min_area);
  MaskRows rows(mask);
  std::vector<Run> runs;
  for (std::int64_t y = 0; rows.next(runs); ++y) {
    table.add_row(y, runs);
    sweep.row();
  }
  return table.finish();
}

class LineWriter {
 public:
  LineWriter(const VectorizeOptions& options, const Mask& mask, std::int32_t value)
      : ground_(geo::GroundLength::make(mask.grid)),
        across_(mask.pixel ? mask.pixel->x : 1),
        down_(mask.pixel ? mask.pixel->y : 1),
        metres_(mask.pixel.has_value()) {
    one_.info = mask.info(value);
    if (!options.dry_run) writer_ = geo::FeatureWriter::create(file(options, mask, one_.info));
  }

  void write(const CenterLine& line) {
    double plain = 0;
    for (std::size_t i = 1; i < line.points.size(); ++i)
      plain += std::hypot((line.points[i].x - line.points[i - 1].x) * across_,
                          (line.points[i].y - line.points[i - 1].y) * down_);
    const double length = ground_ ? ground_->of(line.points) : plain;
    // Pixels are measured in the grid's middle; the line tells how large they are here.
    const double scale = plain > 0 && std::isfinite(length) ? length / plain : 1;
    ++one_.features;
    (metres_ ? one_.length_m : one_.length_px).emplace(total_ += length);
    vertices_ += line.points.size();
    if (writer_ == nullptr) return;
    std::vector<geo::FieldValue> values;
    values.emplace_back(std::int64_t{one_.info.value});
    for (const std::string& words : {one_.info.name, one_.info.color}) {
      values.emplace_back();
      if (!words.empty()) values.back() = words;
    }
    values.emplace_back(length);
    values.emplace_back(line.mean_width * scale);
    values.emplace_back(line.median_width * scale);
    writer_->set_line(line.points);
    writer_->write(values);
  }

  void finish(VectorizeSummary& summary) {
    if (writer_ != nullptr) writer_->finish();
    summary.features = one_.features;
    summary.vertices = vertices_;
    summary.classes.push_back(one_);
  }

 private:
  static geo::FeatureFileOptions file(const VectorizeOptions& options, const Mask& mask,
                                      const ClassInfo& info) {
    geo::FeatureFileOptions file;
    file.path = options.output;
    file.layer = options.layer;
    file.kind = geo::FeatureKind::line;
    file.grid = mask.grid;
    file.overwrite = options.overwrite;
    // Whoever asks for the lines of a class looks for it, whatever it is called.
    file.style = geo::class_style(geo::SymbolKind::line, std::array{info}, {});
    const std::string unit = mask.pixel ? "_m" : "_px";
    file.fields = {{"class", geo::FieldType::integer},     {"name", geo::FieldType::text},
                   {"color", geo::FieldType::text},        {"length" + unit, geo::FieldType::real},
                   {"width" + unit, geo::FieldType::real}, {"width_median" + unit, geo::FieldType::real}};
    return file;
  }

  std::unique_ptr<geo::GroundLength> ground_;
  double across_, down_;
  bool metres_;
  double total_ = 0;
  VectorizedClass one_;
  std::uint64_t vertices_ = 0;
  std::unique_ptr<geo::FeatureWriter> writer_;
};

double tolerance(const VectorizeOptions& options, double across, double down) {
  const Measure measure = options.simplify.value_or(Measure{kLineTolerance, true});
  return measure.pixels ? measure.value * std::min(across, down) : measure.value;
}

}  // namespace

VectorizeSummary draw_centerlines(const VectorizeOptions& options, const SkeletonSettings& settings,
                                  const ProgressSink& progress, const StopFlag* stop) {
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<std::string> inputs{options.mask};
  check_output(options.output, options.overwrite, inputs);
  geo::check_layer(options.output, options.layer);
  if (!options.probabilities.empty())
    throw Error(ErrorCode::usage, "`probabilities`: centre lines have none", "leave it out");
  const Mask mask = open_mask(options.mask, options.crs, options.src_nodata);
  geo::check_feature_format(options.output, mask.grid);
  VectorizeSummary summary;
  check_measures(options, mask, summary.warnings);
  const std::int32_t value = line_class(mask, options.classes);
  const std::optional<Patches> patches = sieve(options, mask, progress, stop);
  if (patches) summary.absorbed = patches->absorbed;
  const SkeletonResult made = make_skeleton(mask, value, patches, settings, progress, stop);
  if (made.too_wide)
    summary.warnings.push_back(fmt::format("{}: places wider than {} pixels have no centre line",
                                           options.mask, 2 * settings.most_iterations));
  const double across = mask.pixel ? mask.pixel->x : 1, down = mask.pixel ? mask.pixel->y : 1;
  LineGraph graph(made.skeleton, across, down);
  graph.join_junctions();
  graph.prune();
  graph.join_junctions();
  const geo::Point extent{static_cast<double>(mask.grid.width), static_cast<double>(mask.grid.height)};
  const LineShaper shaper(made.skeleton, graph, extent, across, down, tolerance(options, across, down));
  LineWriter writer(options, mask, value);
  std::uint64_t done = 0;
  for (const LineGraph::Edge& edge : graph.edges()) {
    if (stop != nullptr && ++done % 4096 == 0) stop->check();
    if (!edge.gone) writer.write(shaper.shape(edge));
  }
  writer.finish(summary);
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return summary;
}

}  // namespace terramask::vectors

namespace terramask {

VectorizeSummary vectorize_centerlines(const VectorizeOptions& options, const ProgressSink& progress,
                                       const StopFlag* stop) {
  return vectors::draw_centerlines(options, {}, progress, stop);
}

}  // namespace terramask
