#include "tiles/mbtiles_source.hpp"

#include <fmt/format.h>

#include "terramask/error.hpp"
#include "terramask/progress.hpp"
#include "tiles/mbtiles_tables.hpp"

namespace terramask::tiles {

MbtilesSource::MbtilesSource(const std::string& path, const StopFlag* stop)
    : stop_(stop), database_(path, {.mode = sqlite::Mode::read, .stop = stop}) {
  if (!database_.has_table("tiles"))
    throw Error(ErrorCode::format, path + ": has no table \"tiles\", so it is not an MBTiles file",
                "name an MBTiles file of images");
  has_metadata_ = database_.has_table("metadata");
  const std::string format = metadata("format");
  if (format == "pbf" || format == "mvt")
    throw Error(ErrorCode::format, path + ": holds vector tiles, not images",
                "name an MBTiles file whose format is png, jpg or webp");
  tile_ = database_.prepare(
      "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?");
  without_zoom_ = rows_without_zoom(database_);
  if (zooms_of(database_).empty())
    throw Error(
        ErrorCode::format,
        path + (without_zoom_ == 0 ? ": its table \"tiles\" is empty"
                                   : fmt::format(": none of the {} rows of its table \"tiles\" is a tile, "
                                                 "by their types and values",
                                                 without_zoom_)),
        "copy the file again");
}

Tile MbtilesSource::read(const TileAddress& address) {
  if (stop_ != nullptr) stop_->check();
  Tile tile;
  try {
    const std::lock_guard lock(mutex_);
    if (bind_address(*tile_, address).step()) {
      tile.state = TileState::present;
      tile.bytes = tile_->text(0);
    }
    tile_->reset();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) throw;
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
  return zooms_of(database_);
}

std::optional<TileRange> MbtilesSource::extent(int zoom) const {
  const std::lock_guard lock(mutex_);
  return extent_of(database_, zoom, skipped_[zoom]);
}

std::optional<TileAddress> MbtilesSource::example(int zoom, const TileRange& range) const {
  const std::lock_guard lock(mutex_);
  return any_tile(database_, zoom, range);
}

void MbtilesSource::report(TileReport& report) const {
  TileSource::report(report);
  const std::lock_guard lock(mutex_);
  std::int64_t skipped = without_zoom_;
  for (const auto& [zoom, rows] : skipped_) skipped += rows;
  if (skipped > 0)
    report.notes.push_back(
        fmt::format("{} row{} skipped: in its table \"tiles\" zoom, column or row is not a whole number, or "
                    "outside the world",
                    skipped, skipped == 1 ? " is" : "s are"));
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
