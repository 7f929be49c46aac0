#include "terramask/mosaic.hpp"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "geo/base/bounds_windows.hpp"
#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/lattice.hpp"
#include "geo/base/xml_text.hpp"
#include "geo/files/open.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/read/validity.hpp"

namespace terramask {
namespace {

/// A raster of the mosaic and its position.
struct Member {
  geo::FileFacts facts;
  std::array<int, 2> block{};
  int alpha = 0;          ///< 1-based band; 0: none
  std::vector<int> data;  ///< 1-based bands that are not alpha
  std::int64_t x = 0, y = 0;

  const geo::BandFacts& band(std::size_t i) const {
    return facts.bands[static_cast<std::size_t>(data[i] - 1)];
  }
  bool masked() const { return band(0).mask_band; }
  /// A virtual raster of the data bands, masked where all of them are nodata; empty if not needed.
  std::string wrapped{};
};

std::string describe_bands(const Member& member) {
  std::string text;
  for (std::size_t i = 0; i < member.data.size(); ++i) {
    const geo::BandFacts& band = member.band(i);
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ",
                        band.description.empty() ? band.interpretation : band.description, band.type_name);
  }
  return text;
}

std::string nodata_text(const std::optional<double>& nodata) {
  return nodata ? fmt::format("nodata {}", *nodata) : "no nodata";
}

/// Takes `src_nodata` in place of what the file says.
void assign_nodata(geo::FileFacts& facts, const geo::NodataOption& option) {
  for (geo::BandFacts& band : facts.bands) {
    if (option.ignore) band.nodata.reset();
    if (option.value && !band.alpha()) band.nodata = option.value;
  }
}

Member open_member(const std::string& path, const geo::NodataOption& option, bool no_alpha) {
  const geo::DatasetPtr dataset = geo::open_raster(path);
  Member member;
  member.facts = geo::describe(*dataset, path);
  if (no_alpha) geo::call_no_alpha(member.facts);
  assign_nodata(member.facts, option);
  const auto refuse = [&path](const std::string& cause, const std::string& remedy) {
    throw Error(ErrorCode::unsupported, path + ": cannot be part of a mosaic: " + cause, remedy);
  };
  if (!member.facts.grid.has_geotransform)
    refuse("no geotransform says where it lies", "give it one with `gdal_edit.py -a_ullr ulx uly lrx lry`");
  for (int number = 1; number <= dataset->GetRasterCount(); ++number) {
    const geo::BandFacts& band = member.facts.bands[static_cast<std::size_t>(number - 1)];
    if (band.alpha() && option.no_alpha) continue;
    if (band.alpha() && member.alpha == 0) {
      member.alpha = number;
    } else {
      member.data.push_back(number);
    }
    geo::check_readable(member.facts, number);
  }
  if (member.data.empty()) refuse("it has no band but alpha", "leave it out");
  dataset->GetRasterBand(1)->GetBlockSize(&member.block[0], &member.block[1]);
  if (member.masked() && !member.facts.per_dataset_mask && member.data.size() > 1)
    refuse("each band has a mask of its own", "convert it to one mask: `gdal_translate -mask 1`");
  if (!member.facts.dataset_nodata.empty())
    refuse("its NODATA_VALUES are of all bands together", "convert it: `gdalwarp -dstalpha`");
  const bool nodata = std::any_of(member.facts.bands.begin(), member.facts.bands.end(),
                                  [](const geo::BandFacts& band) { return band.nodata.has_value(); });
  if (nodata && (member.alpha != 0 || member.masked()))
    refuse("it has nodata and an alpha band or a mask", "drop one: `gdal_edit.py -unsetnodata`");
  return member;
}

void check_same_bands(const Member& first, const Member& member) {
  const auto differ = [&](const std::string& what, const std::string& here, const std::string& there) {
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: {} differ from those of {} ({}; {})", member.facts.path, what,
                            first.facts.path, here, there),
                "a mosaic needs rasters of one kind: segment this one for itself, or convert it");
  };
  const std::string here = describe_bands(member), there = describe_bands(first);
  if (member.data.size() != first.data.size()) differ("its bands", here, there);
  for (std::size_t i = 0; i < first.data.size(); ++i) {
    const geo::BandFacts &a = first.band(i), &b = member.band(i);
    const bool names = a.description == b.description || a.description.empty() || b.description.empty();
    if (a.type_name != b.type_name || a.interpretation != b.interpretation || !names)
      differ("its bands", here, there);
    if (a.scale != b.scale || a.offset != b.offset)
      throw Error(
          ErrorCode::mismatch,
          fmt::format("{}: band {} has a scale of {:g} and an offset of {:g}, that of {} has {:g} and {:g}",
                      member.facts.path, i + 1, b.scale, b.offset, first.facts.path, a.scale, a.offset),
          "a mosaic needs rasters of one kind: bring them to one with `gdal_translate -unscale -ot Float32`");
    const bool both_nan = a.nodata && b.nodata && std::isnan(*a.nodata) && std::isnan(*b.nodata);
    if (a.nodata != b.nodata && !both_nan)
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: has {}, {} has {}", member.facts.path, nodata_text(b.nodata),
                              first.facts.path, nodata_text(a.nodata)),
                  "say with `src_nodata` what holds for all of them (or none)");
  }
}

