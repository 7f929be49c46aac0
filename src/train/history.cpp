#include "train/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace terramask::train {
namespace {

constexpr double width = 720, height = 300, left = 56, right = 150, top = 16, bottom = 34;

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

struct Curve {
  std::string name, color;
  std::vector<std::optional<double>> values;  ///< an epoch each
  bool dashed = false;
};

// The largest of 1, 2, 5 · 10^k that cuts the range into four parts or more.
double tick_step(double range) {
  const double raw = range / 4, power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {5.0, 2.0})
    if (factor * power <= raw) return factor * power;
  return power;
}

std::string chart(const std::string& title, const std::vector<Curve>& curves,
                  const std::vector<Epoch>& epochs, std::optional<double> most) {
  double high = most.value_or(0);
  if (!most)
    for (const Curve& curve : curves)
      for (const auto& value : curve.values)
        if (value && std::isfinite(*value)) high = std::max(high, *value);
  if (!(high > 0)) high = 1;
  const double last = static_cast<double>(std::max<std::int64_t>(epochs.back().epoch, 2));
  const auto x_of = [&](double epoch) { return left + (epoch - 1) / (last - 1) * (width - left - right); };
  const auto y_of = [&](double value) { return height - bottom - value / high * (height - top - bottom); };

  std::string svg = fmt::format("<h2>{}</h2>\n<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n",
                                escaped(title), width, height, escaped(title));
  for (double tick = 0, step = tick_step(high); tick <= high * 1.0001; tick += step)
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/><text class=\"tick\" "
        "x=\"{3}\" "
        "y=\"{4:.1f}\" text-anchor=\"end\">{5:.3g}</text>\n",
        left, width - right, y_of(tick), left - 6, y_of(tick) + 4, tick);
  const double stride = std::max(1.0, std::ceil(tick_step(last)));
  for (double epoch = 1; epoch <= last; epoch = epoch == 1 && stride > 1 ? stride : epoch + stride)
    svg += fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                       x_of(epoch), height - bottom + 18, epoch);
  svg += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">epoch</text>\n",
                     (left + width - right) / 2, height - 2);
  double legend = top + 10;
  for (const Curve& curve : curves) {
    std::string points;
    double px = 0, py = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < curve.values.size(); ++i)
      if (curve.values[i] && std::isfinite(*curve.values[i])) {
        px = x_of(static_cast<double>(epochs[i].epoch));
        py = y_of(std::clamp(*curve.values[i], 0.0, high));
        points += fmt::format("{:.1f},{:.1f} ", px, py);
        ++count;
      }
    if (count == 0) continue;
    const char* dash = curve.dashed ? " stroke-dasharray=\"5 4\"" : "";
    svg += fmt::format("<polyline points=\"{}\" stroke=\"{}\"{}/>\n", points, curve.color, dash);
    if (count == 1)
      svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", px, py, curve.color);
    svg += fmt::format(
        "<polyline points=\"{0},{1} {2},{1}\" stroke=\"{3}\"{4}/><text class=\"tick\" x=\"{5}\" "
        "y=\"{6}\">{7}</text>\n",
        width - right + 12, legend, width - right + 36, curve.color, dash, width - right + 42, legend + 4,
        escaped(curve.name));
    legend += 18;
  }
  return svg + "</svg>\n";
}

std::string table(const History& history) {
  std::string html =
      "<h2>Epochs</h2>\n<table><tr><th>epoch<th>rate<th>loss<th>validation loss<th>accuracy<th>mean IoU"
      "<th>mean F1";
  for (const std::string& name : history.classes) html += "<th>IoU " + escaped(name);
  html += "<th>seconds</tr>\n";
  for (const Epoch& e : history.epochs) {
    html += fmt::format("<tr{}><td>{}<td>{:.2e}<td>{:.4f}", e.best ? " class=\"best\"" : "", e.epoch, e.rate,
                        e.loss);
    if (e.validated) {
      html += fmt::format("<td>{:.4f}<td>{:.4f}<td>{:.4f}<td>{:.4f}", e.validation_loss, e.accuracy,
                          e.mean_iou, e.mean_f1);
      for (const double iou : e.iou) html += std::isfinite(iou) ? fmt::format("<td>{:.4f}", iou) : "<td>–";
    } else {
      html += "<td>–<td>–<td>–<td>–";
      for (std::size_t i = 0; i < history.classes.size(); ++i) html += "<td>–";
    }
    html += fmt::format("<td>{:.1f}</tr>\n", e.seconds);
  }
  return html + "</table>\n";
}

