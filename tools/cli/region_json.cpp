#include <nlohmann/json.hpp>

#include "cli/region_report.hpp"
#include "common/option_names.hpp"

namespace terramask::tools {
namespace {

using Json = nlohmann::ordered_json;

Json tile_json(const RegionTile& tile) {
  return {
      {"row", tile.row}, {"column", tile.column}, {"cause", with_options(tile.cause)}, {"runs", tile.runs}};
}

Json rank_json(const RegionRank& rank) {
  return {{"tiles", rank.tiles},
          {"seconds", rank.seconds},
          {"waited_seconds", rank.waited},
          {"waited_at_end_seconds", rank.at_end}};
}

/// Null where the CRS does not tell it.
Json measured(double area, const RegionTotals& totals) {
  return totals.has_areas ? Json(area) : Json();
}

}  // namespace

std::string summary_json(const RegionSummary& s) {
  Json failed = Json::array(), ranks = Json::array(), classes = Json::array();
  for (const RegionTile& tile : s.failed) failed.push_back(tile_json(tile));
  for (const RegionRank& rank : s.ranks) ranks.push_back(rank_json(rank));
  const RegionTotals &all = s.region, &now = s.this_run;
  for (const RegionClass& one : all.classes)
    classes.push_back({{"value", one.info.value},
                       {"name", one.info.name},
                       {"pixels", one.pixels},
                       {"square_metres", measured(one.square_metres, all)},
                       {"hectares", measured(one.square_metres * 1e-4, all)}});
  const Json json{
      {"complete", s.complete()},
      {"tiles", s.tiles},
      {"done", s.done},
      {"kept", s.kept},
      {"failed", failed},
      {"faults", with_options(s.faults)},
      {"warnings", with_options(s.warnings)},
      // Of all tiles that are done, whichever run did them.
      {"pixels", all.pixels},
      {"valid_pixels", all.valid_pixels},
      {"square_metres", measured(all.square_metres, all)},
      {"hectares", measured(all.square_metres * 1e-4, all)},
      {"classes", classes},
      // Of this run, as all that follows.
      {"this_run",
       {{"pixels", now.pixels},
        {"valid_pixels", now.valid_pixels},
        {"square_metres", measured(now.square_metres, now)}}},
      {"seconds", s.seconds},
      {"read_seconds", s.read_seconds},
      {"compute_seconds", s.compute_seconds},
      {"write_seconds", s.write_seconds},
      {"device_idle_share", s.device_idle},
      {"ranks", ranks},
      {"waited_share", waited_share(s)},
      {"handing_out", {{"processor_seconds", s.handing_out.processor}, {"busy_seconds", s.handing_out.busy}}},
      {"products", s.products}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace terramask::tools
