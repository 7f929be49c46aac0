// When a cache's tiles were last used, and which go where it has grown too large.
#pragma once

#include <cstdint>
#include <optional>

#include "sqlite/database.hpp"
#include "tiles/address.hpp"

namespace terramask::tiles {

/// Works on the table `terramask_fetches`, whose tiles alone are dropped: what others put into the file
/// stays. All is in the file, so several processes count and drop together. Not for several threads at once.
class CacheUses {
 public:
  /// @param limit  bytes that the file may take; empty: any
  CacheUses(sqlite::Database& database, std::optional<std::uint64_t> limit);

  /// Milliseconds since 1970.
  static std::int64_t now();
  /// A tile was read that was last used at `before`, if that is known. Kept to the minute, and where it can
  /// be.
  void note(const TileAddress& address, std::int64_t before);
  /// Drops what was not used for longest until there is room for so many bytes more. Throws io.
  void make_room(std::uint64_t bytes);

 private:
  std::uint64_t bytes_in_use();
  bool drop_some(std::uint64_t most);

  sqlite::Database& database_;
  std::optional<std::uint64_t> limit_;
  sqlite::Statement use_, size_, oldest_, drop_tile_, drop_fetch_;
};

}  // namespace terramask::tiles
