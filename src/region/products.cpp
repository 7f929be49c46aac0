#include "region/products.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "geo/base/creation_options.hpp"
#include "geo/base/database_file.hpp"
#include "geo/mosaic/tile_vrt.hpp"
#include "geo/region/tile_index.hpp"
#include "geo/style/qgis_style.hpp"
#include "geo/style/style_file.hpp"
#include "geo/vector/geopackage_layers.hpp"
#include "models/atomic_file.hpp"
#include "region/enum_names.hpp"
#include "region/plan.hpp"
#include "region/stac.hpp"
#include "region/utc_time.hpp"
#include "terramask/output.hpp"
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
    index.status = name_of(t.status);
    index.cause = t.cause;
    index.row = t.row;
    index.column = t.column;
    index.window = t.window;
    index.runs = t.runs;
    if (t.status == TileStatus::done) {
      index.location = mask_path(t);
      index.valid_share = t.pixels == 0 ? 0 : static_cast<double>(t.valid) / static_cast<double>(t.pixels);
      if (t.valid > 0) index.confidence = t.confidence;
      index.seconds = t.seconds;
    }
    all.push_back(std::move(index));
  }
  return all;
}

Json parsed_wanted(const std::string& wanted) {
  return wanted.empty() ? Json::object() : Json::parse(wanted);
}

/// As the job says, else as the sources themselves tell. When a file was written says nothing of it.
TimeSpan time_of(const Tied& tied) {
  const Json wanted = parsed_wanted(tied.wanted);
  if (wanted.contains("datetime")) return parse_time_span(wanted["datetime"].get<std::string>(), "datetime");
  TimeSpan span;
  for (const JournalSource& one : tied.sources) {
    if (one.acquired.empty()) continue;
    if (span.start.empty() || one.acquired < span.start) span.start = one.acquired;
    span.end = std::max(span.end, one.acquired);
  }
  return span;
}

/// Named as the folder.
StacCollection collection_of(const Tied& tied) {
  StacCollection collection{fs::weakly_canonical(tied.folder).filename().string(), tied.file, time_of(tied)};
  if (collection.id.empty()) collection.id = "region";
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

/// As one raster.
void write_virtual(const Tied& tied, const std::vector<JournalTile>& done, Products& made) {
  const JobFile& file = tied.file;
  const Grid grid = terramask::cut(file.grid, file.window);
  const auto path = [&](const char* name) { return (fs::path(tied.folder) / name).string(); };
  made.add(path("mask.vrt"), {});
  replace_file(made.paths.back(),
               geo::mask_vrt(grid, file.classes, placed(file, done, mask_path), block_of(file, 512)));
  write_style(made.paths.back(), geo::mask_style(file.classes, transparent_values(file.classes)));
  const Json& wanted = file.description["products"];
  if (wanted["probabilities"] != true) return;
  const auto type = wanted["probability_type"] == "byte" ? ProbabilityType::byte : ProbabilityType::float32;
  made.add(path("probabilities.vrt"), {});
  const int own = geo::probability_block(file.classes.size(), type == ProbabilityType::byte ? 1 : 4);
  replace_file(made.paths.back(),
               geo::probability_vrt(grid, file.classes, type, placed(file, done, probabilities_path),
                                    block_of(file, own)));
  write_style(made.paths.back(), geo::probability_style(file.classes));
}

void write_wanted(const Tied& tied, const ProgressSink& progress, const StopFlag* stop, Products& made) {
  const Json wanted = parsed_wanted(tied.wanted);
  const bool probabilities = tied.file.description["products"]["probabilities"] == true;
  if (wanted.contains("polygons"))
    write_polygons(tied.folder, wanted["polygons"], probabilities, progress, stop, made);
  if (wanted.contains("zones")) write_zones(tied.folder, wanted["zones"], progress, stop, made);
}

}  // namespace

Products write_products(const Tied& tied, bool complete, const ProgressSink& progress, const StopFlag* stop) {
  std::vector<JournalTile> done;
  for (const auto& [key, one] : tied.tiles)
    if (one.tile.status == TileStatus::done) done.push_back(one);
  Products made;
  write_virtual(tied, done, made);
  made.add((fs::path(tied.folder) / "tiles.gpkg").string(), {});
  clear_for(made.paths.back());
  geo::write_tile_index(made.paths.back(), tied.file.grid, indexed(tied.tiles));

  const StacCollection collection = collection_of(tied);
  write_stac_items(tied.folder, collection, done);
  write_stac_collection(tied.folder, collection, done, made.paths);
  made.add((fs::path(tied.folder) / "collection.json").string(), {});
  if (!complete) return made;
  const std::size_t before = made.paths.size();
  write_wanted(tied, progress, stop, made);
  // Not before they are there, and without them where making them fails.
  if (made.paths.size() > before) write_stac_collection(tied.folder, collection, done, made.paths);
  return made;
}

std::string wanted_text(const RegionJob& job) {
  Json wanted;
  if (job.polygons)
    wanted["polygons"] = {{"simplify", to_string(job.polygons->simplify)},
                          {"min_area", to_string(job.polygons->min_area)}};
  if (job.zones)
    wanted["zones"] = {{"path", job.zones->path}, {"layer", job.zones->layer}, {"id", job.zones->id_field}};
  if (!job.datetime.empty()) wanted["datetime"] = job.datetime;
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
  const Json json = parsed_wanted(wanted);
  if (json.contains("zones"))
    check_zones(zonal_options(json["zones"]), terramask::cut(file.grid, file.window), folder, stop);
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
