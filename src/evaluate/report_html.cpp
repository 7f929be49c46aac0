// The report for people: one page that needs nothing else.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/page.hpp"
#include "evaluate/html.hpp"

namespace terramask {
namespace {

using namespace evaluation;

std::string tile(const std::string& value, const std::string& label) {
  return fmt::format(R"(<div class="tile"><b>{}</b><span>{}</span></div>)", value, label);
}

std::string name_cell(const ClassInfo& one) {
  return "<td>" + class_heading(one) + "</td>";
}

std::string tiles(const Scores& scores) {
  return R"(<div class="tiles">)" + tile(percent_text(scores.overall), "overall accuracy") +
         tile(percent_text(scores.base), "base accuracy: always the commonest class") +
         tile(score_text(scores.kappa), "Cohen's kappa") + tile(score_text(scores.macro.f1), "mean F1") +
         tile(score_text(scores.macro.iou), "mean IoU") +
         tile(percent_text(scores.coverage),
              fmt::format("covered, of {} judged pixels", count_text(scores.judged))) +
         "</div>";
}

std::string mean_row(const char* name, const MeanScore& mean) {
  return fmt::format(
      R"(<tr class="foot"><td>{}</td><td></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>)", name,
      score_text(mean.precision), score_text(mean.recall), score_text(mean.f1), score_text(mean.iou));
}

std::string class_table(const Scores& scores, const std::vector<ClassInfo>& classes) {
  std::string html =
      R"(<div class="scroll"><table><tr><th>class</th><th>reference pixels</th><th>precision</th><th>recall</th>)"
      "<th>F1</th><th>IoU</th></tr>";
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const ClassScore& one = scores.classes[i];
    html += fmt::format("<tr>{}<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                        name_cell(classes[i]), count_text(one.reference), score_text(one.precision),
                        score_text(one.recall), score_text(one.f1), score_text(one.iou));
  }
  return html + mean_row("mean", scores.macro) + mean_row("weighted by pixels", scores.weighted) +
         "</table></div>";
}

std::string relaxed_section(const EvaluationReport& report) {
  std::string html =
      fmt::format("<section><h2>Relaxed by {} pixel{}</h2>", report.slack, report.slack == 1 ? "" : "s");
  html += R"(<div class="scroll"><table><tr><th>class</th><th>precision</th><th>recall</th><th>F1</th></tr>)";
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    const RelaxedScore& one = report.relaxed[i];
    html += fmt::format("<tr>{}<td>{}</td><td>{}</td><td>{}</td></tr>", name_cell(report.classes[i]),
                        score_text(one.precision()), score_text(one.recall()), score_text(one.f1()));
  }
  return html + fmt::format(
                    R"(</table></div><p class="note">A predicted pixel is right where the reference has the )"
                    "class within {} pixels (Euclidean, between centres), a reference pixel found where "
                    "the mask has it (Mnih 2013).</p></section>",
                    report.slack);
}

std::string estimate_text(const Estimate& estimate) {
  if (!std::isfinite(estimate.value)) return "–";
  if (!std::isfinite(estimate.interval)) return score_text(estimate.value);
  return fmt::format("{:.3f} ± {:.3f}", estimate.value, estimate.interval);
}

std::string sampled_section(const EvaluationReport& report) {
  const SampledAccuracy& sampled = *report.sampled;
  std::string html = "<section><h2>From sampled points</h2>";
  html += fmt::format("<p>Overall accuracy, adjusted for area: <b>{}</b> ({} points).</p>",
                      estimate_text(sampled.overall), count_text(sampled.matrix.total()));
  html += R"(<div class="scroll"><table><tr><th>class</th><th>points</th><th>user's accuracy</th>)"
          "<th>producer's accuracy</th><th>area as mapped</th><th>area adjusted</th></tr>";
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    const SampledClass& one = sampled.classes[i];
    html += fmt::format("<tr>{}<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                        name_cell(report.classes[i]), one.points, estimate_text(one.users),
                        estimate_text(one.producers), area_text({one.mapped_area, 0}, sampled.square_metres),
                        area_text(one.area, sampled.square_metres));
  }
  html +=
      R"(</table></div><p class="note">± is half of the 95% confidence interval; the mapped classes are the )"
      "strata (Olofsson et al. 2014).</p><h2 style=\"margin-top:20px\">Points</h2>" +
      matrix_table(sampled.matrix, report.classes);
  return html + "</section>";
}

