// The HTML page of a training: curves as inline SVG, and a table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/page.hpp"
#include "train/history.hpp"

namespace terramask::train {
namespace {

// Dimensions of a chart in SVG units; it is displayed at about this size.
constexpr double width = 760, height = 300, left = 46, right = 14, top = 20, bottom = 40;

constexpr std::string_view kStyle = R"(
main{max-width:960px}
.legend{gap:4px 18px;margin:0 0 8px}
.legend svg{width:26px;height:10px;margin-right:7px}
svg{width:100%;height:auto;display:block}
.legend svg{display:inline-block}
polyline,path{fill:none}
polyline{stroke-width:2.2;stroke-linejoin:round}
text{font-size:12px;fill:#687382}
table{font-size:13px}
th,td{padding:4px 8px}
th{white-space:normal;vertical-align:bottom}
.best td{background:#eaf5ee;font-weight:600}
)";

struct Curve {
  std::string name, color;
  std::vector<double> values{};  ///< one per epoch; NaN if missing
  bool dashed = false;

  bool empty() const {
    return std::ranges::none_of(values, [](double value) { return std::isfinite(value); });
  }
  std::string stroke() const {
    return fmt::format("stroke=\"{}\"{}", color, dashed ? R"( stroke-dasharray="6 4")" : "");
  }
};

// The largest of 1, 2, 5 · 10^k that divides the range into at least four parts.
double tick_step(double range) {
  const double raw = range / 4, power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {5.0, 2.0})
    if (factor * power <= raw) return factor * power;
  return power;
}

// The top of a scale from 0. The first epoch, or one that diverged, is often so much higher that it would
// hide the rest: it is then clipped.
double scale_top(const std::vector<Curve>& curves) {
  std::vector<double> values;
  for (const Curve& curve : curves)
    std::ranges::copy_if(curve.values, std::back_inserter(values), [](double v) { return std::isfinite(v); });
  if (values.empty()) return 1;
  std::ranges::sort(values);
  const double usual = values[values.size() * 3 / 4], most = std::min(values.back(), 4 * usual);
  if (!(most > 0)) return 1;
  const double step = tick_step(most);
  return std::ceil(most / step - 1e-9) * step;
}

class Chart {
 public:
  Chart(std::int64_t epochs, double high)
      : last_(static_cast<double>(std::max<std::int64_t>(epochs, 2))), high_(high) {}

  double x(double epoch) const { return left + (epoch - 1) / (last_ - 1) * (width - left - right); }
  double y(double value) const { return height - bottom - value / high_ * (height - top - bottom); }

  void axes() {
    const double step = tick_step(high_);
    for (int i = 0; i * step <= high_ * 1.0001; ++i)
      svg_ += fmt::format(
          R"(<path d="M{0} {1:.1f}H{2}" stroke="#e6eaee"/><text x="{3}" y="{4:.1f}" text-anchor="end">{5:.3g}</text>)"
          "\n",
          left, y(i * step), width - right, left - 8, y(i * step) + 4, i * step);
    const double stride = std::max(1.0, std::ceil(tick_step(last_)));
    for (double epoch = 1; epoch <= last_; epoch = epoch == 1 && stride > 1 ? stride : epoch + stride)
      svg_ += fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)"
                          "\n",
                          x(epoch), height - bottom + 18, epoch);
    svg_ += fmt::format(R"(<text x="{}" y="{}" text-anchor="middle">epoch</text>)"
                        "\n",
                        (left + width - right) / 2, height - 4);
  }

  /// Marks the epoch of the saved model.
  void mark(std::int64_t epoch) {
    const double at = x(static_cast<double>(epoch));
    const char* const anchor = at < left + 60 ? "start" : at > width - right - 60 ? "end" : "middle";
    svg_ += fmt::format(
        R"(<path d="M{0:.1f} {1}V{2}" stroke="#9aa4b0" stroke-dasharray="2 3"/><text x="{0:.1f}" y="{3}" text-anchor="{4}">the model, epoch {5}</text>)"
        "\n",
        at, top, height - bottom, top - 7, anchor, epoch);
  }

  void line(const Curve& curve, const std::vector<Epoch>& epochs) {
    std::string points;
    for (std::size_t i = 0; i < curve.values.size(); ++i)
      if (std::isfinite(curve.values[i]))
        points += fmt::format("{:.1f},{:.1f} ", x(static_cast<double>(epochs[i].epoch)), y(curve.values[i]));
    // A line of zero length with round ends shows as a dot, so that a single epoch is visible.
    svg_ += fmt::format(R"svg(<polyline points="{}{}" {} stroke-linecap="round" clip-path="url(#plot)"/>)svg"
                        "\n",
                        points, points.find(' ') + 1 == points.size() ? points : "", curve.stroke());
  }

  std::string text(const std::string& title) const {
    return fmt::format(
        R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><clipPath id="plot"><rect x="{}" y="{}" width="{}" height="{}"/></clipPath>)"
        "\n{}</svg>\n",
        width, height, escaped(title), left - 3, top - 2, width - left - right + 6, height - top - bottom + 4,
        svg_);
  }

 private:
  double last_, high_;
  std::string svg_;
};

std::string legend(const std::vector<Curve>& curves) {
  std::string html = "<div class=\"legend\">";
  for (const Curve& curve : curves)
    if (!curve.empty())
      html += fmt::format(R"(<span><svg viewBox="0 0 26 10"><polyline points="0,5 26,5" {}/></svg>{}</span>)",
                          curve.stroke(), escaped(curve.name));
  return html + "</div>\n";
}

