#include "tiles/mbtiles_source.hpp"

#include <algorithm>

#include "terramask/error.hpp"
#include "tiles/mbtiles_tables.hpp"

namespace terramask::tiles {

MbtilesSource::MbtilesSource(const std::string& path) : database_(path, Database::Mode::read) {
  if (!database_.has_table("tiles"))
    throw Error(ErrorCode::format, path + ": has no table \"tiles\", so it is no MBTiles file",
                "name an MBTiles file of images");
  has_metadata_ = database_.has_table("metadata");
  const std::string format = metadata("format");
  if (format == "pbf" || format == "mvt")
    throw Error(ErrorCode::format, path + ": holds vector tiles, not images",
                "name an MBTiles file whose format is png, jpg or webp");
  tile_ = database_.prepare(
      "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?");
}

Tile MbtilesSource::read(const TileAddress& address) {
  Tile tile;
  try {
    const std::lock_guard lock(mutex_);
    if (bind_address(*tile_, address).step()) {
      tile.state = TileState::present;
      tile.bytes = tile_->text(0);
    }
    tile_->reset();
  } catch (const Error& error) {
    tile = {TileState::failed, {}, error.message()};
  }
  if (tile.state == TileState::failed)
    ledger().note(address, TileLedger::Entry::failed, tile.cause);
  else
    ledger().note(address,
                  tile.state == TileState::present ? TileLedger::Entry::local : TileLedger::Entry::missing);
  return tile;
}

std::vector<int> MbtilesSource::zooms() const {
  const std::lock_guard lock(mutex_);
  std::vector<int> found;
  // One step down the index a zoom: a count of distinct ones would read the whole of it.
  Statement next = database_.prepare("SELECT min(zoom_level) FROM tiles WHERE zoom_level > ?");
  std::int64_t last = -1;
  while (next.bind(0, last).step() && !next.is_null(0)) {
    last = next.integer(0);
    next.reset();
    if (last > kDeepestZoom) break;
    if (last >= 0) found.push_back(static_cast<int>(last));
  }
  return found;
}

std::optional<TileRange> MbtilesSource::extent(int zoom) const {
  const std::lock_guard lock(mutex_);
  Statement statement = database_.prepare(
      "SELECT min(tile_column), max(tile_column), min(tile_row), max(tile_row) FROM tiles WHERE zoom_level = "
      "?");
  if (!statement.bind(0, std::int64_t{zoom}).step() || statement.is_null(0)) return TileRange{};
  const std::int64_t last = (std::int64_t{1} << zoom) - 1;
  const auto within = [last](std::int64_t v) { return std::clamp<std::int64_t>(v, 0, last); };
  return TileRange{within(statement.integer(0)), within(flipped_row(zoom, statement.integer(3))),
                   within(statement.integer(1)) + 1, within(flipped_row(zoom, statement.integer(2))) + 1};
}

std::optional<TileAddress> MbtilesSource::example(int zoom, const TileRange& range) const {
  const std::lock_guard lock(mutex_);
  return any_tile(database_, zoom, range);
}

std::string MbtilesSource::licence() const {
  const std::string text = metadata("license");
  return text.empty() ? metadata("licence") : text;
}

std::string MbtilesSource::metadata(const std::string& name) const {
  if (!has_metadata_) return {};
  const std::lock_guard lock(mutex_);
  return metadata_item(database_, name);
}

}  // namespace terramask::tiles
