#include "zonal/zonal_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "geo/base/unique_names.hpp"
#include "geo/style/qgis_style.hpp"

namespace terramask::zones {
namespace {

/// Columns of databases are written without quotes; letters of other alphabets may stay.
std::string column_name(const ClassInfo& one) {
  std::string name = one.name.empty() ? fmt::format("class_{}", one.value) : one.name;
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

/// What the names of a class's columns begin with, no two the same.
std::vector<std::string> column_names(const std::vector<ClassInfo>& classes) {
  std::vector<std::string> names;
  geo::UniqueNames taken{"nodata", "area", "covered"};
  for (const ClassInfo& one : classes) {
    std::string name = column_name(one);
    if (taken.has(name)) name += fmt::format("_{}", one.value);
    names.push_back(taken.add(name));
  }
  return names;
}

/// Without the digits that only tell of rounding.
double rounded(double value, double digits) {
  return std::round(value * digits) / digits;
}

double hectares(double area_m2) {
  return rounded(area_m2 / 1e4, 1e6);
}

geo::FieldValue percent(double part, double whole) {
  if (!(whole > 0)) return std::monostate{};
  return rounded(100 * part / whole, 1e4);
}

}  // namespace

std::vector<geo::Field> table_fields(const ZonalStatistics& statistics, const std::string& id_name) {
  using geo::FieldType;
  std::vector<geo::Field> fields{{id_name, FieldType::text}, {"covered_pct", FieldType::real}};
  if (statistics.has_areas) {
    fields.push_back({"area_ha", FieldType::real});
    fields.push_back({"nodata_ha", FieldType::real});
  }
  fields.push_back({"nodata_pct", FieldType::real});
  geo::UniqueNames names;
  for (const std::string& name : column_names(statistics.classes)) {
    if (statistics.has_areas) fields.push_back({name + "_ha", FieldType::real});
    fields.push_back({name + "_pct", FieldType::real});
    fields.push_back({name + "_px", FieldType::integer64});
  }
  for (geo::Field& field : fields) field.name = names.add(field.name);
  return fields;
}

std::string table_style(const ZonalStatistics& statistics) {
  const std::set<int> background = transparent_values(statistics.classes);
  const std::vector<std::string> names = column_names(statistics.classes);
  std::vector<geo::StyleCategory> categories;
  std::string shares, cases;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ClassInfo& one = statistics.classes[i];
    const std::string share = geo::quoted_field(names[i] + "_pct");
    shares += (i == 0 ? "" : ", ") + share;
    cases += fmt::format(" WHEN {} = @most THEN '{}'", share, one.value);
    categories.push_back({std::to_string(one.value),
                          one.name.empty() ? fmt::format("class {}", one.value) : one.name, one.color,
                          background.contains(one.value), true});
  }
  if (names.empty()) return {};
  const bool unknown = std::any_of(statistics.zones.begin(), statistics.zones.end(),
                                   [](const ZoneStatistics& zone) { return zone.classified().pixels == 0; });
  if (unknown) categories.push_back({"none", "no data", "#bdbdbd", true, true});
  return geo::category_style(geo::SymbolKind::fill,
                             fmt::format("with_variable('most', max({}), CASE{}{} END)", shares, cases,
                                         unknown ? " ELSE 'none'" : ""),
                             categories);
}

std::vector<geo::FieldValue> table_row(const ZonalStatistics& statistics, const ZoneStatistics& zone) {
  const auto measure = [&](const ZoneArea& area) {
    return statistics.has_areas ? area.area_m2 : static_cast<double>(area.pixels);
  };
  const double classified = measure(zone.classified()), nodata = measure(zone.nodata);
  std::vector<geo::FieldValue> row{zone.id, rounded(100 * zone.covered, 1e4)};
  if (statistics.has_areas) {
    row.emplace_back(hectares(classified + nodata));
    row.emplace_back(hectares(nodata));
  }
  row.push_back(percent(nodata, classified + nodata));
  for (const ZoneArea& one : zone.classes) {
    if (statistics.has_areas) row.emplace_back(hectares(one.area_m2));
    row.push_back(percent(measure(one), classified));
    row.emplace_back(static_cast<std::int64_t>(one.pixels));
  }
  return row;
}

}  // namespace terramask::zones
