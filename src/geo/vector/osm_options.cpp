#include "geo/vector/osm_options.hpp"

#include <cpl_conv.h>
#include <fmt/format.h>
#include <gdal.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "geo/base/gdal_support.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

/// Fields of every layer.
constexpr std::string_view kTags =
    "name,type,highway,railway,waterway,aeroway,aerialway,barrier,man_made,area,area:highway,bridge,tunnel,"
    "layer,"
    "covered,location,level,indoor,width,width:carriageway,est_width,lanes,oneway,junction,service,access,"
    "surface,"
    "tracktype,smoothness,footway,cycleway,sidewalk,gauge,tracks,usage,electrified,embankment,cutting,"
    "construction,"
    "proposed,disused,abandoned,demolished,building,building:part,building:levels,height,roof:shape,amenity,"
    "admin_level,"
    "boundary,craft,emergency,geological,golf,healthcare,historic,intermittent,seasonal,landcover,landuse,"
    "leaf_type,"
    "leaf_cycle,leisure,military,natural,office,parking,place,power,public_transport,shop,sport,tourism,"
    "water,wetland,"
    "crop,trees,tidal,operator,ref,start_date,leaf,denotation,diameter_crown";

/// Closed ways with one of these tags are areas.
constexpr std::string_view kAreas =
    "area:highway,amenity,boundary,building,building:part,craft,golf,healthcare,historic,landcover,landuse,"
    "military,"
    "office,place,shop,tourism,public_transport=platform,public_transport=station,highway=platform,highway="
    "rest_area,"
    "highway=services,railway=platform,railway=station,railway=turntable,railway=roundhouse,aeroway="
    "aerodrome,"
    "aeroway=apron,aeroway=terminal,aeroway=hangar,aeroway=helipad,aeroway=heliport,geological,indoor,"
    "leisure=adult_gaming_centre,leisure=bathing_place,leisure=beach_resort,leisure=bleachers,leisure=common,"
    "leisure=dog_park,leisure=fitness_station,leisure=fishing,leisure=garden,leisure=golf_course,leisure="
    "horse_riding,"
    "leisure=ice_rink,leisure=marina,leisure=miniature_golf,leisure=nature_reserve,leisure=park,leisure="
    "pitch,"
    "leisure=playground,leisure=recreation_ground,leisure=resort,leisure=sports_centre,leisure=sports_hall,"
    "leisure=stadium,leisure=summer_camp,leisure=swimming_area,leisure=swimming_pool,leisure=water_park,"
    "man_made=bridge,man_made=bunker_silo,man_made=chimney,man_made=gasometer,man_made=greenhouse,"
    "man_made=mineshaft,man_made=petroleum_well,man_made=reservoir_covered,man_made=silo,man_made=storage_"
    "tank,"
    "man_made=tailings_pond,man_made=tower,man_made=wastewater_plant,man_made=water_tower,man_made=water_"
    "works,"
    "man_made=works,natural=bare_rock,natural=bay,natural=beach,natural=blowhole,natural=crevasse,natural="
    "dune,"
    "natural=fell,natural=glacier,natural=grass,natural=grassland,natural=heath,natural=moor,natural=mud,"
    "natural=reef,"
    "natural=rock,natural=sand,natural=scree,natural=scrub,natural=shingle,natural=shoal,natural=shrubbery,"
    "natural=spring,natural=tundra,natural=water,natural=wetland,natural=wood,power=generator,power=plant,"
    "power=substation,power=transformer,water,waterway=boatyard,waterway=dock,waterway=fuel,waterway="
    "riverbank,"
    "waterway=dam,wetland";

constexpr std::array<const char*, 5> kLayers{"points", "lines", "multipolygons", "multilinestrings",
                                             "other_relations"};

/// GDAL 3.6 drops keys that are longer than the last one in the list, so the longest is last.
std::string by_length(std::string_view list) {
  std::vector<std::string> keys;
  std::istringstream parts{std::string(list)};
  for (std::string key; std::getline(parts, key, ',');) keys.push_back(key);
  std::stable_sort(keys.begin(), keys.end(),
                   [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  return fmt::format("{}", fmt::join(keys, ","));
}

}  // namespace

bool is_osm(const std::string& path) {
  ensure_gdal();
  const GdalErrors quiet;
  GDALDriverH driver = GDALIdentifyDriverEx(path.c_str(), GDAL_OF_VECTOR, nullptr, nullptr);
  return driver != nullptr && std::string_view(GDALGetDescription(driver)) == "OSM";
}

bool is_usual_key(std::string_view key) {
  for (std::size_t begin = 0; begin < kTags.size();) {
    const std::size_t end = std::min(kTags.find(',', begin), kTags.size());
    if (kTags.substr(begin, end - begin) == key) return true;
    begin = end + 1;
  }
  return false;
}

std::string osm_config(std::span<const std::string> tags) {
  std::string all(kTags);
  for (const std::string& tag : tags) all += "," + tag;
  std::string text =
      fmt::format("attribute_name_laundering=no\nclosed_ways_are_polygons={}\n", by_length(kAreas));
  for (const char* layer : kLayers)
    text += fmt::format(
        "[{}]\nosm_id=yes\nosm_version=no\nosm_timestamp=no\nosm_uid=no\nosm_user=no\nosm_changeset=no\n"
        "attributes={}\nignore=created_by,converted_by,source,time,ele,note,todo,fixme,FIXME\n",
        layer, all);
  return text;
}

std::vector<std::string> osm_open_options(const std::string& scratch, std::span<const std::string> tags,
                                          std::uint64_t memory) {
  const std::string path = scratch + "/osmconf.ini";
  std::ofstream file(path, std::ios::binary);
  file << osm_config(tags);
  file.close();
  if (!file) throw Error(ErrorCode::io, path + ": cannot be written", "name another folder with `scratch`");
  return {"CONFIG_FILE=" + path, "USE_CUSTOM_INDEXING=YES", "INTERLEAVED_READING=YES",
          fmt::format("MAX_TMPFILE_SIZE={}", std::max<std::uint64_t>(1, memory >> 20))};
}

std::uint64_t osm_scratch_bytes(bool pbf, std::uint64_t bytes, std::uint64_t memory) {
  // Conservative estimates: stored nodes and ways take less than 4 times a .pbf, and half of XML.
  const std::uint64_t most = pbf ? 4 * bytes : bytes / 2;
  return most <= memory ? 0 : most;
}

TemporaryFolder::TemporaryFolder(const std::string& folder) {
  if (const char* before = CPLGetThreadLocalConfigOption("CPL_TMPDIR", nullptr)) {
    before_ = before;
    had_ = true;
  }
  CPLSetThreadLocalConfigOption("CPL_TMPDIR", folder.c_str());
}

TemporaryFolder::~TemporaryFolder() {
  CPLSetThreadLocalConfigOption("CPL_TMPDIR", had_ ? before_.c_str() : nullptr);
}

}  // namespace terramask::geo
