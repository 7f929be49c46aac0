// The output folder of a job, with its journals and locks, and the remains of killed runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "region/description.hpp"
#include "region/journal.hpp"
#include "region/lock.hpp"
#include "terramask/region.hpp"

namespace terramask::region {

/// Creates the folder and acquires its locks: exclusively, or, for a shard, together with other shards.
class JobFolder {
 public:
  explicit JobFolder(const RegionRun& run);
  /// Removes a folder that was created for a refused run.
  ~JobFolder();
  JobFolder(const JobFolder&) = delete;
  JobFolder& operator=(const JobFolder&) = delete;

  const std::string& path() const { return path_; }
  /// The journal of this run: journal.sqlite, or shards/00002-of-00016.sqlite.
  std::string journal() const;
  bool has_journal() const;
  /// The job to be gone on with; empty where one is to begin.
  /// @throws Error exists if the folder's contents do not allow this way to start
  std::optional<JobFile> job() const;
  /// Writes down which job the folder holds from now on. Of shards that begin at once the first one's stands:
  /// it is what is returned.
  JobFile make_job(const JobFile& wanted) const;
  /// The same job, asked for in other words: with more sources, say.
  void renew_job(const JobFile& job) const { JobFile::make(path_, job, true); }
  /// Removes this run's journal and the tiles it knows of; where the run is alone, all tiles and the shards'
  /// journals too.
  void clear();

 private:
  std::string path_;
  RegionRun::Begin begin_;
  int shard_, shards_;
  bool made_ = false;
  std::vector<std::unique_ptr<FolderLock>> locks_;
};

std::string shard_journal(const std::string& folder, int shard, int shards);

/// Removes a tile's files.
void remove_tile(const std::string& folder, const RegionTile& tile);
/// Removes what killed writers left of these tiles. No other process may be writing them.
void remove_leftovers(const std::string& folder, const std::vector<JournalTile>& tiles);

/// Whether the mask (and, where wanted, the probabilities) of a tile that is done stand as they were written.
bool stands(const std::string& folder, const JournalTile& tile, bool probabilities);

}  // namespace terramask::region
