#include "tiles/cache_uses.hpp"

#include <array>
#include <chrono>
#include <vector>

#include "terramask/error.hpp"
#include "tiles/mbtiles_tables.hpp"

namespace terramask::tiles {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr int kDroppedAtOnce = 64;

}  // namespace

CacheUses::CacheUses(sqlite::Database& database, std::optional<std::uint64_t> limit)
    : database_(database),
      limit_(limit),
      use_(database.prepare(
          "UPDATE terramask_fetches SET used = ? WHERE zoom_level = ? AND tile_column = ? AND "
          "tile_row = ?")),
      // Not the file's size: space of evicted tiles is reused, and leaves the file only by a vacuum.
      size_(database.prepare("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
                             "pragma_freelist_count, pragma_page_size")),
      oldest_(database.prepare(
          std::string("SELECT zoom_level, tile_column, tile_row FROM terramask_fetches WHERE ") + kIsTile +
          " ORDER BY used LIMIT ?")),
      drop_tile_(
          database.prepare("DELETE FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?")),
      drop_fetch_(database.prepare(
          "DELETE FROM terramask_fetches WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?")) {}

std::int64_t CacheUses::now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void CacheUses::note(const TileAddress& address, std::int64_t before) {
  const std::int64_t used = now();
  if (used - before < kMinute) return;
  try {
    bind_address(use_.bind(0, used), address, 1).run();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): it counts as unused; the reader still has it
  }
}

std::uint64_t CacheUses::bytes_in_use() {
  const std::uint64_t bytes = size_.step() ? static_cast<std::uint64_t>(size_.integer(0)) : 0;
  size_.reset();
  return bytes;
}

void CacheUses::make_room(std::uint64_t bytes) {
  if (!limit_ || bytes_in_use() + bytes <= *limit_) return;
  // Leaves a sixteenth to spare, so that not every new tile causes an eviction.
  const std::uint64_t taken = bytes + *limit_ / 16, most = *limit_ > taken ? *limit_ - taken : 0;
  while (bytes_in_use() > most)
    if (!drop_some(most)) break;
  database_.run("PRAGMA incremental_vacuum");
}

// Returns whether anything was evicted. Uses one transaction, so that other processes are not kept waiting.
bool CacheUses::drop_some(std::uint64_t most) {
  sqlite::Transaction transaction(database_);
  std::vector<std::array<std::int64_t, 3>> oldest;
  oldest_.bind(0, std::int64_t{kDroppedAtOnce});
  while (oldest_.step()) oldest.push_back({oldest_.integer(0), oldest_.integer(1), oldest_.integer(2)});
  oldest_.reset();
  int dropped = 0;
  for (const auto& [zoom, column, row] : oldest) {
    if (bytes_in_use() <= most) break;
    for (sqlite::Statement* drop : {&drop_tile_, &drop_fetch_}) {
      drop->bind(0, zoom).bind(1, column).bind(2, row).run();
      dropped += database_.changes();
    }
  }
  transaction.commit();
  return dropped > 0;
}

}  // namespace terramask::tiles
