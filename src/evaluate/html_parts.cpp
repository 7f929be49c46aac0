#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/page.hpp"
#include "evaluate/html.hpp"

namespace terramask::evaluation {
namespace {

/// A square with axes from 0 to 1, in SVG's units.
class Chart {
 public:
  Chart(const std::string& x_label, const std::string& y_label) {
    svg_ = R"(<svg viewBox="0 0 440 372" role="img" font-family="inherit" font-size="12" fill="#687382">)";
    for (int i = 0; i <= 5; ++i) {
      const double at = i / 5.0;
      svg_ += fmt::format(
          R"(<path d="M{0:.1f} {2:.1f}V{3:.1f}M{4:.1f} {1:.1f}H{5:.1f}" stroke="#e6eaee" fill="none"/>)"
          R"(<text x="{0:.1f}" y="{6:.1f}" text-anchor="middle">{7:.1f}</text>)"
          R"(<text x="{8:.1f}" y="{9:.1f}" text-anchor="end">{7:.1f}</text>)",
          x(at), y(at), y(0), y(1), x(0), x(1), y(0) + 18, at, x(0) - 8, y(at) + 4);
    }
    svg_ += fmt::format(
        R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)"
        R"svg(<text transform="translate(13 {:.1f}) rotate(-90)" text-anchor="middle">{}</text>)svg",
        x(0.5), y(0) + 38, x_label, y(0.5), y_label);
  }

  void line(const std::vector<std::pair<double, double>>& points, const char* color) {
    std::string path;
    for (const auto& [px, py] : points)
      path += fmt::format("{}{:.2f} {:.2f}", path.empty() ? "M" : "L", x(px), y(py));
    svg_ += fmt::format(
        R"(<path d="{}" fill="none" stroke="{}" stroke-width="2.2" stroke-linejoin="round"/>)", path, color);
  }

  void level(double at) {
    svg_ += fmt::format(
        R"(<path d="M{:.1f} {:.1f}H{:.1f}" stroke="#9aa4b0" stroke-dasharray="4 4" fill="none"/>)", x(0),
        y(at), x(1));
  }

  void mark(double px, double py, const char* color) {
    svg_ +=
        fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="5" fill="{}" stroke="#fff" stroke-width="1.5"/>)",
                    x(px), y(py), color);
  }

  std::string text() const { return svg_ + "</svg>"; }

 private:
  static double x(double at) { return 48 + at * 376; }
  static double y(double at) { return 322 - at * 306; }

  std::string svg_;
};

/// What a colour or a mark of a chart means. It stands below the chart: inside it a text would lie over a
/// curve somewhere, or be cut off.
std::string key(const char* style, const std::string& text) {
  return fmt::format(R"(<span><i style="{}"></i>{}</span>)", style, text);
}

std::string line_key(const char* color, const std::string& text) {
  return key(fmt::format("border-top:3px solid {}", color).c_str(), text);
}

std::string mark_key(const char* color, const std::string& text) {
  return key(fmt::format("width:11px;height:11px;border-radius:50%;background:{}", color).c_str(), text);
}

}  // namespace

std::string class_heading(const ClassInfo& one) {
  return fmt::format(R"(<i class="swatch" style="background:{}"></i>{})", one.color, escaped(one.name));
}

std::string percent_text(double share) {
  if (!std::isfinite(share)) return "–";
  if (share > 0 && share < 0.0005) return "< 0.1%";
  return fmt::format("{:.1f}%", 100 * share);
}