/// Moves rasters on both sides of 180 degrees together, some of them by a full turn.
void turn_together(std::vector<Member>& members) {
  const auto turn = geo::full_turn(members.front().facts.grid.crs);
  if (!turn) return;
  std::vector<std::array<double, 2>> extents;
  for (const Member& member : members) {
    const Grid& grid = member.facts.grid;
    const auto box = geo::extent_of(grid, grid.extent());
    extents.push_back({box[0], box[2]});
  }
  const std::vector<int> turns = geo::turns_together(extents, *turn);
  for (std::size_t i = 0; i < members.size(); ++i)
    members[i].facts.grid.geotransform[0] += (turns[i] - turns.front()) * *turn;
}

void check_same_crs(const Member& first, const Member& member) {
  const Grid &a = first.facts.grid, &b = member.facts.grid;
  if (a.crs.empty() != b.crs.empty() || (!a.crs.empty() && !geo::same_crs(a.crs, b.crs))) {
    const auto labels = geo::crs_labels(b.crs, a.crs);
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: is in {}, {} in {}", member.facts.path, labels[0], first.facts.path, labels[1]),
        a.crs.empty() || b.crs.empty() ? "assign the CRS that is meant: `gdal_edit.py -a_srs`"
                                       : "bring it to the same CRS first: `gdalwarp -t_srs`");
  }
}

/// Finds the member's position on the first one's grid, in whole pixels.
void find_place(const Member& first, Member& member) {
  const Grid &a = first.facts.grid, &b = member.facts.grid;
  const geo::LatticePlace place = geo::place_on_lattice(b, a);
  if (!place.same_pixels())
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: its pixels have another size or direction than those of {} ({:.9g} x {:.9g}; "
                    "{:.9g} x {:.9g})",
                    member.facts.path, first.facts.path, b.geotransform[1], b.geotransform[5],
                    a.geotransform[1], a.geotransform[5]),
        "bring all to one grid first: `gdalwarp -tap -tr xres yres`");
  if (!place.fits())
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: its pixels lie {:.2f} of a pixel beside the grid of {}", member.facts.path,
                            place.shift, first.facts.path),
                "bring all to one grid first: `gdalwarp -tap -tr xres yres`");
  constexpr double far = 1e9;  // no raster of int size extends beyond it
  if (!(std::abs(place.x) < far && std::abs(place.y) < far))
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: lies too far from {}", member.facts.path, first.facts.path), "leave it out");
  member.x = static_cast<std::int64_t>(place.x);
  member.y = static_cast<std::int64_t>(place.y);
}

/// One <Source>; `extra` contains the elements that make it a complex one.
std::string source(const Member& member, const std::string& band, const geo::BandFacts& facts,
                   const Window& extent, const std::string& extra) {
  const char* kind = extra.empty() ? "SimpleSource" : "ComplexSource";
  const Grid& grid = member.facts.grid;
  // With its properties specified, a source is opened on first read, and at most a hundred at once.
  return fmt::format(
      "<{0}><SourceFilename relativeToVRT=\"0\">{1}</SourceFilename><SourceBand>{2}</SourceBand>"
      "<SourceProperties RasterXSize=\"{3}\" RasterYSize=\"{4}\" DataType=\"{5}\" BlockXSize=\"{6}\" "
      "BlockYSize=\"{7}\"/><SrcRect xOff=\"0\" yOff=\"0\" xSize=\"{3}\" ySize=\"{4}\"/>"
      "<DstRect xOff=\"{8}\" yOff=\"{9}\" xSize=\"{3}\" ySize=\"{4}\"/>{10}</{0}>\n",
      kind, geo::xml_escaped(member.wrapped.empty() ? member.facts.path : member.wrapped), band, grid.width,
      grid.height, GDALGetDataTypeName(facts.type), member.block[0], member.block[1], member.x - extent.x,
      member.y - extent.y, extra);
}

