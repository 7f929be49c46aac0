// When a cache's tiles were last used, and eviction when it grows too large.
#pragma once

#include <cstdint>
#include <optional>

#include "sqlite/database.hpp"
#include "tiles/address.hpp"

namespace terramask::tiles {

/// Uses the table `terramask_fetches` and evicts its tiles only: other contents of the file are kept. All
/// state is in the file, so several processes can share it. Not thread-safe.
class CacheUses {
 public:
  /// @param limit  maximum size of the file in bytes; empty: no limit
  CacheUses(sqlite::Database& database, std::optional<std::uint64_t> limit);

  /// Milliseconds since 1970.
  static std::int64_t now();
  /// Records that a tile was read whose last use was `before`, if known. Recorded to the minute, where
  /// possible.
  void note(const TileAddress& address, std::int64_t before);
  /// Evicts the least recently used tiles until there is room for this many bytes. Throws io.
  void make_room(std::uint64_t bytes);

 private:
  std::uint64_t bytes_in_use();
  bool drop_some(std::uint64_t most);

  sqlite::Database& database_;
  std::optional<std::uint64_t> limit_;
  sqlite::Statement use_, size_, oldest_, drop_tile_, drop_fetch_;
};

}  // namespace terramask::tiles
