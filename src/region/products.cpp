#include "region/products.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "geo/creation_options.hpp"
#include "geo/database_file.hpp"
#include "geo/geopackage_layers.hpp"
#include "geo/qgis_style.hpp"
#include "geo/style_file.hpp"
#include "geo/tile_index.hpp"
#include "geo/tile_vrt.hpp"
#include "models/atomic_file.hpp"
#include "region/plan.hpp"
#include "region/stac.hpp"
#include "region/utc_time.hpp"
#include "terramask/unfinished.hpp"
#include "terramask/vectorize.hpp"
#include "terramask/zonal.hpp"

namespace terramask::region {
namespace {

namespace fs = std::filesystem;

void write_style(const std::string& raster, const std::string& elements) {
  geo::StyleFile(raster, geo::StyleFile::Kind::raster, elements).put_in_place();
}

/// Side of the tiles' blocks: as the job has it, else the writers' own.
int block_of(const JobFile& file, int own) {
  constexpr std::string_view option = "BLOCKSIZE=";
  for (const Json& one : file.description["creation_options"]) {
    const auto text = one.get<std::string>();
    if (text.starts_with(option)) own = std::atoi(text.c_str() + option.size());
  }
  return own;
}

std::vector<geo::VrtTile> placed(const JobFile& file, const std::vector<JournalTile>& done,
                                 std::string (*path)(const RegionTile&)) {
  std::vector<geo::VrtTile> tiles;
  for (const JournalTile& one : done) {
    Window window = one.tile.window;
    window.x -= file.window.x;
    window.y -= file.window.y;
    tiles.push_back({path(one.tile), window});
  }
  return tiles;
}

std::vector<geo::IndexedTile> indexed(const std::map<TileKey, JournalTile>& tiles) {
  std::vector<geo::IndexedTile> all;
  for (const auto& [key, one] : tiles) {
    const RegionTile& t = one.tile;
    geo::IndexedTile index;
    index.name = tile_name(t);
    index.status = t.status;
    index.cause = t.cause;
    index.row = t.row;
    index.column = t.column;
    index.window = t.window;
    index.runs = t.runs;
    if (t.status == "done") {
      index.location = mask_path(t);
      index.valid_share = t.pixels == 0 ? 0 : static_cast<double>(t.valid) / static_cast<double>(t.pixels);
      if (t.valid > 0) index.confidence = t.confidence;
      index.seconds = t.seconds;
    }
    all.push_back(std::move(index));
  }
  return all;
}

/// Named as the folder, dated as the sources; what tells no date is as old as the job.
StacCollection collection_of(const std::string& folder, const JobFile& file,
                             const std::vector<JournalSource>& sources) {
  StacCollection collection{fs::weakly_canonical(folder).filename().string(), file, {}, {}};
  if (collection.id.empty()) collection.id = "region";
  for (const JournalSource& one : sources) {
    const std::string date = utc_time(one.date);
    if (date.empty()) continue;
    if (collection.start.empty() || date < collection.start) collection.start = date;
    collection.end = std::max(collection.end, date);
  }
  if (collection.start.empty()) {
    struct stat facts {};
    const bool there = ::stat((fs::path(folder) / "job.json").c_str(), &facts) == 0;
    collection.start = collection.end = utc_time(there ? facts.st_mtime : std::time(nullptr));
  }
  return collection;
}

/// What a killed run left behind goes first.
void clear_for(const std::string& output) {
  remove_unfinished(std::array{output});
}

void write_polygons(const fs::path& folder, const Json& wanted, bool probabilities,
                    const ProgressSink& progress, const StopFlag* stop, Products& made) {
  VectorizeOptions options;
  options.mask = (folder / "mask.vrt").string();
  options.output = (folder / "polygons.gpkg").string();
  options.simplify = parse_measure(wanted.at("simplify").get<std::string>(), "simplify");
  options.min_area = parse_measure(wanted.at("min_area").get<std::string>(), "min_area");
  if (probabilities) options.probabilities = (folder / "probabilities.vrt").string();
  options.overwrite = true;
  clear_for(options.output);
  made.add(options.output, vectorize_polygons(options, progress, stop).warnings);
}

ZonalOptions zonal_options(const Json& wanted) {
  ZonalOptions options;
  options.zones = wanted.at("path").get<std::string>();
  options.layer = wanted.at("layer").get<std::string>();
  options.id_field = wanted.at("id").get<std::string>();
  return options;
}

void write_zones(const fs::path& folder, const Json& wanted, const ProgressSink& progress,
                 const StopFlag* stop, Products& made) {
  ZonalOptions options = zonal_options(wanted);
  options.mask = (folder / "mask.vrt").string();
  options.output = (folder / "zones.csv").string();
  options.also = {(folder / "zones.gpkg").string()};
  options.overwrite = true;
  clear_for(options.output);
  clear_for(options.also.front());
  made.add(options.output, zonal_statistics(options, progress, stop).warnings);
  made.add(options.also.front(), {});
}

}  // namespace

std::vector<std::string> write_products(const std::string& folder, const JobFile& file,
                                        const std::map<TileKey, JournalTile>& tiles,
                                        const std::vector<JournalSource>& sources) {
  std::vector<JournalTile> done;
  for (const auto& [key, one] : tiles)
    if (one.tile.status == "done") done.push_back(one);
  const auto path = [&](const char* name) { return (fs::path(folder) / name).string(); };
  const Grid grid = terramask::cut(file.grid, file.window);
  std::vector<std::string> products;

  products.push_back(path("mask.vrt"));
  replace_file(products.back(),
               geo::mask_vrt(grid, file.classes, placed(file, done, mask_path), block_of(file, 512)));
  write_style(products.back(), geo::mask_style(file.classes, transparent_values(file.classes)));
  const Json& wanted = file.description["products"];
  if (wanted["probabilities"] == true) {
    const auto type = wanted["probability_type"] == "byte" ? ProbabilityType::byte : ProbabilityType::float32;
    products.push_back(path("probabilities.vrt"));
    const int own = geo::probability_block(file.classes.size(), type == ProbabilityType::byte ? 1 : 4);
    replace_file(products.back(),
                 geo::probability_vrt(grid, file.classes, type, placed(file, done, probabilities_path),
                                      block_of(file, own)));
    write_style(products.back(), geo::probability_style(file.classes));
  }
  products.push_back(path("tiles.gpkg"));
  clear_for(products.back());
  geo::write_tile_index(products.back(), file.grid, indexed(tiles));

  write_stac(folder, collection_of(folder, file, sources), done);
  products.push_back(path("collection.json"));
  return products;
}

std::string wanted_text(const RegionJob& job) {
  Json wanted;
  if (job.polygons)
    wanted["polygons"] = {{"simplify", job.polygons->simplify}, {"min_area", job.polygons->min_area}};
  if (job.zones)
    wanted["zones"] = {{"path", job.zones->path}, {"layer", job.zones->layer}, {"id", job.zones->id_field}};
  return wanted.is_null() ? std::string() : wanted.dump();
}

void check_closed(const std::string& folder) {
  for (const char* name : {"tiles.gpkg", "polygons.gpkg", "zones.gpkg"}) {
    const std::string path = (fs::path(folder) / name).string();
    geo::check_closed(path, path);
  }
}

void check_wanted(const std::string& wanted, const JobFile& file, const std::string& folder,
                  const StopFlag* stop) {
  if (wanted.empty()) return;
  const Json json = Json::parse(wanted);
  if (json.contains("zones"))
    check_zones(zonal_options(json["zones"]), terramask::cut(file.grid, file.window), folder, stop);
}

Products write_wanted(const std::string& folder, const std::string& wanted, bool probabilities,
                      const ProgressSink& progress, const StopFlag* stop) {
  Products made;
  if (wanted.empty()) return made;
  const Json json = Json::parse(wanted);
  if (json.contains("polygons"))
    write_polygons(folder, json["polygons"], probabilities, progress, stop, made);
  if (json.contains("zones")) write_zones(folder, json["zones"], progress, stop, made);
  return made;
}

void remove_wanted(const std::string& folder) {
  std::error_code failed;
  fs::remove(fs::path(folder) / "zones.csv", failed);
  // What others have put into the same files stays.
  for (const char* layer : {"polygons", "zones"})
    geo::remove_layer((fs::path(folder) / layer).string() + ".gpkg", layer);
}

void Products::add(const std::string& path, const std::vector<std::string>& told) {
  paths.push_back(path);
  warnings.insert(warnings.end(), told.begin(), told.end());
}

void Products::add_to(RegionSummary& summary) const {
  summary.products.insert(summary.products.end(), paths.begin(), paths.end());
  summary.warnings.insert(summary.warnings.end(), warnings.begin(), warnings.end());
}

}  // namespace terramask::region
