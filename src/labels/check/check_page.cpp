#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/page.hpp"
#include "evaluate/html.hpp"
#include "labels/check/check_pictures.hpp"
#include "labels/check/check_report.hpp"

namespace terramask::labels {
namespace {

using evaluation::count_text;
using evaluation::percent_text;

std::string tile(const std::string& value, const std::string& label) {
  return fmt::format(R"(<div class="tile"><b>{}</b><span>{}</span></div>)", value, label);
}

double share_of(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

struct Totals {
  std::uint64_t valid = 0, ignored = 0, judged = 0, disputed = 0;
  std::int64_t labelled = 0;  ///< blocks
  std::vector<std::uint64_t> counts;
};

Totals totals_of(const CheckReport& report) {
  Totals sum;
  sum.counts.resize(report.classes.size());
  for (const BlockCheck& one : report.blocks) {
    sum.valid += one.valid;
    sum.ignored += one.ignored;
    sum.judged += one.judged;
    sum.disputed += one.disputed;
    sum.labelled += one.valid > one.ignored ? 1 : 0;
    for (std::size_t c = 0; c < sum.counts.size(); ++c) sum.counts[c] += one.counts[c];
  }
  return sum;
}

/// What most labels have in common, as far as any block is sure of its own.
std::string offset_tile(const CheckReport& report) {
  if (!report.knows_x() && !report.knows_y()) return tile("–", "offset: no block is sure of its own");
  const auto one = [](double value, bool known) {
    return known ? fmt::format("{:+.2f}", value) : std::string("–");
  };
  const std::string pixels =
      one(report.common.dx, report.knows_x()) + ", " + one(report.common.dy, report.knows_y()) + " px";
  std::string label = "right, down: where most labels would have to go";
  if (report.pixel_size)
    label += " (" + one(report.common.dx * report.pixel_size->x, report.knows_x()) + ", " +
             one(report.common.dy * report.pixel_size->y, report.knows_y()) + " m)";
  return tile(pixels, label);
}

std::string tiles(const CheckReport& report, const Totals& sum) {
  std::string html = R"(<div class="tiles">)" + offset_tile(report);
  html += tile(fmt::format("{} of {}", report.confident_both, sum.labelled),
               fmt::format("labelled blocks that are sure of their offset ({} along x, {} along y)",
                           report.confident_x, report.confident_y));
  html += tile(percent_text(share_of(sum.ignored, sum.valid)),
               fmt::format("without label, of {} pixels", count_text(sum.valid)));
  if (report.has_model)
    html += tile(percent_text(share_of(sum.disputed, sum.judged)),
                 fmt::format("disputed by the model, of {} labelled pixels apart from borders",
                             count_text(sum.judged)));
  return html + "</div>";
}

std::string class_table(const CheckReport& report, const Totals& sum) {
  std::string html =
      R"(<section><h2>Classes</h2><div class="scroll"><table><tr><th>class</th><th>pixels</th><th>share</th></tr>)";
  for (std::size_t c = 0; c < report.classes.size(); ++c)
    html += fmt::format(
        R"(<tr><td><i class="swatch" style="background:{}"></i>{}</td><td>{}</td><td>{}</td></tr>)",
        report.classes[c].color, escaped(report.classes[c].name), count_text(sum.counts[c]),
        percent_text(share_of(sum.counts[c], sum.valid - sum.ignored)));
  return html + "</table></div></section>";
}

std::string offset_text(const OffsetEstimate& offset) {
  if (!offset.known) return "unknown";
  return fmt::format("{:+.2f} ± {:.2f}, {:+.2f} ± {:.2f} px", offset.dx, offset.sigma_x(), offset.dy,
                     offset.sigma_y());
}

/// Blocks as squares, grey where they have labels; an arrow for each offset, with a bar where an axis is not
/// sure.
std::string arrows(const CheckReport& report) {
  const double side = std::clamp(640.0 / static_cast<double>(report.columns), 10.0, 60.0);
  double longest = 0;
  for (const BlockCheck& one : report.blocks)
    longest = std::max(longest, std::hypot(one.offset.confident_x() ? one.offset.dx : 0,
                                           one.offset.confident_y() ? one.offset.dy : 0));
  const double scale = 0.45 * side / std::max(1.0, longest);
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {0} {1}" width="{0}" role="img" style="max-width:100%;height:auto">)"
      R"(<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="6" markerHeight="6" )"
      R"(orient="auto"><path d="M0 0L8 4L0 8z" fill="context-stroke"/></marker></defs>)",
      static_cast<double>(report.columns) * side, static_cast<double>(report.rows) * side);
  for (std::size_t i = 0; i < report.blocks.size(); ++i) {
    const BlockCheck& one = report.blocks[i];
    const auto number = static_cast<std::int64_t>(i);
    const std::int64_t column = number % report.columns, row = number / report.columns;
    const double x = static_cast<double>(column) * side, y = static_cast<double>(row) * side;
    const bool sure_x = one.offset.confident_x(), sure_y = one.offset.confident_y();
    svg += fmt::format(
        R"(<rect x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}" fill="{}" stroke="#fff">)"
        "<title>{}</title></rect>",
        x, y, side, side,
        one.valid == one.ignored ? "#f5f7f9"
        : sure_x && sure_y       ? "#dcefe4"
                                 : "#fbe9d7",
        fmt::format("columns {}, rows {}: {}", one.window.x, one.window.y, offset_text(one.offset)));
    if (!sure_x && !sure_y) continue;
    const double dx = sure_x ? one.offset.dx * scale : 0, dy = sure_y ? one.offset.dy * scale : 0;
    svg += fmt::format(
        R"svg(<path d="M{:.1f} {:.1f}l{:.2f} {:.2f}" stroke="{}" stroke-width="2" marker-end="url(#tip)"/>)svg",
        x + side / 2 - dx / 2, y + side / 2 - dy / 2, dx, dy, sure_x && sure_y ? "#1a7f4b" : "#d9822b");
  }
  if (!report.knows_x() && !report.knows_y())
    return svg + R"(</svg><p class="note">No block is sure of its offset: there are no arrows.</p>)";
  return svg + "</svg>" +
         fmt::format(
             R"(<p class="note">An arrow shows where a block's labels would have to go; the longest is )"
             "{:.2f} pixels. Green: sure in both directions to half a pixel (95%); orange: in one, which "
             "alone is drawn.</p>",
             longest);
}

std::string block_figure(const CheckReport& report, const BlockCheck& block, const BlockPictures& pictures) {
  const Window& w = block.window;
  const std::string head =
      report.has_model
          ? fmt::format("{} disputed{}", percent_text(block.dispute_share()),
                        block.largest.count > 0 ? ", most: " + escaped(dispute_text(report, block)) : "")
          : offset_text(block.offset);
  std::string html = fmt::format(
      R"(<div class="patch"><div class="cap"><b>{}</b><span>columns {}–{}, rows {}–{}</span></div><div class="row">)",
      head, w.x, w.x + w.width - 1, w.y, w.y + w.height - 1);
  const auto figure = [&](const std::string& source, const char* name) {
    return evaluation::patch_figure(source, name, w.width, std::min(report.block, report.grid.width));
  };
  return html + figure(pictures.image, "image") + figure(pictures.labels, "labels") +
         figure(pictures.model, "model") + "</div></div>";
}

std::string pictures_section(const CheckReport& report, const CheckOptions& options, std::size_t most,
                             const StopFlag* stop) {
  const std::vector<std::size_t> order = report.ranking();
  std::string html =
      fmt::format(R"(<section><h2>{}</h2><div class="legend">)",
                  report.has_model ? "Where model and map disagree most" : "Where labels lie farthest off");
  for (const ClassInfo& one : report.classes)
    html += fmt::format(R"(<span><i class="swatch" style="background:{}"></i>{}</span>)", one.color,
                        escaped(one.name));
  html +=
      R"(<span><i class="swatch stripes"></i>no label</span><span><i class="swatch" style="background:#e6007e"></i>)"
      R"(outline of the labels</span><span><i class="swatch" style="background:#00e5ff"></i>where they would lie)"
      R"(</span></div><div class="patches" style="grid-template-columns:1fr">)";
  BlockReader reader(options);
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
    if (stop != nullptr) stop->check();
    const BlockCheck& block = report.blocks[order[i]];
    html += block_figure(report, block, draw_block(reader, report, block));
  }
  return html + "</div></section>";
}

}  // namespace

std::string check_html(const CheckReport& report, const CheckOptions& options, std::size_t pictures,
                       const StopFlag* stop) {
  const Totals sum = totals_of(report);
  std::string html = fmt::format(
      R"(<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">)"
      "<title>{0}</title><style>{1}</style></head><body><main><h1>{0}</h1>"
      R"(<p class="sub">over {2}, in blocks of {3} × {3} pixels</p>)",
      escaped(report.labels), evaluation::page_style(), escaped(report.image), report.block);
  html += tiles(report, sum);
  if (!report.warnings.empty()) {
    html += R"(<section class="warn"><h2>To know</h2>)";
    for (const std::string& one : report.warnings) html += "<p>" + escaped(one) + "</p>";
    html += "</section>";
  }
  html += "<section><h2>Offsets</h2>" + arrows(report) + "</section>" + class_table(report, sum);
  if (pictures > 0) html += pictures_section(report, options, pictures, stop);
  return html +
         fmt::format(R"(<p class="note">Made by Terramask {}.</p></main></body></html>)", TERRAMASK_VERSION) +
         "\n";
}

}  // namespace terramask::labels
