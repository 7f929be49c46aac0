// The state of a job: its description, its inputs and the result of each tile. A killed run loses nothing
// but the tiles that were in flight.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sqlite/database.hpp"
#include "terramask/region.hpp"

namespace terramask::region {

using TileKey = std::pair<std::int64_t, std::int64_t>;  ///< row, column

struct JournalTile {
  RegionTile tile;
  std::string inputs;       ///< digest of all that its pixels are made of
  std::uint64_t bytes = 0;  ///< of the mask
};

struct JournalSource {
  std::string path, date, grid, fingerprint, fault;
  std::string acquired;  ///< when it was taken, of utc_time; empty: nothing tells. `date` may be the file's
};

/// One SQLite file, written by one process at a time: on a file system of its own machine, or, of one shard,
/// on a shared one (nobody else opens it). Several threads may use it. Every change is on disk when the call
/// returns, unless it says otherwise.
class Journal {
 public:
  /// @param create makes it where it is not there
  /// @throws Error format for the journal of another version
  Journal(const std::string& path, bool create);

  /// Empty where it was never set.
  std::string meta(const std::string& key);
  void set_meta(const std::string& key, const std::string& value);

  std::vector<JournalSource> sources();
  void set_sources(const std::vector<JournalSource>& sources);

  std::map<TileKey, JournalTile> tiles();
  /// Makes the tiles known, all at once; what the journal knows of others goes.
  void set_tiles(const std::vector<JournalTile>& tiles);

  /// Outlasts the process, but is on disk only with the next change: after a power cut these tiles may count
  /// as never begun, which costs nothing, for they would be done again in any case.
  void began(std::span<const TileKey> keys);
  /// A tile is done, and others are begun with it: both or neither.
  void done(const JournalTile& tile, std::span<const TileKey> begun = {});
  void failed(const TileKey& key, const std::string& cause);
  /// Not begun after all, given up because the run was stopped, or, with a cause, to be done again.
  void released(const TileKey& key, const std::string& cause = {});
  /// Begun, but nobody was given them: as if they had never been begun.
  void returned(std::span<const TileKey> keys);

 private:
  void put(sqlite::Statement& statement, const JournalTile& tile);
  void count_begun(std::span<const TileKey> keys);

  std::mutex mutex_;
  sqlite::Database database_;
};

}  // namespace terramask::region
