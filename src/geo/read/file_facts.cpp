#include "geo/read/file_facts.hpp"

#include <cpl_minixml.h>
#include <cpl_string.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <memory>
#include <set>

#include "core/utf8.hpp"
#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/length_unit.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::geo {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Grid describe_grid(GDALDataset& dataset, const std::string& path) {
  Grid grid;
  grid.width = dataset.GetRasterXSize();
  grid.height = dataset.GetRasterYSize();
  std::array<double, 6> g{};
  grid.has_geotransform = dataset.GetGeoTransform(g.data()) == CE_None;
  if (grid.has_geotransform) {
    const double determinant = g[1] * g[5] - g[2] * g[4];
    if (!std::all_of(g.begin(), g.end(), [](double v) { return std::isfinite(v); }) ||
        !std::isfinite(determinant) || determinant == 0) {
      throw Error(ErrorCode::unsupported, path + ": its geotransform maps all pixels onto a line or a point",
                  "correct it with `gdal_edit.py -a_ullr ulx uly lrx lry`");
    }
    grid.geotransform = g;
  } else {
    const auto refuse = [&path](const std::string& what, const std::string& command) {
      throw Error(ErrorCode::unsupported, path + ": placed by " + what + " only, not by a geotransform",
                  "warp it first: `" + command + " " + path + " warped.tif`");
    };
    if (dataset.GetGCPCount() > 0) refuse("ground control points", "gdalwarp -r bilinear");
    if (dataset.GetMetadata("RPC") != nullptr)
      refuse("rational polynomials (RPC)", "gdalwarp -rpc -r bilinear");
    if (dataset.GetMetadata("GEOLOCATION") != nullptr)
      refuse("a geolocation array", "gdalwarp -geoloc -r bilinear");
  }
  if (const OGRSpatialReference* crs = dataset.GetSpatialRef(); crs != nullptr && !crs->IsEmpty()) {
    grid.crs = to_wkt(*crs);
    grid.epoch = crs->GetCoordinateEpoch();
  }
  return grid;
}

/// Whether a VRT has a source whose pixels are not used one to one.
bool resamples(GDALDataset& dataset) {
  if (dataset.GetDriver() == nullptr || std::string(dataset.GetDriver()->GetDescription()) != "VRT")
    return false;
  char** xml = dataset.GetMetadata("xml:VRT");
  if (xml == nullptr || xml[0] == nullptr) return false;
  const std::unique_ptr<CPLXMLNode, void (*)(CPLXMLNode*)> root(CPLParseXMLString(xml[0]), CPLDestroyXMLNode);
  const auto whole = [](double v) { return v == std::floor(v); };
  const std::function<bool(const CPLXMLNode*)> search = [&](const CPLXMLNode* node) {
    for (; node != nullptr; node = node->psNext) {
      if (node->eType != CXT_Element) continue;
      const CPLXMLNode* from = CPLGetXMLNode(node, "SrcRect");
      const CPLXMLNode* to = CPLGetXMLNode(node, "DstRect");
      if (from != nullptr && to != nullptr) {
        const auto number = [](const CPLXMLNode* rect, const char* name) {
          return CPLAtof(CPLGetXMLValue(rect, name, "0"));
        };
        if (number(from, "xSize") != number(to, "xSize") || number(from, "ySize") != number(to, "ySize"))
          return true;
        for (const auto* rect : {from, to})
          if (!whole(number(rect, "xOff")) || !whole(number(rect, "yOff"))) return true;
      } else if (search(node->psChild)) {
        return true;
      }
    }
    return false;
  };
  return search(root.get());
}

BandFacts describe_band(GDALRasterBand& band) {
  BandFacts facts;
  facts.description = as_utf8(band.GetDescription());
  facts.interpretation = lower(GDALGetColorInterpretationName(band.GetColorInterpretation()));
  facts.type = band.GetRasterDataType();
  facts.type_name = GDALGetDataTypeName(facts.type);
  const char* sign = band.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE");
  if (facts.type == GDT_Byte && sign != nullptr && EQUAL(sign, "SIGNEDBYTE")) facts.type_name = "Int8";
  int has_nodata = 0;
  const double nodata = band.GetNoDataValue(&has_nodata);
  if (has_nodata != 0) facts.nodata = nodata;
  const int flags = band.GetMaskFlags();
  facts.mask_band = (flags & (GMF_ALL_VALID | GMF_NODATA | GMF_ALPHA)) == 0;
  int success = 0;
  const double scale = band.GetScale(&success);
  if (success != 0) facts.scale = scale;
  const double offset = band.GetOffset(&success);
  if (success != 0) facts.offset = offset;
  facts.unit = band.GetUnitType();
  return facts;
}

bool called_height(const BandFacts& band) {
  static const std::set<std::string> names{"dsm", "dtm", "dem", "ndsm", "chm", "hag", "height", "elevation"};
  return names.contains(lower(band.description));
}

/// GDAL assigns the unit of a vertical CRS to every band without one, even in photographs.
void tell_units(FileFacts& facts, const OGRSpatialReference* crs) {
  if (crs == nullptr) return;
  const char* name = nullptr;
  if (crs->IsProjected() != 0 && crs->GetLinearUnits(&name) != 1 && name != nullptr) facts.ground_unit = name;
  if (crs->IsVertical() == 0) return;
  name = nullptr;
  if (!(crs->GetTargetLinearUnits("VERT_CS", &name) > 0) || name == nullptr) return;
  facts.vertical_unit = name;
  for (BandFacts& band : facts.bands)
    if (band.unit == facts.vertical_unit) band.unit.clear();
}

}  // namespace

