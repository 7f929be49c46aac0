#include "geo/file_facts.hpp"

#include <cpl_minixml.h>
#include <cpl_string.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <memory>

#include "core/utf8.hpp"
#include "geo/crs.hpp"
#include "geo/gdal_support.hpp"

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
  }
  return grid;
}

/// Whether a VRT has a source whose pixels are not taken over one to one.
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
        for (const auto* rect : {from, to}) {
          if (!whole(number(rect, "xOff")) || !whole(number(rect, "yOff"))) return true;
        }
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
  facts.scaled = success != 0 && scale != 1;
  const double offset = band.GetOffset(&success);
  facts.scaled = facts.scaled || (success != 0 && offset != 0);
  return facts;
}

}  // namespace

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
    if (facts.bands.back().mask_band && (dataset.GetRasterBand(i)->GetMaskFlags() & GMF_PER_DATASET) != 0) {
      facts.per_dataset_mask = true;
    }
  }
  if (const char* text = dataset.GetMetadataItem("NODATA_VALUES"); text != nullptr) {
    const CPLStringList values(CSLTokenizeString2(text, " ,", 0));
    if (values.Count() == dataset.GetRasterCount()) {
      for (int i = 0; i < values.Count(); ++i) facts.dataset_nodata.push_back(CPLAtof(values[i]));
    }
  }
  facts.resampling_vrt = resamples(dataset);
  facts.credits = credits_of(dataset);
  return facts;
}

}  // namespace terramask::geo