std::string patches_section(const EvaluationReport& report) {
  std::string html = R"(<section><h2>The worst patches</h2><div class="legend">)";
  for (const ClassInfo& one : report.classes) html += "<span>" + class_heading(one) + "</span>";
  html += R"(<span><i class="swatch stripes"></i>no data, or not judged</span></div><div class="patches">)";
  std::int64_t widest = 1;
  for (const PatchPicture& patch : report.worst) widest = std::max(widest, patch.window.width);
  for (const PatchPicture& patch : report.worst) {
    const Window& w = patch.window;
    html += fmt::format(
        R"(<div class="patch"><div class="cap"><b>{} right</b><span>{}columns {}–{}, rows {}–{}</span></div><div class="row">)",
        percent_text(static_cast<double>(patch.right) / static_cast<double>(patch.judged)),
        report.pairs.size() > 1
            ? escaped(std::filesystem::path(report.pairs[patch.pair].mask).filename().string()) + ", "
            : std::string(),
        w.x, w.x + w.width - 1, w.y, w.y + w.height - 1);
    html += patch_figure(patch.image, "image", w.width, widest) +
            patch_figure(patch.reference, "reference", w.width, widest) +
            patch_figure(patch.prediction, "mask", w.width, widest) + "</div></div>";
  }
  return html +
         fmt::format(R"(</div><p class="note">Of all patches of {0} × {0} pixels, the {1} with the lowest )"
                     "accuracy.</p></section>",
                     kEvaluationPatch, report.worst.size());
}

std::string pairs_section(const EvaluationReport& report) {
  std::string html =
      R"(<section><h2>By mask</h2><div class="scroll"><table><tr><th>mask</th><th class="path">reference</th><th>judged</th>)"
      "<th>covered</th><th>accuracy</th><th>kappa</th><th>mean F1</th><th>mean IoU</th></tr>";
  for (const PairReport& pair : report.pairs) {
    const Scores scores = pair.matrix.scores();
    html += fmt::format(
        R"(<tr><td class="path">{}</td><td class="path">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>)"
        "<td>{}</td><td>{}</td></tr>",
        escaped(pair.mask), escaped(pair.reference), count_text(scores.judged), percent_text(scores.coverage),
        percent_text(scores.overall), score_text(scores.kappa), score_text(scores.macro.f1),
        score_text(scores.macro.iou));
  }
  return html + "</table></div></section>";
}

std::string warnings_section(const std::vector<std::string>& warnings) {
  std::string html = R"(<section class="warn"><h2>To know</h2>)";
  for (const std::string& one : warnings) html += "<p>" + escaped(one) + "</p>";
  return html + "</section>";
}

}  // namespace

std::string report_html(const EvaluationReport& report, const std::string& title) {
  std::string html = fmt::format(
      R"(<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">)"
      "<title>{0}</title><style>{1}</style></head><body><main><h1>{0}</h1>",
      escaped(title), page_style());
  const PairReport& first = report.pairs.front();
  html += fmt::format(
      R"(<p class="sub">{} against {}</p>)",
      report.pairs.size() == 1 ? escaped(first.mask) : fmt::format("{} masks", report.pairs.size()),
      first.reference.empty()    ? "sampled points"
      : report.pairs.size() == 1 ? escaped(first.reference)
                                 : "their references");
  std::vector<std::string> warnings = report.warnings;
  if (report.sampled)
    warnings.insert(warnings.end(), report.sampled->warnings.begin(), report.sampled->warnings.end());
  if (report.matrix.total() > 0) {
    const Scores scores = report.matrix.scores();
    html += tiles(scores);
    if (!warnings.empty()) html += warnings_section(warnings);
    html += "<section><h2>By class</h2>" + class_table(scores, report.classes) + "</section>";
    html +=
        "<section><h2>Confusion matrix</h2>" + matrix_table(report.matrix, report.classes) +
        R"(<p class="note">Pixels, and their share of the reference's class. Where the mask is nodata though the )"
        "reference is valid, that counts as an error.</p></section>";
    if (report.eroded) {
      const Scores eroded = report.eroded->scores();
      html += fmt::format(
          "<section><h2>Without {} pixel{} along class borders</h2><p>Overall accuracy <b>{}</b>, kappa "
          "<b>{}</b>, "
          "mean IoU <b>{}</b>, on {} of the reference's pixels.</p>{}</section>",
          report.erode, report.erode == 1 ? "" : "s", percent_text(eroded.overall), score_text(eroded.kappa),
          score_text(eroded.macro.iou),
          percent_text(static_cast<double>(eroded.judged) / static_cast<double>(scores.judged)),
          class_table(eroded, report.classes));
    }
    if (!report.relaxed.empty()) html += relaxed_section(report);
  } else if (!warnings.empty()) {
    html += warnings_section(warnings);
  }
  if (report.sweep)
    html += fmt::format("<section><h2>{} against the rest, by threshold</h2>{}</section>",
                        escaped(report.classes[report.sweep->positive].name), sweep_charts(*report.sweep));
  if (report.sampled) html += sampled_section(report);
  if (!report.worst.empty()) html += patches_section(report);
  if (report.pairs.size() > 1) html += pairs_section(report);
  return html +
         fmt::format(R"(<p class="note">Made by Terramask {}.</p></main></body></html>)", TERRAMASK_VERSION) +
         "\n";
}

}  // namespace terramask