void BandFacts::bring_to_metres(const std::string& of_length) {
  const std::optional<double> in_metres = metres_in(of_length);
  if (!in_metres) return;
  metres = *in_metres;
  scale *= metres;
  offset *= metres;
}

std::size_t FileFacts::data_bands() const {
  return static_cast<std::size_t>(
      std::count_if(bands.begin(), bands.end(), [](const BandFacts& band) { return !band.alpha(); }));
}

FileFacts describe(GDALDataset& dataset, const std::string& path) {
  GdalErrors quiet;
  FileFacts facts;
  facts.path = path;
  facts.grid = describe_grid(dataset, path);
  for (int i = 1; i <= dataset.GetRasterCount(); ++i) {
    facts.bands.push_back(describe_band(*dataset.GetRasterBand(i)));
    if (facts.bands.back().mask_band && (dataset.GetRasterBand(i)->GetMaskFlags() & GMF_PER_DATASET) != 0)
      facts.per_dataset_mask = true;
  }
  if (const char* text = dataset.GetMetadataItem("NODATA_VALUES"); text != nullptr) {
    const CPLStringList values(CSLTokenizeString2(text, " ,", 0));
    if (values.Count() == dataset.GetRasterCount())
      for (int i = 0; i < values.Count(); ++i) facts.dataset_nodata.push_back(CPLAtof(values[i]));
  }
  tell_units(facts, dataset.GetSpatialRef());
  for (BandFacts& band : facts.bands) band.bring_to_metres(band.unit);
  facts.resampling_vrt = resamples(dataset);
  facts.names_classes = dataset.GetMetadataItem(kClassesItem) != nullptr ||
                        (!facts.bands.empty() && dataset.GetRasterBand(1)->GetCategoryNames() != nullptr);
  facts.credits = credits_of(dataset);
  return facts;
}

void call_no_alpha(FileFacts& facts) {
  for (BandFacts& band : facts.bands)
    if (band.alpha()) band.interpretation = "undefined";
}

void use_vertical_unit(FileFacts& facts, bool heights) {
  for (BandFacts& band : facts.bands) {
    if (band.alpha()) continue;
    if ((heights || called_height(band)) && !band.unit.empty() && !metres_in(band.unit))
      throw Error(ErrorCode::unsupported,
                  fmt::format("{}: its heights are in \"{}\", which is not a known unit of length",
                              facts.path, band.unit),
                  "bring them to metres, or correct the unit with `gdal_edit.py -units m`");
    if (facts.vertical_unit.empty()) continue;
    if (!heights && !called_height(band) && (facts.data_bands() != 1 || band.type == GDT_Byte)) continue;
    if (band.unit.empty()) {
      band.unit = facts.vertical_unit;
      band.bring_to_metres(band.unit);
      continue;
    }
    const auto own = metres_in(band.unit), vertical = metres_in(facts.vertical_unit);
    if (own && vertical && std::abs(*own / *vertical - 1) > 1e-3)
      throw Error(ErrorCode::unsupported,
                  fmt::format("{}: its heights have two units: its band says {}, its vertical CRS {}",
                              facts.path, band.unit, facts.vertical_unit),
                  "correct one of them with `gdal_edit.py -units U` or `-a_srs`");
  }
}

void check_readable(const FileFacts& facts, int band) {
  const BandFacts& one = facts.bands[static_cast<std::size_t>(band - 1)];
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw Error(ErrorCode::unsupported, fmt::format("{}: band {} {}", facts.path, band, what), remedy);
  };
  if (GDALDataTypeIsComplex(one.type) != 0)
    refuse("has complex values, which are not read",
           "write a real part or an amplitude as Float32 first, with `gdal_calc.py`");
  if (one.type_name == "Int8")
    refuse("has signed 8-bit values, which are not read", "write them as Int16 first");
  if (one.scale == 0 || !std::isfinite(one.scale) || !std::isfinite(one.offset))
    refuse(fmt::format("has a scale of {} and an offset of {}, which say nothing", one.scale, one.offset),
           "correct them with `gdal_edit.py -scale S -offset O`");
}

int class_band(FileFacts& facts) {
  if (facts.data_bands() != 1)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: has {} bands, so it looks like an image; a mask or a raster of labels has one",
                    facts.path, facts.data_bands()),
        "name a mask, or take out one band with `gdal_translate -b 1`");
  int band = 1;
  while (facts.bands[static_cast<std::size_t>(band - 1)].alpha()) ++band;
  check_readable(facts, band);
  BandFacts& one = facts.bands[static_cast<std::size_t>(band - 1)];
  if (one.scale != one.metres || one.offset != 0)
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: its band has a scale or an offset ({}, {}), and class values have none",
                            facts.path, one.scale, one.offset),
                "name a mask or label raster, or take them away with `gdal_edit.py -scale 1 -offset 0`");
  one.scale = one.metres = 1;
  return band;
}

}  // namespace terramask::geo
