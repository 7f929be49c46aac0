#include "terramask/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evaluate/class_list.hpp"
#include "evaluate/pair_pass.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/vector/vector_layer.hpp"
#include "terramask/output.hpp"

namespace terramask {
namespace {

using namespace evaluation;

void check_options(const EvaluationOptions& options) {
  if (options.pairs.empty())
    throw Error(ErrorCode::usage, "no mask is named", "name a mask and its reference");
  for (const int distance : {options.erode, options.slack})
    if (distance < 0 || distance > kMostDistance)
      throw Error(ErrorCode::usage, fmt::format("a distance of {} pixels", distance),
                  fmt::format("choose one from 0 to {}", kMostDistance));
  const bool some = std::any_of(options.pairs.begin(), options.pairs.end(),
                                [](const EvaluationPair& pair) { return !pair.probabilities.empty(); });
  for (const EvaluationPair& pair : options.pairs) {
    if (pair.reference.empty() && options.points.empty())
      throw Error(ErrorCode::usage, pair.name() + ": has nothing to be compared with",
                  "name a reference with `reference`, or points with `points`");
    if (some && pair.probabilities.empty())
      throw Error(ErrorCode::usage, pair.name() + ": has no probabilities, others have",
                  "name probabilities for each mask, or for none");
    std::vector<std::string> inputs{pair.mask, pair.reference, pair.probabilities, options.points};
    std::erase(inputs, "");
    if (!pair.errors.empty()) check_output(pair.errors, options.overwrite, inputs);
  }
}

Grid grid_of(const std::string& path) {
  return geo::describe(*geo::open_raster(path), path).grid;
}

/// References that are points become the sampled points.
EvaluationOptions with_points(EvaluationOptions options) {
  for (EvaluationPair& pair : options.pairs) {
    if (pair.reference.empty() || !geo::is_vector_file(pair.reference) ||
        !holds_points(options, pair.reference, grid_of(pair.mask), pair.name()))
      continue;
    if (!options.points.empty() && options.points != pair.reference)
      throw Error(ErrorCode::usage,
                  fmt::format("{}: points, and there are others: {}", pair.reference, options.points),
                  "lay them into one file");
    options.points = pair.reference;
    pair.reference.clear();
  }
  for (EvaluationPair& pair : options.pairs) {
    if (!pair.reference.empty()) continue;
    if (!pair.errors.empty())
      throw Error(ErrorCode::usage, pair.name() + ": points make no error raster",
                  "name a reference raster or polygons too");
    pair.probabilities.clear();  // nor a sweep
  }
  return options;
}

constexpr double kFar = 1e12;  // pixels: in no raster

/// Sampled points over all masks: each counts in the first mask that it lies in.
class Samples {
 public:
  explicit Samples(std::size_t classes) : matrix_(classes), areas_(classes) {}

  void add(const EvaluationOptions& options, const std::vector<ClassInfo>& classes, PairPass& pass,
           const std::string& mask_name, std::vector<std::string>& warnings, UnmetOptions& unmet) {
    const auto points =
        read_points(options, options.points, classes, pass.grid(), mask_name, warnings, unmet);
    placed_.resize(points.size());
    CodeBlock block;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto& place = points[i].pixel;
      if (placed_[i] || !place || std::abs(place->x) > kFar || std::abs(place->y) > kFar) continue;
      const Window pixel{static_cast<std::int64_t>(std::floor(place->x)),
                         static_cast<std::int64_t>(std::floor(place->y)), 1, 1};
      if (intersect(pixel, pass.grid().extent()) != pixel) continue;
      placed_[i] = true;
      pass.mask().read(pixel, block);
      const Code said = block.codes.front();
      ++matrix_.at(static_cast<std::size_t>(points[i].code),
                   said >= 0 ? static_cast<std::size_t>(said) : matrix_.nodata());
    }
    const std::vector<double> areas = pass.areas();
    for (std::size_t i = 0; i < areas.size(); ++i) areas_[i] += areas[i];
    square_metres_ = square_metres_ && pass.has_areas();
  }