std::string section(const std::string& title, const std::vector<Curve>& curves, const History& history,
                    double high, std::int64_t best) {
  Chart chart(history.epochs.back().epoch, high);
  chart.axes();
  if (best > 0) chart.mark(best);
  double most = 0;
  for (const Curve& curve : curves) {
    if (!curve.empty()) chart.line(curve, history.epochs);
    for (const double value : curve.values)
      if (std::isfinite(value)) most = std::max(most, value);
  }
  return fmt::format(
      "<section><h2>{}</h2>\n{}{}{}</section>\n", escaped(title), legend(curves), chart.text(title),
      most > high * 1.0001 ? fmt::format("<p class=\"note\">Values up to {:.3g} are cut off.</p>", most)
                           : std::string());
}

std::string table(const History& history, std::int64_t best) {
  std::string html =
      "<section><h2>Epochs</h2>\n<div class=\"scroll\"><table><tr><th>epoch<th>rate<th>loss<th>validation "
      "loss<th>accuracy<th>mean IoU<th>mean F1";
  for (const std::string& name : history.classes) html += "<th>IoU " + escaped(name);
  html += "<th>seconds</tr>\n";
  for (const Epoch& e : history.epochs) {
    html += fmt::format("<tr{}><td>{}<td>{:.2e}<td>{:.4f}", e.epoch == best ? " class=\"best\"" : "", e.epoch,
                        e.rate, e.loss);
    if (e.validated)
      html += fmt::format("<td>{:.4f}", e.validation_loss);
    else
      html += "<td>–";
    for (const double score : {e.accuracy, e.mean_iou, e.mean_f1})
      html += "<td>" + score_text(e.validated ? score : NAN);
    for (std::size_t i = 0; i < history.classes.size(); ++i)
      html += "<td>" + score_text(e.validated && i < e.iou.size() ? e.iou[i] : NAN);
    html += fmt::format("<td>{:.1f}</tr>\n", e.seconds);
  }
  return html + "</table></div></section>\n";
}

// Yellow is illegible on white: such colours are darkened for lines.
std::string line_color(const std::string& color, std::size_t index) {
  constexpr const char* spare[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd",
                                   "#8c564b", "#e377c2", "#17becf"};
  unsigned rgb = 0;
  if (color.size() != 7 || std::sscanf(color.c_str(), "#%6x", &rgb) != 1)
    return spare[index % std::size(spare)];
  const double r = rgb >> 16, g = (rgb >> 8) & 255, b = rgb & 255;
  const double light = 0.3 * r + 0.59 * g + 0.11 * b;
  const double factor = light > 150 ? 150 / light : 1;
  return fmt::format("#{:02x}{:02x}{:02x}", static_cast<int>(r * factor), static_cast<int>(g * factor),
                     static_cast<int>(b * factor));
}

std::string tiles(const Epoch& best) {
  std::string html = "<div class=\"tiles\">";
  const std::pair<double, const char*> figures[] = {{best.mean_iou, "mean IoU"},
                                                    {best.mean_f1, "mean F1"},
                                                    {best.accuracy, "accuracy"},
                                                    {best.validation_loss, "validation loss"}};
  for (const auto& [value, name] : figures)
    html += fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>", score_text(value), name);
  return html + "</div>\n";
}

}  // namespace

std::string to_html(const History& history) {
  const std::string title = escaped(history.title);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>{0}</title>\n<style>{1}{2}</style>\n<main><h1>{0}</h1>\n",
      title, base_style(), kStyle);
  if (history.epochs.empty()) return html + "<p class=\"sub\">No epoch is done yet.</p></main></html>\n";

  Curve training{"training", "#1f77b4"}, validation{"validation", "#d62728"};
  Curve mean{.name = "mean", .color = "#1f2731", .dashed = true};
  std::vector<Curve> classes;
  for (std::size_t i = 0; i < history.classes.size(); ++i)
    classes.push_back(
        {history.classes[i], line_color(i < history.colors.size() ? history.colors[i] : std::string(), i)});
  const Epoch* best = nullptr;
  for (const Epoch& e : history.epochs) {
    const auto if_validated = [&](double value) { return e.validated ? value : NAN; };
    training.values.push_back(e.loss);
    validation.values.push_back(if_validated(e.validation_loss));
    mean.values.push_back(if_validated(e.mean_iou));
    for (std::size_t i = 0; i < classes.size(); ++i)
      classes[i].values.push_back(if_validated(i < e.iou.size() ? e.iou[i] : NAN));
    if (e.validated && e.best) best = &e;
  }
  classes.push_back(mean);

  html += fmt::format("<p class=\"sub\">{} {} done", history.epochs.size(),
                      history.epochs.size() == 1 ? "epoch is" : "epochs are");
  if (best != nullptr)
    html += fmt::format("; the model is that of epoch {}, with these figures on the validation part",
                        best->epoch);
  html += ".</p>\n";
  const std::int64_t marked = best != nullptr ? best->epoch : 0;
  if (best != nullptr) html += tiles(*best);
  html += section("Loss", {training, validation}, history, scale_top({training, validation}), marked);
  if (!mean.empty())
    html += section("Intersection over union on the validation part", classes, history, 1.0, marked);
  return html + table(history, marked) + "</main></html>\n";
}

}  // namespace terramask::train
