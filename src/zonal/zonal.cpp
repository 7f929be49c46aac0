#include "terramask/zonal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "geo/base/crs.hpp"
#include "geo/vector/geopackage_layers.hpp"
#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"
#include "zonal/zonal_table.hpp"
#include "zonal/zone_tally.hpp"

namespace terramask {
namespace {

constexpr std::int64_t kStripRows = 64;

/// "zones that miss the mask: 4 (a, b, c, ...)", with a few of their names.
class Named {
 public:
  void add(const std::string& id) {
    if (++count_ <= 3) names_ += (count_ == 1 ? "" : ", ") + id;
  }
  void tell(const std::string& what, std::vector<std::string>& warnings) const {
    if (count_ > 0)
      warnings.push_back(
          fmt::format("zones that {}: {} ({}{})", what, count_, names_, count_ > 3 ? ", ..." : ""));
  }

 private:
  std::size_t count_ = 0;
  std::string names_;
};

bool within(const Window& inner, const Window& outer) {
  return intersect(inner, outer) == inner;
}

/// Which share of a zone's pixel centres lies on the mask.
double covered_share(const geo::Zone& zone, const Grid& grid, std::uint64_t here) {
  if (zone.polygons.empty()) return 0;
  if (zone.kept == 1 && within(zone.bounds, grid.extent())) return 1;
  const double all = zone.polygons.centres() / zone.kept;
  return all > 0 ? std::min(1.0, static_cast<double>(here) / all) : 0;
}

void tell_of_zones(const geo::ZoneLayer& layer, const Grid& grid, ZonalStatistics& made) {
  Named invalid, empty, missing, partly, small, twice;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < layer.zones.size(); ++i) {
    const geo::Zone& zone = layer.zones[i];
    const ZoneStatistics& found = made.zones[i];
    const bool nothing = found.classified().pixels + found.nodata.pixels == 0;
    if (!ids.insert(zone.id).second) twice.add(zone.id);
    if (zone.invalid) invalid.add(zone.id);
    if (zone.empty) {
      empty.add(zone.id);
    } else if (nothing && !zone.polygons.empty() && within(zone.bounds, grid.extent())) {
      small.add(zone.id);
    } else if (nothing) {
      missing.add(zone.id);
    } else if (found.covered < 1) {
      partly.add(zone.id);
    }
  }
  invalid.tell("cross themselves, of which was counted what rings surround an odd number of times",
               made.warnings);
  empty.tell("have no polygon", made.warnings);
  missing.tell("miss the mask", made.warnings);
  partly.tell("lie on the mask only in part, see covered_pct", made.warnings);
  small.tell("are so small that no pixel's centre lies in them", made.warnings);
  twice.tell("have the name of one before", made.warnings);
  if (auto warning = geo::cut_off_warning(layer.path, layer.cut_off, grid))
    made.warnings.push_back(std::move(*warning));
}

/// Tables of masks with the same values have the same columns, whichever value a zone meets first.
std::vector<std::int32_t> sorted(std::vector<std::int32_t> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// What a zone holds of the values, in their order.
std::vector<ZoneArea> areas_of(const zones::ZoneTally& tally, std::size_t zone) {
  std::map<std::int32_t, ZoneArea> found;
  for (const std::int32_t value : tally.values()) found[value];
  const std::vector<ZoneArea>& classes = tally.classes(zone);
  for (std::size_t i = 0; i < classes.size(); ++i) found[tally.values()[i]] = classes[i];
  std::vector<ZoneArea> areas;
  for (const auto& [value, area] : found) areas.push_back(area);
  return areas;
}

/// The legend's classes and the values that it does not name, by value.
std::vector<ClassInfo> all_classes(const vectors::Mask& mask, const zones::ZoneTally& tally,
                                   ZonalStatistics& made) {
  std::vector<ClassInfo> classes;
  std::string unnamed;
  for (const std::int32_t value : sorted(tally.values())) {
    classes.push_back(mask.info(value));
    if (classes.back().name.empty()) unnamed += fmt::format("{}{}", unnamed.empty() ? "" : ", ", value);
  }
  if (!unnamed.empty() && !mask.classes.empty())
    made.warnings.push_back(
        fmt::format("{}: holds values that none of its classes has: {}", mask.facts.path, unnamed));
  return classes;
}

/// Zones of which one meets the grid at least.
geo::ZoneLayer read_meeting_zones(const ZonalOptions& options, const Grid& grid, const std::string& name,
                                  const StopFlag* stop) {
  geo::ZoneLayer layer = geo::read_zones({options.zones, options.layer, options.id_field}, grid, name, stop);
  const bool meets = std::any_of(layer.zones.begin(), layer.zones.end(), [&](const geo::Zone& zone) {
    return !intersect(zone.bounds, grid.extent()).empty();
  });
  if (!meets)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: no zone meets {} ({} and {})", options.zones, name,
                            geo::crs_label(layer.crs), geo::crs_label(grid.crs)),
                layer.crs.empty() ? "say which CRS the zones are in: `ogr2ogr -a_srs`"
                                  : "name zones of the same place");
  return layer;
}

