// The report for programs.
#include <cmath>
#include <nlohmann/json.hpp>

#include "terramask/evaluate.hpp"

namespace terramask {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN.
Json json_number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json interval(const Estimate& estimate) {
  return {{"value", json_number(estimate.value)}, {"interval95", json_number(estimate.interval)}};
}

Json mean_json(const MeanScore& mean) {
  return {{"precision", json_number(mean.precision)},
          {"recall", json_number(mean.recall)},
          {"f1", json_number(mean.f1)},
          {"iou", json_number(mean.iou)}};
}

Json rows(const ConfusionMatrix& matrix) {
  Json json = Json::array();
  for (std::size_t r = 0; r < matrix.classes(); ++r) {
    Json row = Json::array();
    for (std::size_t c = 0; c <= matrix.classes(); ++c) row.push_back(matrix.at(r, c));
    json.push_back(std::move(row));
  }
  return json;
}

Json matrix_json(const ConfusionMatrix& matrix, const std::vector<ClassInfo>& classes) {
  const Scores scores = matrix.scores();
  Json json{{"judged", scores.judged},
            {"coverage", json_number(scores.coverage)},
            {"overall_accuracy", json_number(scores.overall)},
            {"base_accuracy", json_number(scores.base)},
            {"kappa", json_number(scores.kappa)},
            {"mean_iou", json_number(scores.macro.iou)},
            {"macro", mean_json(scores.macro)},
            {"weighted", mean_json(scores.weighted)}};
  json["classes"] = Json::array();
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const ClassScore& one = scores.classes[i];
    json["classes"].push_back({{"value", classes[i].value},
                               {"name", classes[i].name},
                               {"reference", one.reference},
                               {"predicted", one.predicted},
                               {"right", one.right},
                               {"precision", json_number(one.precision)},
                               {"recall", json_number(one.recall)},
                               {"f1", json_number(one.f1)},
                               {"iou", json_number(one.iou)}});
  }
  json["matrix"] = rows(matrix);
  return json;
}

Json point_json(const SweepPoint& point) {
  return {{"threshold", point.threshold},
          {"precision", json_number(point.precision)},
          {"recall", json_number(point.recall)},
          {"f1", json_number(point.f1)}};
}

Json sweep_json(const ThresholdSweep& sweep, const std::vector<ClassInfo>& classes) {
  Json json{
      {"class", classes[sweep.positive].name}, {"pixels", sweep.pixels},
      {"positives", sweep.positives},          {"average_precision", json_number(sweep.average_precision)},
      {"best", point_json(sweep.best)},        {"half", point_json(sweep.half)}};
  json["points"] = Json::array();
  for (const SweepPoint& point : sweep.points) json["points"].push_back(point_json(point));
  return json;
}

Json sampled_json(const SampledAccuracy& sampled, const std::vector<ClassInfo>& classes) {
  Json json{{"area_unit", sampled.square_metres ? "m2" : "pixels"},
            {"points", sampled.matrix.total()},
            {"outside", sampled.outside},
            {"overall_accuracy", interval(sampled.overall)}};
  json["classes"] = Json::array();
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const SampledClass& one = sampled.classes[i];
    json["classes"].push_back({{"name", classes[i].name},
                               {"points", one.points},
                               {"mapped_area", one.mapped_area},
                               {"mapped_share", one.share},
                               {"users_accuracy", interval(one.users)},
                               {"producers_accuracy", interval(one.producers)},
                               {"area", interval(one.area)}});
  }
  json["matrix"] = rows(sampled.matrix);
  json["warnings"] = sampled.warnings;
  return json;
}

}  // namespace

std::string report_json(const EvaluationReport& report) {
  Json json{{"version", 1}};
  json["columns"] = Json::array();
  for (const ClassInfo& one : report.classes) json["columns"].push_back(one.name);
  json["columns"].push_back("no data");
  const bool pixels = report.matrix.total() > 0;
  if (pixels) json["all"] = matrix_json(report.matrix, report.classes);
  json["pairs"] = Json::array();
  for (const PairReport& pair : report.pairs) {
    Json one{{"mask", pair.mask}, {"reference", pair.reference}, {"mask_pixels", pair.mask_pixels}};
    if (pair.matrix.total() > 0) one.update(matrix_json(pair.matrix, report.classes));
    if (!pair.errors.empty()) one["errors"] = pair.errors;
    json["pairs"].push_back(std::move(one));
  }
  if (report.eroded && pixels) {
    json["eroded"] = matrix_json(*report.eroded, report.classes);
    json["eroded"]["radius_pixels"] = report.erode;
  }
  if (!report.relaxed.empty() && pixels) {
    json["relaxed"] = {{"slack_pixels", report.slack}, {"classes", Json::array()}};
    for (std::size_t i = 0; i < report.classes.size(); ++i)
      json["relaxed"]["classes"].push_back({{"name", report.classes[i].name},
                                            {"precision", json_number(report.relaxed[i].precision())},
                                            {"recall", json_number(report.relaxed[i].recall())},
                                            {"f1", json_number(report.relaxed[i].f1())}});
  }
  if (report.sweep) json["sweep"] = sweep_json(*report.sweep, report.classes);
  if (report.sampled) json["sampled"] = sampled_json(*report.sampled, report.classes);
  json["worst"] = Json::array();
  for (const PatchPicture& patch : report.worst)
    json["worst"].push_back(
        {{"mask", report.pairs[patch.pair].mask},
         {"window", {patch.window.x, patch.window.y, patch.window.width, patch.window.height}},
         {"judged", patch.judged},
         {"right", patch.right}});
  json["warnings"] = report.warnings;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace terramask
