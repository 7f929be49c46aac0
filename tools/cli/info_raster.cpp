#include "cli/info_raster.hpp"

#include <fmt/format.h>

#include <cmath>

#include "common/option_names.hpp"
#include "core/class_json.hpp"

namespace terramask::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string kind_of(const RasterInfo& raster) {
  if (!raster.made_by.empty()) return "a raster made by Terramask";
  return raster.classes.empty() ? "a raster" : "a raster of classes";
}

std::string band_text(const RasterBandInfo& band) {
  std::string text = band.name.empty() ? "unnamed" : band.name;
  if (band.interpretation != band.name && band.interpretation != "undefined")
    text += fmt::format(" ({})", band.interpretation);
  text += " " + band.type;
  if (band.nodata) text += fmt::format(", nodata {}", *band.nodata);
  if (band.scale != 1 || band.offset != 0)
    text += fmt::format(", scale {:g}, offset {:g}", band.scale, band.offset);
  if (!band.unit.empty()) text += ", in " + band.unit;
  if (band.mask_band) text += ", with a mask";
  return text;
}

}  // namespace

std::string describe(const RasterInfo& r) {
  std::string text = fmt::format("{}: {} ({})\n", r.path, kind_of(r), r.driver);
  text += fmt::format("  size          {} x {} pixels, blocks of {} x {}, {} overviews\n", r.grid.width,
                      r.grid.height, r.block[0], r.block[1], r.overviews);
  text += fmt::format("  CRS           {}\n", r.crs.empty() ? "none (--crs assigns one)" : r.crs);
  if (r.grid.epoch > 0) text += fmt::format("  epoch         {} (of its coordinates)\n", r.grid.epoch);
  text += r.pixel_size ? fmt::format("  ground pixel  {:.4g} x {:.4g} m\n", r.pixel_size->x, r.pixel_size->y)
                       : std::string("  ground pixel  unknown (--pixel-size says it)\n");
  if (r.grid.has_geotransform)
    text += fmt::format("  extent        {:.10g} {:.10g} {:.10g} {:.10g}\n", r.extent[0], r.extent[1],
                        r.extent[2], r.extent[3]);
  if (r.lon_lat)
    text += fmt::format("  lon, lat      {:.7f} {:.7f} {:.7f} {:.7f}\n", (*r.lon_lat)[0], (*r.lon_lat)[1],
                        (*r.lon_lat)[2], (*r.lon_lat)[3]);
  for (std::size_t i = 0; i < r.bands.size(); ++i)
    text += fmt::format("  {:<13} {} {}\n", i == 0 ? "bands" : "", i + 1, band_text(r.bands[i]));
  for (std::size_t i = 0; i < r.classes.size(); ++i)
    text += fmt::format("  {:<13} {} {} {}\n", i == 0 ? "classes" : "", r.classes[i].value, r.classes[i].name,
                        r.classes[i].color);
  for (const std::string& note : r.notes) text += fmt::format("  note          {}\n", with_options(note));
  if (!r.credits.attribution.empty()) text += fmt::format("  attribution   {}\n", r.credits.attribution);
  if (!r.credits.licence.empty()) text += fmt::format("  licence       {}\n", r.credits.licence);
  for (const auto& [name, value] : r.made_by) text += fmt::format("  {:<13} {}\n", name, value);
  if (!r.cannot_segment.empty()) text += fmt::format("  refused       {}\n", r.cannot_segment);
  return text;
}

Json as_json(const RasterInfo& r) {
  Json json{{"kind", "raster"}, {"path", r.path}, {"driver", r.driver}};
  json["width"] = r.grid.width;
  json["height"] = r.grid.height;
  json["crs"] = r.crs.empty() ? Json() : Json(r.crs);
  json["epoch"] = r.grid.epoch > 0 ? Json(r.grid.epoch) : Json();
  json["geotransform"] = r.grid.has_geotransform ? Json(r.grid.geotransform) : Json();
  json["ground_pixel_m"] = r.pixel_size ? Json({r.pixel_size->x, r.pixel_size->y}) : Json();
  json["extent"] = r.grid.has_geotransform ? Json(r.extent) : Json();
  json["lon_lat"] = r.lon_lat ? Json(*r.lon_lat) : Json();
  json["block"] = r.block;
  json["overviews"] = r.overviews;
  json["bands"] = Json::array();
  for (const RasterBandInfo& band : r.bands) {
    Json one{{"name", band.name}, {"interpretation", band.interpretation}, {"type", band.type}};
    // JSON knows no NaN.
    one["nodata"] = !band.nodata                  ? Json()
                    : std::isfinite(*band.nodata) ? Json(*band.nodata)
                                                  : Json(fmt::format("{}", *band.nodata));
    one["mask"] = band.mask_band;
    one["scale"] = std::isfinite(band.scale) ? Json(band.scale) : Json();
    one["offset"] = std::isfinite(band.offset) ? Json(band.offset) : Json();
    one["unit"] = band.unit;
    json["bands"].push_back(one);
  }
  json["notes"] = with_options(r.notes);
  json["classes"] = Json::array();
  for (const ClassInfo& one : r.classes) json["classes"].push_back(class_json<Json>(one));
  json["attribution"] = r.credits.attribution;
  json["licence"] = r.credits.licence;
  json["made_by"] = r.made_by;
  json["refused"] = r.cannot_segment;
  return json;
}

}  // namespace terramask::tools
