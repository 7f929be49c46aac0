// The output folder of a job: where its journals and locks stand, and what a killed run left in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "region/journal.hpp"
#include "region/lock.hpp"
#include "terramask/region.hpp"

namespace terramask::region {

/// Makes the folder and takes its locks: alone, or, for a shard, beside the other shards.
class JobFolder {
 public:
  explicit JobFolder(const RegionRun& run);

  const std::string& path() const { return path_; }
  /// The journal of this run: journal.sqlite, or shards/00002-of-00016.sqlite.
  std::string journal() const;
  bool has_journal() const;
  /// Removes the journal and the outputs it knows of.
  void clear();

 private:
  std::string path_;
  int shard_, shards_;
  std::vector<std::unique_ptr<FolderLock>> locks_;
};

std::string shard_journal(const std::string& folder, int shard, int shards);

/// Removes a tile's files.
void remove_tile(const std::string& folder, const RegionTile& tile);
/// Removes what writers that were killed left of these tiles. Nobody may be at work on them.
void remove_leftovers(const std::string& folder, const std::vector<JournalTile>& tiles);

/// Whether the mask (and, where wanted, the probabilities) of a tile that is done stand as they were written.
bool stands(const std::string& folder, const JournalTile& tile, bool probabilities);

}  // namespace terramask::region
