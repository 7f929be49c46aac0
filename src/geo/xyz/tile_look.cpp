#include "geo/xyz/tile_look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace terramask::geo {
namespace {

using tiles::TileAddress;
using tiles::TileRange;
using tiles::TileState;

constexpr int kParts = 4;               // of the range along each axis; one tile is searched in each
constexpr std::size_t kMostFailed = 3;  // tiles of a server
constexpr std::size_t kLead = 3;  // lead over any other size at which a server is not asked for further tiles

/// Adds a tile that is known to exist from each part of the range.
void add_examples(const TileMosaic& mosaic, std::vector<TileAddress>& found, std::set<TileAddress>& seen) {
  const TileRange& all = mosaic.range;
  for (int i = 0; i < kParts; ++i)
    for (int j = 0; j < kParts; ++j) {
      const TileRange part{all.x0 + all.width() * j / kParts, all.y0 + all.height() * i / kParts,
                           all.x0 + all.width() * (j + 1) / kParts, all.y0 + all.height() * (i + 1) / kParts};
      for (const TileRange& one : tiles::in_world(mosaic.zoom, part))
        if (const auto tile = mosaic.source->example(mosaic.zoom, one); tile && seen.insert(*tile).second)
          found.push_back(*tile);
    }
}

/// Adds the middle tile and others spread apart, if it is unknown which exist.
void add_places(const TileMosaic& mosaic, std::vector<TileAddress>& found, std::set<TileAddress>& seen) {
  const TileRange& all = mosaic.range;
  for (const int parts : {2, 4, 6})
    for (int i = 1; i < parts; i += 2)
      for (int j = 1; j < parts; j += 2) {
        const TileAddress tile{mosaic.zoom,
                               tiles::world_column(mosaic.zoom, all.x0 + all.width() * j / parts),
                               all.y0 + all.height() * i / parts};
        if (seen.insert(tile).second) found.push_back(tile);
      }
}

/// The sizes of tiles, with the palette of the first of each size.
class Votes {
 public:
  void add(const TileImage& image) {
    Entry& entry = sizes_[image.width];
    if (++entry.count == 1) entry.palette = image.palette;
  }
  bool empty() const { return sizes_.empty(); }
  bool decided() const {
    std::size_t most = 0, second = 0;
    for (const auto& [size, entry] : sizes_) {
      second = std::max(second, std::min(most, entry.count));
      most = std::max(most, entry.count);
    }
    return most >= second + kLead;
  }
  /// If tied, the usual size wins, else the larger one: placeholders are small.
  void decide(TileMosaic& mosaic) const {
    const auto rank = [](const auto& one) {
      return std::tuple(one.second.count, one.first == 256, one.first);
    };
    const auto best = std::max_element(sizes_.begin(), sizes_.end(),
                                       [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    mosaic.tile_size = best->first;
    mosaic.palette = best->second.palette;
  }

 private:
  struct Entry {
    std::size_t count = 0;
    std::optional<GDALColorTable> palette;
  };
  std::map<int, Entry> sizes_;
};

/// Examines one tile. Returns why it does not count; empty if it is missing, ignored or counted.
std::string look(const TileMosaic& mosaic, const TileAddress& address, int tile_size, Votes& votes) {
  const tiles::Tile tile = mosaic.source->read(address);
  if (tile.state == TileState::missing) return {};
  if (tile.state == TileState::failed) return tile.cause;
  try {
    const TileImage image = decode_tile(tile.bytes, mosaic.pixels);
    if (image.transparent()) return {};
    if (image.width != image.height || (tile_size != 0 && image.width != tile_size))
      return fmt::format("{} x {} pixels", image.width, image.height);
    votes.add(image);
    return {};
  } catch (const Error& error) {
    return error.message();
  }
}

}  // namespace

void look_at_tiles(TileMosaic& mosaic, int tile_size, const std::string& shown) {
  if (tile_size != 0) mosaic.tile_size = tile_size;
  if (tile_size != 0 && mosaic.pixels == tiles::Pixels::colour) return;
  std::vector<TileAddress> candidates;
  std::set<TileAddress> seen;
  const bool local = mosaic.source->extent(mosaic.zoom).has_value();
  add_examples(mosaic, candidates, seen);
  if (!local) add_places(mosaic, candidates, seen);
  Votes votes;
  std::string cause;
  std::size_t failed = 0;
  for (const TileAddress& address : candidates) {
    const std::string fault = look(mosaic, address, tile_size, votes);
    if (!local && votes.decided()) break;
    if (fault.empty()) continue;
    cause = fmt::format("tile {}: {}", to_string(address), fault);
    if (!local && tile_size == 0 && (++failed == kMostFailed || fault.starts_with("cannot be reached")))
      break;
  }
  if (!votes.empty()) votes.decide(mosaic);
  if (!votes.empty() || tile_size != 0) return;
  if (cause.empty())
    throw Error(ErrorCode::not_found, shown + ": none of the tiles looked at within the bounds is there",
                "check zoom and bounds; where most tiles are missing, say the size: #tile-size=256");
  throw Error(ErrorCode::io, fmt::format("{}: {}", shown, cause),
              "check the address and try a tile in a browser");
}

}  // namespace terramask::geo