std::vector<std::string> outputs_of(const ZonalOptions& options) {
  std::vector<std::string> outputs = options.also;
  if (!options.output.empty()) outputs.insert(outputs.begin(), options.output);
  return outputs;
}

}  // namespace

ZoneArea ZoneStatistics::classified() const {
  ZoneArea all;
  for (const ZoneArea& one : classes) {
    all.pixels += one.pixels;
    all.area_m2 += one.area_m2;
  }
  return all;
}

ZonalStatistics zonal_statistics(const ZonalOptions& options, const ProgressSink& progress,
                                 const StopFlag* stop) {
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& output : outputs_of(options)) {
    geo::check_zone_format(output);
    const std::vector<std::string> inputs{options.mask, options.zones};
    check_output(output, options.overwrite, inputs);
    geo::check_layer(output, "");
  }
  const vectors::Mask mask = vectors::open_mask(options.mask, options.crs, options.src_nodata);
  ZonalStatistics made;
  const geo::ZoneLayer layer = read_meeting_zones(options, mask.grid, options.mask, stop);
  if (!layer.note.empty()) made.warnings.push_back(layer.note);

  zones::ZoneTally tally(layer.zones, mask.grid, mask.classes);
  vectors::MaskRows rows(mask);
  std::vector<std::vector<vectors::Run>> strip(kStripRows);
  const auto width = static_cast<std::uint64_t>(mask.grid.width);
  Progress state{"counting", "pixels", 0, width * static_cast<std::uint64_t>(mask.grid.height)};
  for (std::int64_t row = 0; row < mask.grid.height; row += kStripRows) {
    if (stop != nullptr) stop->check();
    const auto count = static_cast<std::size_t>(std::min(kStripRows, mask.grid.height - row));
    for (std::size_t i = 0; i < count; ++i) (void)rows.next(strip[i]);
    tally.add(row, std::span(strip).first(count));
    state.done += count * width;
    if (progress) progress(state);
  }

  made.classes = all_classes(mask, tally, made);
  made.has_areas = tally.has_areas();
  if (!made.has_areas)
    made.warnings.push_back(options.mask +
                            ": does not say what ground its pixels cover: shares are those of pixels");
  for (std::size_t i = 0; i < layer.zones.size(); ++i) {
    ZoneStatistics zone{layer.zones[i].id, areas_of(tally, i), tally.nodata(i), 0};
    zone.covered = covered_share(layer.zones[i], mask.grid, zone.classified().pixels + zone.nodata.pixels);
    made.zones.push_back(std::move(zone));
  }
  tell_of_zones(layer, mask.grid, made);

  std::vector<std::vector<geo::FieldValue>> table;
  for (const ZoneStatistics& zone : made.zones) table.push_back(zones::table_row(made, zone));
  for (const std::string& output : outputs_of(options))
    geo::write_zones(layer, zones::table_fields(made, layer.id_name), table, zones::table_style(made), output,
                     options.overwrite);
  made.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return made;
}

void check_zones(const ZonalOptions& options, const Grid& grid, const std::string& name,
                 const StopFlag* stop) {
  for (const std::string& output : outputs_of(options)) geo::check_zone_format(output);
  (void)read_meeting_zones(options, grid, name, stop);
}

}  // namespace terramask
