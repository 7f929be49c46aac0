#include "region/products.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "geo/creation_options.hpp"
#include "geo/tile_index.hpp"
#include "geo/tile_vrt.hpp"
#include "models/atomic_file.hpp"
#include "region/plan.hpp"
#include "region/stac.hpp"

namespace terramask::region {
namespace {

namespace fs = std::filesystem;

void write_text(const std::string& path, const std::string& text) {
  AtomicFile file(path, true);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

/// As RFC 3339 has it; what has no time of day begins at midnight, and what names no zone is taken as UTC.
std::string rfc3339(const std::string& date) {
  if (date.size() == 10) return date + "T00:00:00Z";
  if (date.size() < 19) return {};
  const bool zone = date.back() == 'Z' || (date.size() >= 25 && date[date.size() - 3] == ':');
  return zone ? date : date.substr(0, 19) + "Z";
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
  write_text(products.back(),
             geo::mask_vrt(grid, file.classes, placed(file, done, mask_path), block_of(file, 512)));
  const Json& wanted = file.description["products"];
  if (wanted["probabilities"] == true) {
    const auto type = wanted["probability_type"] == "byte" ? ProbabilityType::byte : ProbabilityType::float32;
    products.push_back(path("probabilities.vrt"));
    const int own = geo::probability_block(file.classes.size(), type == ProbabilityType::byte ? 1 : 4);
    write_text(products.back(),
               geo::probability_vrt(grid, file.classes, type, placed(file, done, probabilities_path),
                                    block_of(file, own)));
  }
  products.push_back(path("tiles.gpkg"));
  const std::array leftover{products.back()};
  for (const std::string& hidden : unfinished_outputs(leftover)) fs::remove_all(hidden);
  geo::write_tile_index(products.back(), file.grid, indexed(tiles));

  StacCollection collection{fs::path(folder).filename().string(), file, {}, {}};
  if (collection.id.empty()) collection.id = fs::path(folder).parent_path().filename().string();
  for (const JournalSource& one : sources) {
    const std::string date = rfc3339(one.date);
    if (date.empty()) continue;
    if (collection.start.empty() || date < collection.start) collection.start = date;
    collection.end = std::max(collection.end, date);
  }
  write_stac(folder, collection, done);
  products.push_back(path("collection.json"));
  return products;
}

}  // namespace terramask::region
