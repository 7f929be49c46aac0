#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/spreadsheet_text.hpp"
#include "core/utf8.hpp"
#include "geo/base/unique_names.hpp"
#include "geo/style/qgis_style.hpp"
#include "geo/vector/window_layer.hpp"
#include "labels/check/check_report.hpp"

namespace terramask::labels {
namespace {

using geo::FieldValue;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double rounded(double value, double step) {
  return std::round(value / step) * step;
}

double share(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? kNone : rounded(static_cast<double>(part) / static_cast<double>(all), 1e-6);
}

std::vector<geo::WindowField> fields_of(const CheckReport& report) {
  std::vector<geo::WindowField> fields{
      {"rank", "1 is the worst; 0: no labels"},
      {"column", "first column of the block in the image"},
      {"row", "first row of the block in the image"},
      {"width", "pixels"},
      {"height", "pixels"},
      {"dx_px", "labels are to be moved so far to the right, pixels"},
      {"dy_px", "and so far down"},
      {"dx_m", "the same in metres on the ground"},
      {"dy_m", "the same in metres on the ground"},
      {"sigma_x_px", "standard error of dx"},
      {"sigma_y_px", "standard error of dy"},
      {"confidence_x", "chance that dx is right to half a pixel"},
      {"confidence_y", "chance that dy is right to half a pixel"},
      {"confident", "xy, x, y or none: axes of which the confidence is at least 0.95"},
      {"loose_direction", "in which the offset is known least, degrees from right towards down"},
      {"contrast", "how far other offsets fit worse, 0 to 1"},
      {"valid_px", "pixels of the image"},
      {"ignored", "share of those without label"}};
  geo::UniqueNames shares;
  for (const ClassInfo& one : report.classes)
    fields.push_back({shares.add("share " + one.name), "of the labelled pixels"});
  if (!report.has_model) return fields;
  fields.push_back(
      {"disputed", "share of the labelled pixels, apart from borders, that the model calls otherwise"});
  fields.push_back({"judged_px", "those pixels"});
  fields.push_back({"dispute", "what they are on the map, and by the model, most often"});
  fields.push_back({"dispute_px", "pixels of that"});
  return fields;
}

const char* confident_text(const OffsetEstimate& offset) {
  if (offset.confident_x()) return offset.confident_y() ? "xy" : "x";
  return offset.confident_y() ? "y" : "none";
}

/// With a model by how much it disputes, else by how sure the offsets are.
std::string style_of(const CheckReport& report) {
  using geo::StyleCategory;
  if (report.has_model)
    return geo::category_style(
        geo::SymbolKind::fill,
        R"(CASE WHEN "disputed" IS NULL THEN 'none' WHEN "disputed" < 0.05 THEN '0' )"
        R"(WHEN "disputed" < 0.2 THEN '1' WHEN "disputed" < 0.5 THEN '2' ELSE '3' END)",
        std::vector<StyleCategory>{{"0", "disputed: less than 5%", "#ffffcc"},
                                   {"1", "disputed: 5 to 20%", "#fecc5c"},
                                   {"2", "disputed: 20 to 50%", "#fd8d3c"},
                                   {"3", "disputed: 50% and more", "#bd0026"},
                                   {"none", "not judged", "#bdbdbd"}});
  return geo::category_style(geo::SymbolKind::fill,
                             R"(CASE WHEN "rank" = 0 THEN 'no labels' ELSE "confident" END)",
                             std::vector<StyleCategory>{{"xy", "offset sure", "#1a9850"},
                                                        {"x", "sure to the right alone", "#a6d96a"},
                                                        {"y", "sure downwards alone", "#66bd63"},
                                                        {"none", "not sure", "#fdae61"},
                                                        {"no labels", "no labels", "#bdbdbd"}});
}

std::vector<FieldValue> values_of(const CheckReport& report, std::size_t rank, const BlockCheck& block) {
  const OffsetEstimate& offset = block.offset;
  const auto known = [&](double value, double step) { return offset.known ? rounded(value, step) : kNone; };
  const auto whole = [](auto value) { return FieldValue(static_cast<std::int64_t>(value)); };
  const double x_m = report.pixel_size ? report.pixel_size->x : kNone;
  const double y_m = report.pixel_size ? report.pixel_size->y : kNone;
  std::vector<FieldValue> values{whole(rank),
                                 whole(block.window.x),
                                 whole(block.window.y),
                                 whole(block.window.width),
                                 whole(block.window.height),
                                 known(offset.dx, 1e-3),
                                 known(offset.dy, 1e-3),
                                 known(offset.dx * x_m, 1e-4),
                                 known(offset.dy * y_m, 1e-4),
                                 known(offset.sigma_x(), 1e-3),
                                 known(offset.sigma_y(), 1e-3),
                                 known(chance_within_half(offset.sigma_x()), 1e-4),
                                 known(chance_within_half(offset.sigma_y()), 1e-4),
                                 std::string(confident_text(offset)),
                                 known(offset.loose_direction(), 0.1),
                                 known(offset.contrast, 1e-3),
                                 whole(block.valid),
                                 share(block.ignored, block.valid)};
  for (const std::uint64_t count : block.counts)
    values.emplace_back(share(count, block.valid - block.ignored));
  if (!report.has_model) return values;
  values.emplace_back(share(block.disputed, block.judged));
  values.push_back(whole(block.judged));
  values.emplace_back(dispute_text(report, block));
  values.push_back(whole(block.largest.count));
  return values;
}

/// All blocks with their ranks: the ranked ones, then those without labels.
template <class Work>
void each_block(const CheckReport& report, const Work& work) {
  std::vector<bool> ranked(report.blocks.size());
  std::size_t rank = 0;
  for (const std::size_t index : report.ranking()) {
    ranked[index] = true;
    work(++rank, report.blocks[index]);
  }
  for (std::size_t i = 0; i < report.blocks.size(); ++i)
    if (!ranked[i]) work(std::size_t{0}, report.blocks[i]);
}

std::string quoted(const std::string& any) {
  const std::string text = spreadsheet_text(as_utf8(any));
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string made = "\"";
  for (const char c : text) made += c == '"' ? "\"\"" : std::string(1, c);
  return made + "\"";
}

std::string cell(const FieldValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* number = std::get_if<double>(&value))
    return std::isfinite(*number) ? fmt::format("{:.7g}", *number) : std::string();
  return quoted(std::get<std::string>(value));
}

}  // namespace