  SampledAccuracy result(const std::string& points, const std::vector<ClassInfo>& classes) const {
    if (matrix_.total() == 0)
      throw Error(ErrorCode::mismatch, points + ": no point lies in a mask",
                  "name points of the same place; is the CRS of both right?");
    std::vector<std::string> names;
    names.reserve(classes.size());
    for (const ClassInfo& one : classes) names.push_back(one.name);
    SampledAccuracy sampled = sampled_accuracy(matrix_, areas_, names);
    sampled.square_metres = square_metres_;
    sampled.outside = static_cast<std::uint64_t>(std::count(placed_.begin(), placed_.end(), false));
    std::uint64_t blind = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) blind += matrix_.at(i, matrix_.nodata());
    if (blind > 0)
      sampled.warnings.push_back(fmt::format(
          "{} of the points lie where the mask is nodata: the estimates are of the rest of the map", blind));
    return sampled;
  }

 private:
  ConfusionMatrix matrix_;
  std::vector<double> areas_;
  std::vector<bool> placed_;
  bool square_metres_ = true;
};

void warn_once(std::vector<std::string>& warnings, const std::vector<std::string>& more) {
  for (const std::string& one : more)
    if (std::find(warnings.begin(), warnings.end(), one) == warnings.end()) warnings.push_back(one);
}

}  // namespace

EvaluationReport evaluate(const EvaluationOptions& given, const ProgressSink& progress,
                          const StopFlag* stop) {
  geo::ensure_gdal();
  check_options(given);
  const EvaluationOptions options = with_points(given);
  EvaluationReport report;
  report.classes = class_list(options, stop);
  const std::vector<ClassInfo>& classes = report.classes;
  const auto positive = positive_class(options, classes);

  // What is wrong with any of them is told before the first pixel.
  std::uint64_t total = 0, done = 0;
  UnmetOptions impossible, unmet;
  for (const EvaluationPair& pair : options.pairs) {
    PairPass pass(options, pair, classes, positive, false);
    total += geo::pixels(pass.grid().extent());
    impossible.add(pass.reference() != nullptr ? pass.reference()->impossible() : std::set<std::string>());
  }
  if (!impossible.all().empty())
    throw Error(ErrorCode::usage,
                fmt::format("{}: {} holds no such value", *impossible.all().begin(),
                            options.pairs.size() == 1 ? options.pairs.front().reference
                                                      : std::string("none of the references")),
                "name each value by its own number, in the range of the raster's data type, or by its name "
                "in the raster's legend");

  Totals totals;
  if (options.erode > 0) {
    totals.erosion.emplace(options.erode);
    totals.eroded.emplace(classes.size());
  }
  if (options.slack > 0) {
    totals.slack.emplace(options.slack);
    totals.relaxed.resize(classes.size());
  }
  report.matrix = ConfusionMatrix(classes.size());
  Samples samples(classes.size());
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < options.pairs.size(); ++i) {
    const EvaluationPair& pair = options.pairs[i];
    PairPass pass(options, pair, classes, positive, !options.points.empty());
    const auto report_done = [&](std::uint64_t pixels) {
      done += pixels;
      if (progress) progress({.phase = "comparing", .unit = "pixels", .done = done, .total = total});
    };
    const ConfusionMatrix matrix = pass.run(totals, report_done, progress, stop);
    report.matrix.add(matrix);
    if (!options.points.empty()) samples.add(options, classes, pass, pair.name(), warnings, unmet);
    if (pass.reference() != nullptr) {
      warn_once(warnings, pass.reference()->warnings());
      unmet.add(pass.reference()->unmet());
      pass.patches().append_to(report.worst, i);
    }
    keep_worst(report.worst, kWorstPatches);
    report.pairs.push_back(
        {pair.name(), pair.reference, matrix, geo::pixels(pass.grid().extent()), pair.errors});
  }
  if (!options.points.empty()) report.sampled = samples.result(options.points, classes);
  for (PatchPicture& patch : report.worst) {
    if (stop != nullptr) stop->check();
    const EvaluationPair& pair = options.pairs[patch.pair];
    PairPass pass(options, pair, classes, positive, false);
    draw_patch(patch, classes, pass.mask(), *pass.reference(), pair.image, pair.name());
  }
  report.erode = options.erode;
  report.slack = options.slack;
  report.eroded = std::move(totals.eroded);
  report.relaxed = std::move(totals.relaxed);
  if (std::any_of(options.pairs.begin(), options.pairs.end(),
                  [](const EvaluationPair& pair) { return !pair.probabilities.empty(); }))
    report.sweep = totals.levels.sweep(positive.value());
  for (const std::string& option : unmet.all())
    warnings.push_back(option + ": nothing in the references has that value or label");
  warn_once(report.warnings, warnings);
  return report;
}

}  // namespace terramask