std::string data_band(const std::vector<Member>& members, std::size_t i, const Window& extent) {
  const geo::BandFacts& facts = members.front().band(i);
  std::string xml =
      fmt::format("<VRTRasterBand dataType=\"{}\" band=\"{}\">\n", GDALGetDataTypeName(facts.type), i + 1);
  if (!facts.description.empty())
    xml += fmt::format("<Description>{}</Description>\n", geo::xml_escaped(facts.description));
  const GDALColorInterp color = GDALGetColorInterpretationByName(facts.interpretation.c_str());
  xml += fmt::format("<ColorInterp>{}</ColorInterp>\n", GDALGetColorInterpretationName(color));
  const bool wrapped = !members.front().wrapped.empty();
  if (facts.nodata && !wrapped) xml += fmt::format("<NoDataValue>{}</NoDataValue>\n", *facts.nodata);
  if (!facts.unit.empty()) xml += fmt::format("<UnitType>{}</UnitType>\n", geo::xml_escaped(facts.unit));
  if (facts.scaled())
    xml += fmt::format("<Offset>{:.17g}</Offset>\n<Scale>{:.17g}</Scale>\n", facts.offset / facts.metres,
                       facts.scale / facts.metres);
  for (const Member& member : members) {
    std::string extra;
    if (facts.nodata && !wrapped) extra += fmt::format("<NODATA>{}</NODATA>", *facts.nodata);
    if (member.alpha != 0 || member.masked() || wrapped) extra += "<UseMaskBand>true</UseMaskBand>";
    xml += source(member, std::to_string(wrapped ? static_cast<int>(i) + 1 : member.data[i]), member.band(i),
                  extent, extra);
  }
  return xml + "</VRTRasterBand>\n";
}

/// Where there is a raster: its own alpha or mask, else 255; elsewhere 0.
std::string alpha_band(const std::vector<Member>& members, const Window& extent) {
  GDALDataType type = GDT_Byte;
  for (const Member& member : members)
    if (member.alpha != 0)
      type = GDALDataTypeUnion(type, member.facts.bands[static_cast<std::size_t>(member.alpha - 1)].type);
  std::string xml =
      fmt::format("<VRTRasterBand dataType=\"{}\" band=\"{}\">\n<ColorInterp>Alpha</ColorInterp>\n",
                  GDALGetDataTypeName(type), members.front().data.size() + 1);
  for (const Member& member : members) {
    if (member.alpha != 0) {
      xml += source(member, std::to_string(member.alpha),
                    member.facts.bands[static_cast<std::size_t>(member.alpha - 1)], extent,
                    "<NODATA>0</NODATA>");
    } else if (member.masked()) {
      xml += source(member, fmt::format("mask,{}", member.data[0]), member.band(0), extent,
                    "<NODATA>0</NODATA>");
    } else if (!member.wrapped.empty()) {
      xml +=
          source(member, "1", member.band(0), extent,
                 "<ScaleOffset>255</ScaleOffset><ScaleRatio>0</ScaleRatio><UseMaskBand>true</UseMaskBand>");
    } else {
      xml += source(member, std::to_string(member.data[0]), member.band(0), extent,
                    "<ScaleOffset>255</ScaleOffset><ScaleRatio>0</ScaleRatio>");
    }
  }
  return xml + "</VRTRasterBand>\n";
}

/// Stores the description of a virtual raster in memory.
void keep(const std::string& path, const std::string& xml) {
  VSILFILE* file = VSIFOpenL(path.c_str(), "wb");
  const bool written = file != nullptr && VSIFWriteL(xml.data(), 1, xml.size(), file) == xml.size();
  if (file == nullptr || VSIFCloseL(file) != 0 || !written)
    throw Error(ErrorCode::out_of_memory, path + ": the mosaic's description cannot be kept");
}

/// Whether a pixel is nodata only where all its bands are.
bool nodata_together(const Member& member, NodataRule rule) {
  if (rule == NodataRule::any || member.data.size() < 2) return false;
  for (std::size_t i = 0; i < member.data.size(); ++i) {
    const geo::BandFacts& band = member.band(i);
    if (!band.nodata || !std::isfinite(*band.nodata) || band.type != member.band(0).type) return false;
    if (rule == NodataRule::automatic && !geo::fills_collars(*band.nodata, band.type_name)) return false;
  }
  return true;
}