std::string dispute_text(const CheckReport& report, const BlockCheck& block) {
  if (block.largest.count == 0) return {};
  return fmt::format("{} → {}", report.classes[block.largest.label].name,
                     report.classes[block.largest.model].name);
}

std::string check_csv(const CheckReport& report) {
  std::string csv;
  for (const geo::WindowField& field : fields_of(report))
    csv += (csv.empty() ? "" : ",") + quoted(field.name);
  csv += "\r\n";
  each_block(report, [&](std::size_t rank, const BlockCheck& block) {
    std::string line;
    for (const FieldValue& value : values_of(report, rank, block)) line += "," + cell(value);
    csv += line.substr(1) + "\r\n";
  });
  return csv;
}

void write_check_layer(const std::string& path, const CheckReport& report, bool overwrite,
                       const StopFlag* stop) {
  geo::WindowLayer layer{.name = "label_check",
                         .fields = fields_of(report),
                         .rows = {},
                         .description = fmt::format("{} over {}", report.labels, report.image),
                         .style = style_of(report)};
  each_block(report, [&](std::size_t rank, const BlockCheck& block) {
    layer.rows.push_back({block.window, values_of(report, rank, block)});
  });
  geo::write_window_layer(path, layer, report.grid, overwrite, stop);
}

}  // namespace terramask::labels
