#include "geo/mosaic/tile_vrt.hpp"

#include <cpl_vsi.h>
#include <fmt/format.h>

#include "geo/base/xml_text.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::geo {
namespace {

std::string head(const Grid& grid, std::span<const ClassInfo> classes) {
  std::string xml =
      fmt::format("<VRTDataset rasterXSize=\"{}\" rasterYSize=\"{}\">\n", grid.width, grid.height);
  if (!grid.crs.empty())
    xml += fmt::format("<SRS dataAxisToSRSAxisMapping=\"1,2\"{}>{}</SRS>\n",
                       grid.epoch > 0 ? fmt::format(" coordinateEpoch=\"{}\"", grid.epoch) : "",
                       xml_escaped(grid.crs));
  if (grid.has_geotransform)
    xml += fmt::format("<GeoTransform>{:.17g}, {:.17g}, {:.17g}, {:.17g}, {:.17g}, {:.17g}</GeoTransform>\n",
                       grid.geotransform[0], grid.geotransform[1], grid.geotransform[2], grid.geotransform[3],
                       grid.geotransform[4], grid.geotransform[5]);
  return xml + fmt::format("<Metadata><MDI key=\"{}\">{}</MDI></Metadata>\n", kClassesItem,
                           xml_escaped(classes_as_json(classes)));
}

std::string sources(std::span<const VrtTile> tiles, const char* type, int band, int block) {
  std::string xml;
  // With its properties specified, a tile is opened on first read.
  for (const VrtTile& tile : tiles)
    xml += fmt::format(
        "<SimpleSource><SourceFilename relativeToVRT=\"1\">{0}</SourceFilename><SourceBand>{1}</SourceBand>"
        "<SourceProperties RasterXSize=\"{2}\" RasterYSize=\"{3}\" DataType=\"{4}\" BlockXSize=\"{7}\" "
        "BlockYSize=\"{7}\"/><SrcRect xOff=\"0\" yOff=\"0\" xSize=\"{2}\" ySize=\"{3}\"/>"
        "<DstRect xOff=\"{5}\" yOff=\"{6}\" xSize=\"{2}\" ySize=\"{3}\"/></SimpleSource>\n",
        xml_escaped(tile.path), band, tile.window.width, tile.window.height, type, tile.window.x,
        tile.window.y, block);
  return xml;
}

std::string palette_xml(std::span<const ClassInfo> classes) {
  const auto table = palette(classes);
  std::string xml = "<ColorTable>\n";
  for (int i = 0; i < table->GetColorEntryCount(); ++i) {
    const GDALColorEntry* entry = table->GetColorEntry(i);
    xml += fmt::format("<Entry c1=\"{}\" c2=\"{}\" c3=\"{}\" c4=\"{}\"/>\n", entry->c1, entry->c2, entry->c3,
                       entry->c4);
  }
  return xml + "</ColorTable>\n";
}

}  // namespace

std::string mask_vrt(const Grid& grid, std::span<const ClassInfo> classes, std::span<const VrtTile> tiles,
                     int block) {
  const int nodata = nodata_for(classes);
  const char* type = nodata == 255 ? "Byte" : "UInt16";
  std::string xml = head(grid, classes);
  xml += fmt::format(
      "<VRTRasterBand dataType=\"{}\" band=\"1\">\n<NoDataValue>{}</NoDataValue>\n"
      "<ColorInterp>Palette</ColorInterp>\n",
      type, nodata);
  xml += palette_xml(classes) + "<CategoryNames>\n";
  for (const std::string& name : category_names(classes))
    xml += fmt::format("<Category>{}</Category>\n", xml_escaped(name));
  xml += "</CategoryNames>\n" + sources(tiles, type, 1, block);
  return xml + "</VRTRasterBand>\n</VRTDataset>\n";
}

std::string probability_vrt(const Grid& grid, std::span<const ClassInfo> classes, ProbabilityType type,
                            std::span<const VrtTile> tiles, int block) {
  const bool byte = type == ProbabilityType::byte;
  std::string xml = head(grid, classes);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const int band = static_cast<int>(i) + 1;
    xml += fmt::format("<VRTRasterBand dataType=\"{}\" band=\"{}\">\n<Description>{}</Description>\n",
                       byte ? "Byte" : "Float32", band, xml_escaped(classes[i].name));
    xml += byte ? fmt::format("<NoDataValue>255</NoDataValue>\n<Offset>0</Offset>\n<Scale>{:.17g}</Scale>\n",
                              1 / 254.0)
                : "<NoDataValue>nan</NoDataValue>\n";
    xml += sources(tiles, byte ? "Byte" : "Float32", band, block) + "</VRTRasterBand>\n";
  }
  return xml + "</VRTDataset>\n";
}

}  // namespace terramask::geo