// Yellow on white cannot be read: such colours are darkened for lines.
std::string line_color(const std::string& color, std::size_t index) {
  constexpr const char* spare[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd",
                                   "#8c564b", "#e377c2", "#17becf"};
  unsigned rgb = 0;
  if (color.size() != 7 || std::sscanf(color.c_str(), "#%6x", &rgb) != 1)
    return spare[index % std::size(spare)];
  double r = rgb >> 16, g = (rgb >> 8) & 255, b = rgb & 255;
  const double light = 0.3 * r + 0.59 * g + 0.11 * b;
  const double factor = light > 150 ? 150 / light : 1;
  return fmt::format("#{:02x}{:02x}{:02x}", static_cast<int>(r * factor), static_cast<int>(g * factor),
                     static_cast<int>(b * factor));
}

}  // namespace

std::string to_csv(const History& history) {
  const auto quoted = [](std::string name) {
    std::size_t at = 0;
    while ((at = name.find('"', at)) != std::string::npos) name.insert(std::exchange(at, at + 2), "\"");
    return '"' + name + '"';
  };
  std::string csv = "epoch,step,learning_rate,loss,gradient_norm,validation_loss,accuracy,mean_iou,mean_f1";
  for (const std::string& name : history.classes) csv += ',' + quoted("iou " + name);
  csv += ",seconds,best\n";
  for (const Epoch& e : history.epochs) {
    csv += fmt::format("{},{},{},{},{},", e.epoch, e.step, e.rate, e.loss, e.norm);
    if (e.validated)
      csv += fmt::format("{},{},{},{}", e.validation_loss, e.accuracy, e.mean_iou, e.mean_f1);
    else
      csv += ",,,";
    for (std::size_t i = 0; i < history.classes.size(); ++i)
      csv += i < e.iou.size() && std::isfinite(e.iou[i]) ? fmt::format(",{}", e.iou[i]) : ",";
    csv += fmt::format(",{:.1f},{}\n", e.seconds, e.best ? 1 : 0);
  }
  return csv;
}

std::string to_html(const History& history) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\n<style>\n"
      "body {{ font: 15px/1.4 system-ui, sans-serif; max-width: 760px; margin: 24px auto; padding: 0 12px; "
      "color: #222 }}\n"
      "svg {{ width: 100%; height: auto }} polyline {{ fill: none; stroke-width: 2 }}\n"
      ".grid {{ stroke: #ddd }} .tick {{ font-size: 12px; fill: #555 }}\n"
      "table {{ border-collapse: collapse; font-size: 12px; display: block; overflow-x: auto }}\n"
      "td, th {{ padding: 2px 8px; text-align: right; border-bottom: 1px solid #eee }} .best {{ background: "
      "#eef7ee; "
      "font-weight: 600 }}\n</style>\n<h1>{0}</h1>\n",
      escaped(history.title));
  if (history.epochs.empty()) return html + "<p>No epoch is done yet.</p>\n</html>\n";
  Curve training{"training", "#1f77b4", {}}, validation{"validation", "#d62728", {}};
  Curve mean{"mean", "#222222", {}, true};
  std::vector<Curve> classes;
  for (std::size_t i = 0; i < history.classes.size(); ++i)
    classes.push_back({history.classes[i],
                       line_color(i < history.colors.size() ? history.colors[i] : std::string(), i),
                       {}});
  for (const Epoch& e : history.epochs) {
    const auto if_validated = [&](double value) { return e.validated ? std::optional(value) : std::nullopt; };
    training.values.emplace_back(e.loss);
    validation.values.push_back(if_validated(e.validation_loss));
    mean.values.push_back(if_validated(e.mean_iou));
    for (std::size_t i = 0; i < classes.size(); ++i)
      classes[i].values.push_back(if_validated(i < e.iou.size() ? e.iou[i] : NAN));
  }
  const auto best = std::ranges::find_if(history.epochs.rbegin(), history.epochs.rend(), &Epoch::best);
  if (best != history.epochs.rend())
    html += fmt::format(
        "<p>The model is that of epoch {}: mean IoU {:.4f}, mean F1 {:.4f}, accuracy {:.4f} on the "
        "validation part.</p>\n",
        best->epoch, best->mean_iou, best->mean_f1, best->accuracy);
  html += chart("Loss", {training, validation}, history.epochs, std::nullopt);
  classes.push_back(mean);
  html += chart("Intersection over union on the validation part", classes, history.epochs, 1.0);
  return html + table(history) + "</html>\n";
}

}  // namespace terramask::train