std::string count_text(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string area_text(const Estimate& area, bool square_metres) {
  if (!std::isfinite(area.value)) return "–";
  const double unit = square_metres ? 1e4 : 1;
  const bool whole = !square_metres || area.value >= 1e7;
  const auto text = [&](double value) {
    return whole ? count_text(static_cast<std::uint64_t>(std::llround(value / unit)))
                 : fmt::format("{:.{}f}", value / unit, area.value < 1e4 ? 4 : 2);
  };
  std::string result = text(area.value);
  if (std::isfinite(area.interval) && area.interval > 0) result += " ± " + text(area.interval);
  return result + (square_metres ? " ha" : " px");
}

std::string patch_figure(const std::string& source, const char* name, std::int64_t width,
                         std::int64_t widest) {
  if (source.empty()) return {};
  return fmt::format(
      R"(<figure><img src="{}" alt="{}" style="width:{:.5g}%"><figcaption>{}</figcaption></figure>)", source,
      name, 100 * static_cast<double>(width) / static_cast<double>(widest), name);
}

std::string matrix_table(const ConfusionMatrix& matrix, const std::vector<ClassInfo>& classes) {
  std::string html = R"(<div class="scroll"><table class="matrix"><tr><th>reference ↓ &nbsp; mask →</th>)";
  for (const ClassInfo& one : classes) html += "<th>" + class_heading(one) + "</th>";
  html += "<th>no data</th><th>all</th></tr>";
  for (std::size_t r = 0; r < classes.size(); ++r) {
    std::uint64_t row = 0;
    for (std::size_t c = 0; c <= classes.size(); ++c) row += matrix.at(r, c);
    html += "<tr><th>" + class_heading(classes[r]) + "</th>";
    for (std::size_t c = 0; c <= classes.size(); ++c) {
      const std::uint64_t count = matrix.at(r, c);
      const double share = row > 0 ? static_cast<double>(count) / static_cast<double>(row) : 0;
      if (count == 0) {
        html += R"(<td class="none">0</td>)";
        continue;
      }
      // Errors catch the eye at shares at which hits would not.
      const double strength = r == c ? 0.08 + 0.72 * share : 0.06 + 0.8 * std::sqrt(share);
      html += fmt::format(R"(<td style="background:rgba({},{:.2f});color:{}">{}<small>{}</small></td>)",
                          r == c ? "26,127,75" : "192,57,43", std::min(strength, 0.85),
                          strength > 0.68 ? "#fff" : "inherit", count_text(count), percent_text(share));
    }
    html += fmt::format("<td>{}</td></tr>", count_text(row));
  }
  return html + "</table></div>";
}

std::string sweep_charts(const ThresholdSweep& sweep) {
  constexpr const char *kBest = "#c0392b", *kHalf = "#687382";
  const bool apart = sweep.best.threshold != 0.5;
  std::string marks = mark_key(kBest, fmt::format("threshold {:.3f}: the best F1, {}", sweep.best.threshold,
                                                  score_text(sweep.best.f1)));
  if (apart) marks += mark_key(kHalf, "threshold 0.5: F1 " + score_text(sweep.half.f1));
  Chart curve("recall", "precision");
  std::vector<std::pair<double, double>> points;
  for (const SweepPoint& point : sweep.points)
    if (std::isfinite(point.precision) && std::isfinite(point.recall))
      points.emplace_back(point.recall, point.precision);
  if (!points.empty()) points.emplace(points.begin(), 0, points.front().second);
  if (sweep.pixels > 0) curve.level(static_cast<double>(sweep.positives) / static_cast<double>(sweep.pixels));
  curve.line(points, "#1f6feb");
  if (apart && std::isfinite(sweep.half.precision))
    curve.mark(sweep.half.recall, sweep.half.precision, kHalf);
  if (std::isfinite(sweep.best.precision)) curve.mark(sweep.best.recall, sweep.best.precision, kBest);

  Chart f1("threshold", "F1, precision, recall");
  std::vector<std::pair<double, double>> f1s, precisions, recalls;
  for (const SweepPoint& point : sweep.points) {
    f1s.emplace_back(point.threshold, point.f1);
    if (std::isfinite(point.precision)) precisions.emplace_back(point.threshold, point.precision);
    if (std::isfinite(point.recall)) recalls.emplace_back(point.threshold, point.recall);
  }
  f1.line(precisions, "#9ec5fe");
  f1.line(recalls, "#a3d9b8");
  f1.line(f1s, kBest);
  if (apart && std::isfinite(sweep.half.f1)) f1.mark(0.5, sweep.half.f1, kHalf);
  if (std::isfinite(sweep.best.f1)) f1.mark(sweep.best.threshold, sweep.best.f1, kBest);
  return fmt::format(
      R"(<div class="charts"><figure>{}<figcaption class="keys">{}{}{}</figcaption></figure>)"
      R"(<figure>{}<figcaption class="keys">{}{}{}{}</figcaption></figure></div>)",
      curve.text(),
      line_key("#1f6feb",
               fmt::format("by threshold; average precision {}", score_text(sweep.average_precision))),
      key("border-top:2px dashed #9aa4b0", "the class's share: what guessing reaches"), marks, f1.text(),
      line_key(kBest, "F1"), line_key("#9ec5fe", "precision"), line_key("#a3d9b8", "recall"), marks);
}

}  // namespace terramask::evaluation
