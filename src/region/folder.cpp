#include "region/folder.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <regex>

#include "core/output_place.hpp"
#include "geo/base/database_file.hpp"
#include "region/plan.hpp"
#include "terramask/output.hpp"

namespace terramask::region {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLockName = ".lock";

void make_folder(const std::string& path) {
  check_working_folder(path);
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed || !fs::is_directory(path))
    throw Error(ErrorCode::io, fmt::format("{}: the folder cannot be made: {}", path, failed.message()),
                "choose another");
}

std::string inside(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

/// Masks, probabilities, sidecars and STAC items, by their names: what else stands there is none of ours.
std::vector<fs::path> tile_files(const std::string& folder) {
  static const std::regex name(R"(r\d{5,}_c\d{5,}(_probabilities)?\.(tif|tif\.aux\.xml|qml|json))");
  std::vector<fs::path> files;
  std::error_code failed;
  for (const fs::directory_entry& row : fs::directory_iterator(fs::path(folder) / "tiles", failed))
    for (const fs::directory_entry& file : fs::directory_iterator(row.path(), failed))
      if (std::regex_match(file.path().filename().string(), name)) files.push_back(file.path());
  return files;
}

/// Into how many shards a job was divided here, where that is another number; else 0.
int other_count(const std::string& folder, int shards) {
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(folder) / "shards", failed)) {
    int number = 0, count = 0;
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".sqlite") && std::sscanf(name.c_str(), "%5d-of-%5d", &number, &count) == 2 &&
        count != shards)
      return count;
  }
  return 0;
}

std::vector<fs::path> shard_files(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(folder) / "shards", failed))
    if (entry.path().extension() == ".sqlite") files.push_back(entry.path());
  return files;
}

}  // namespace

std::string shard_journal(const std::string& folder, int shard, int shards) {
  return inside(folder, fmt::format("shards/{:05}-of-{:05}.sqlite", shard, shards));
}

JobFolder::JobFolder(const RegionRun& run)
    : path_(run.output), begin_(run.begin), shard_(run.shard), shards_(run.shards) {
  if (path_.empty()) throw Error(ErrorCode::usage, "no output folder is named", "name one with `output`");
  if (shards_ < 1 || shard_ < 1 || shard_ > shards_)
    throw Error(ErrorCode::usage, fmt::format("`shard={}/{}`", shard_, shards_),
                "count shards from 1, as in `shard=3/16`");
  std::error_code unknown;
  made_ = !fs::exists(path_, unknown) && !unknown;
  make_folder(path_);
  using Kind = FolderLock::Kind;
  if (shards_ == 1) {
    locks_.push_back(std::make_unique<FolderLock>(path_, kLockName, Kind::alone));
    return;
  }
  make_folder(inside(path_, "shards"));
  locks_.push_back(std::make_unique<FolderLock>(path_, kLockName, Kind::shared));
  locks_.push_back(std::make_unique<FolderLock>(
      path_, fmt::format("shards/.{:05}-of-{:05}.lock", shard_, shards_), Kind::alone));
}

JobFolder::~JobFolder() {
  std::error_code failed;
  // Another shard may be about to begin in it.
  if (!made_ || shards_ > 1 || fs::exists(inside(path_, "job.json"), failed)) return;
  fs::remove(inside(path_, kLockName), failed);
  fs::remove(path_, failed);
}

std::string JobFolder::journal() const {
  return shards_ == 1 ? inside(path_, "journal.sqlite") : shard_journal(path_, shard_, shards_);
}

bool JobFolder::has_journal() const {
  std::error_code unknown;
  return fs::exists(journal(), unknown);
}

std::optional<JobFile> JobFolder::job() const {
  if (begin_ == RegionRun::Begin::restart) return std::nullopt;
  const bool fresh = begin_ == RegionRun::Begin::fresh;
  if (has_journal()) {
    if (fresh)
      throw Error(ErrorCode::exists, path_ + ": holds a job already",
                  "continue it (`resume`), start over (`restart`), or name another folder");
    auto file = JobFile::read(path_);
    if (!file)
      throw Error(ErrorCode::not_found, path_ + ": job.json is gone, which says what the journal is about",
                  "bring it back, or start over (`restart`)");
    return file;
  }
  if (const int others = other_count(path_, shards_); shards_ > 1 && others > 0)
    throw Error(ErrorCode::exists, fmt::format("{}: holds shards of {}, not of {}", path_, others, shards_),
                "go on with as many, or name another folder");
  if (shards_ > 1) return JobFile::read(path_);
  if (!shard_files(path_).empty())
    throw Error(ErrorCode::exists, path_ + ": holds a job in shards",
                "merge them (`finish`), start over (`restart`), or name another folder");
  if (!tile_files(path_).empty())
    throw Error(ErrorCode::exists, path_ + ": holds tiles, but no journal",
                "start over (`restart`), or name another folder");
  return std::nullopt;  // a run that was refused may have left a job.json: nothing came of it
}

JobFile JobFolder::make_job(const JobFile& wanted) const {
  bool replace = shards_ == 1;
  if (begin_ == RegionRun::Begin::restart && !replace) {
    // The first shard that starts over replaces another job's, the others find their own.
    try {
      const auto now = JobFile::read(path_);
      replace = now && now->description != wanted.description;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::format) throw;
      replace = true;
    }
  }
  return JobFile::make(path_, wanted, replace);
}

void JobFolder::clear() {
  // Journals that others have open would be mixed with the new ones.
  geo::check_closed(journal(), journal());
  if (shards_ == 1)
    for (const fs::path& shard : shard_files(path_)) geo::check_closed(shard.string(), shard.string());
  if (shards_ == 1) {
    std::error_code failed;
    for (const fs::path& file : tile_files(path_)) fs::remove(file, failed);
    fs::remove_all(inside(path_, "shards"), failed);
  } else if (has_journal()) {
    try {
      for (const auto& [key, one] : Journal(journal(), false).tiles()) remove_tile(path_, one.tile);
    } catch (const Error& error) {
      // A journal that is damaged names nothing: what stands is written over.
      if (error.code() != ErrorCode::format) throw;
    }
  }
  const geo::HeldDatabase held(journal(), journal());  // its own journals are gone then
  std::error_code failed;
  fs::remove(journal(), failed);
}

void remove_tile(const std::string& folder, const RegionTile& tile) {
  std::error_code failed;
  for (const std::string& path : {mask_path(tile), probabilities_path(tile)}) {
    for (const char* ending : {"", ".aux.xml"}) fs::remove(inside(folder, path) + ending, failed);
    fs::remove(fs::path(inside(folder, path)).replace_extension(".qml"), failed);
  }
  fs::remove(fs::path(inside(folder, mask_path(tile))).replace_extension(".json"), failed);
}

void remove_leftovers(const std::string& folder, const std::vector<JournalTile>& tiles) {
  std::vector<std::string> paths;
  for (const JournalTile& one : tiles) {
    paths.push_back(inside(folder, mask_path(one.tile)));
    paths.push_back(inside(folder, probabilities_path(one.tile)));
  }
  remove_unfinished(paths);
}

bool stands(const std::string& folder, const JournalTile& tile, bool probabilities) {
  std::error_code failed;
  const std::string mask = inside(folder, mask_path(tile.tile));
  if (fs::file_size(mask, failed) != tile.bytes || failed) return false;
  return !probabilities || fs::exists(inside(folder, probabilities_path(tile.tile)), failed);
}

}  // namespace terramask::region