/// NODATA_VALUES specifies the rule for GDAL.
void wrap(Member& member, const std::string& path) {
  const Grid& grid = member.facts.grid;
  std::string values;
  for (std::size_t i = 0; i < member.data.size(); ++i)
    values += fmt::format("{}{}", i == 0 ? "" : " ", *member.band(i).nodata);
  std::string xml = fmt::format(
      "<VRTDataset rasterXSize=\"{}\" rasterYSize=\"{}\">\n<Metadata><MDI "
      "key=\"NODATA_VALUES\">{}</MDI></Metadata>\n",
      grid.width, grid.height, values);
  const Window own{member.x, member.y, grid.width, grid.height};
  for (std::size_t i = 0; i < member.data.size(); ++i)
    xml += fmt::format(
        "<VRTRasterBand dataType=\"{}\" band=\"{}\" blockXSize=\"{}\" "
        "blockYSize=\"{}\">\n{}</VRTRasterBand>\n",
        GDALGetDataTypeName(member.band(i).type), i + 1, member.block[0], member.block[1],
        source(member, std::to_string(member.data[i]), member.band(i), own, ""));
  keep(path, xml + "</VRTDataset>\n");
  member.wrapped = path;
}

Window extent_of(const std::vector<Member>& members) {
  std::int64_t left = std::numeric_limits<std::int64_t>::max(), top = left;
  std::int64_t right = std::numeric_limits<std::int64_t>::min(), bottom = right;
  for (const Member& member : members) {
    left = std::min(left, member.x);
    top = std::min(top, member.y);
    right = std::max(right, member.x + member.facts.grid.width);
    bottom = std::max(bottom, member.y + member.facts.grid.height);
  }
  constexpr std::int64_t largest = std::numeric_limits<int>::max();
  if (right - left > largest || bottom - top > largest)
    throw Error(ErrorCode::unsupported,
                fmt::format("the mosaic would have {} x {} pixels", right - left, bottom - top),
                "make several smaller ones");
  return {left, top, right - left, bottom - top};
}

}  // namespace

std::string build_mosaic(std::span<const std::string> paths, const std::string& src_nodata, bool no_alpha,
                         NodataRule rule) {
  if (paths.empty()) throw Error(ErrorCode::usage, "a mosaic of no raster");
  const geo::NodataOption nodata = geo::parse_nodata(src_nodata);
  std::vector<Member> members;
  for (const std::string& path : paths) {
    members.push_back(open_member(path, nodata, no_alpha));
    check_same_bands(members.front(), members.back());
    check_same_crs(members.front(), members.back());
  }
  turn_together(members);
  for (Member& member : members) find_place(members.front(), member);
  static std::atomic<int> made{0};
  const std::string folder = fmt::format("/vsimem/terramask_{}/", made.fetch_add(1));
  if (nodata_together(members.front(), rule))
    for (std::size_t i = 0; i < members.size(); ++i)
      wrap(members[i], fmt::format("{}member_{}.vrt", folder, i + 1));
  const Window extent = extent_of(members);
  Grid grid = cut(members.front().facts.grid, extent);
  for (const Member& member : members)
    if (member.facts.grid.epoch != grid.epoch) grid.epoch = 0;
  std::string xml =
      fmt::format("<VRTDataset rasterXSize=\"{}\" rasterYSize=\"{}\">\n", grid.width, grid.height);
  if (!grid.crs.empty())
    xml += fmt::format("<SRS dataAxisToSRSAxisMapping=\"1,2\"{}>{}</SRS>\n",
                       grid.epoch > 0 ? fmt::format(" coordinateEpoch=\"{}\"", grid.epoch) : "",
                       geo::xml_escaped(grid.crs));
  xml += fmt::format("<GeoTransform>{}</GeoTransform>\n", fmt::join(grid.geotransform, ", "));
  for (std::size_t i = 0; i < members.front().data.size(); ++i) xml += data_band(members, i, extent);
  xml += alpha_band(members, extent) + "</VRTDataset>\n";

  std::string path = fmt::format("{}mosaic_of_{}_rasters.vrt", folder, members.size());
  keep(path, xml);
  return path;
}

}  // namespace terramask
