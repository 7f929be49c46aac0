#include "cli/evaluate_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/printing.hpp"
#include "core/page.hpp"

namespace terramask::tools {

std::string score_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.4f}", value) : "-";
}

namespace {

std::string percent(double value) {
  return std::isfinite(value) ? fmt::format("{:.2f}%", 100 * value) : "-";
}

std::string with_interval(const Estimate& estimate) {
  if (!std::isfinite(estimate.interval)) return score_text(estimate.value);
  return fmt::format("{:.4f} +- {:.4f}", estimate.value, estimate.interval);
}

/// Characters a UTF-8 text takes on a line, near enough: code points.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Rows whose first column stands left and the others right.
class Table {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  void print() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths.size() <= i) widths.push_back(0);
        widths[i] = std::max(widths[i], width_of(row[i]));
      }
    for (const auto& row : rows_) {
      std::string line = "  ";
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string space(widths[i] - width_of(row[i]), ' ');
        line += i == 0 ? row[i] + space : "  " + space + row[i];
      }
      line.erase(line.find_last_not_of(' ') + 1);
      say("{}\n", line);
    }
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

void print_matrix(const ConfusionMatrix& matrix, const std::vector<ClassInfo>& classes) {
  Table table;
  std::vector<std::string> head{"reference \\ mask"};
  for (const ClassInfo& one : classes) head.push_back(one.name);
  head.push_back("no data");
  table.add(head);
  for (std::size_t r = 0; r < classes.size(); ++r) {
    std::vector<std::string> row{classes[r].name};
    for (std::size_t c = 0; c <= classes.size(); ++c) row.push_back(std::to_string(matrix.at(r, c)));
    table.add(row);
  }
  table.print();
}

void print_scores(const Scores& scores, const std::vector<ClassInfo>& classes) {
  Table table;
  table.add({"class", "pixels", "precision", "recall", "F1", "IoU"});
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const ClassScore& one = scores.classes[i];
    table.add({classes[i].name, std::to_string(one.reference), score_text(one.precision),
               score_text(one.recall), score_text(one.f1), score_text(one.iou)});
  }
  for (const auto& [name, mean] : {std::pair{"mean", scores.macro}, std::pair{"weighted", scores.weighted}})
    table.add({name, "", score_text(mean.precision), score_text(mean.recall), score_text(mean.f1),
               score_text(mean.iou)});
  table.print();
}

void print_headline(const Scores& scores) {
  say("overall accuracy {}, base accuracy {}, kappa {}, mean IoU {}\n", percent(scores.overall),
      percent(scores.base), score_text(scores.kappa), score_text(scores.macro.iou));
  say("{} pixels evaluated, {} of them covered by the mask\n", scores.judged, percent(scores.coverage));
}

void print_sweep(const ThresholdSweep& sweep, const std::vector<ClassInfo>& classes) {
  const auto line = [](const char* name, const SweepPoint& point) {
    say("  {} {:.4f}: precision {}, recall {}, F1 {}\n", name, point.threshold, score_text(point.precision),
        score_text(point.recall), score_text(point.f1));
  };
  say("\n{} against the rest, by threshold: average precision {}\n", classes[sweep.positive].name,
      score_text(sweep.average_precision));
  line("best threshold", sweep.best);
  line("threshold     ", sweep.half);
}

void print_sampled(const SampledAccuracy& sampled, const std::vector<ClassInfo>& classes) {
  say("\n{} sampled points (95% intervals, Olofsson et al. 2014): overall accuracy {}\n",
      sampled.matrix.total(), with_interval(sampled.overall));
  if (sampled.outside > 0) say("{} points lie in no mask\n", sampled.outside);
  print_matrix(sampled.matrix, classes);
  const double unit = sampled.square_metres ? 1e4 : 1;
  const char* name = sampled.square_metres ? "ha" : "pixels";
  Table table;
  table.add({"class", "points", "user's accuracy", "producer's accuracy", fmt::format("mapped {}", name),
             fmt::format("adjusted {}", name)});
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const SampledClass& one = sampled.classes[i];
    std::string area = std::isfinite(one.area.value) ? fmt::format("{:.2f}", one.area.value / unit) : "-";
    if (std::isfinite(one.area.interval)) area += fmt::format(" +- {:.2f}", one.area.interval / unit);
    table.add({classes[i].name, std::to_string(one.points), with_interval(one.users),
               with_interval(one.producers), fmt::format("{:.2f}", one.mapped_area / unit), area});
  }
  table.print();
}

void print_pairs(const EvaluationReport& report) {
  Table table;
  table.add({"mask", "judged", "covered", "accuracy", "kappa", "mean F1", "mean IoU"});
  for (const PairReport& pair : report.pairs) {
    const Scores scores = pair.matrix.scores();
    table.add({pair.mask, std::to_string(scores.judged), percent(scores.coverage), percent(scores.overall),
               score_text(scores.kappa), score_text(scores.macro.f1), score_text(scores.macro.iou)});
  }
  say("\n");
  table.print();
}

}  // namespace

void print_report(const EvaluationReport& report) {
  if (report.matrix.total() > 0) {
    const Scores scores = report.matrix.scores();
    print_headline(scores);
    print_matrix(report.matrix, report.classes);
    say("\n");
    print_scores(scores, report.classes);
    if (report.eroded) {
      say("\nwithout pixels within {} of another class:\n", report.erode);
      const Scores eroded = report.eroded->scores();
      print_headline(eroded);
      print_scores(eroded, report.classes);
    }
    if (!report.relaxed.empty()) {
      say("\nrelaxed by {} pixels:\n", report.slack);
      Table table;
      table.add({"class", "precision", "recall", "F1"});
      for (std::size_t i = 0; i < report.classes.size(); ++i)
        table.add({report.classes[i].name, score_text(report.relaxed[i].precision()),
                   score_text(report.relaxed[i].recall()), score_text(report.relaxed[i].f1())});
      table.print();
    }
  }
  if (report.sweep) print_sweep(*report.sweep, report.classes);
  if (report.sampled) print_sampled(*report.sampled, report.classes);
  if (report.pairs.size() > 1 && report.matrix.total() > 0) print_pairs(report);
}

}  // namespace terramask::tools
