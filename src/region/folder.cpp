#include "region/folder.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "region/plan.hpp"

namespace terramask::region {
namespace fs = std::filesystem;
namespace {

constexpr const char* lock_name = ".lock";

void make_folder(const std::string& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed || !fs::is_directory(path))
    throw Error(ErrorCode::io, fmt::format("{}: the folder cannot be made: {}", path, failed.message()),
                "choose another");
}

std::string inside(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

}  // namespace

std::string shard_journal(const std::string& folder, int shard, int shards) {
  return inside(folder, fmt::format("shards/{:05}-of-{:05}.sqlite", shard, shards));
}

JobFolder::JobFolder(const RegionRun& run) : path_(run.output), shard_(run.shard), shards_(run.shards) {
  if (path_.empty()) throw Error(ErrorCode::usage, "no output folder is named", "name one with -o");
  if (shards_ < 1 || shard_ < 1 || shard_ > shards_)
    throw Error(ErrorCode::usage, fmt::format("--shard {}/{}", shard_, shards_),
                "count shards from 1, as in --shard 3/16");
  make_folder(path_);
  using Kind = FolderLock::Kind;
  if (shards_ == 1) {
    locks_.push_back(std::make_unique<FolderLock>(path_, lock_name, Kind::alone));
    return;
  }
  make_folder(inside(path_, "shards"));
  locks_.push_back(std::make_unique<FolderLock>(path_, lock_name, Kind::shared));
  locks_.push_back(std::make_unique<FolderLock>(
      path_, fmt::format("shards/.{:05}-of-{:05}.lock", shard_, shards_), Kind::alone));
}

std::string JobFolder::journal() const {
  return shards_ == 1 ? inside(path_, "journal.sqlite") : shard_journal(path_, shard_, shards_);
}

bool JobFolder::has_journal() const {
  return fs::exists(journal());
}

void JobFolder::clear() {
  if (has_journal()) {
    try {
      for (const auto& [key, one] : Journal(journal(), false).tiles()) remove_tile(path_, one.tile);
    } catch (const Error& error) {
      // A journal that is damaged names nothing: what stands is written over.
      if (error.code() != ErrorCode::format) throw;
    }
  }
  std::error_code failed;
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) fs::remove(journal() + ending, failed);
  if (shards_ == 1) fs::remove_all(inside(path_, "shards"), failed);
}

void remove_tile(const std::string& folder, const RegionTile& tile) {
  std::error_code failed;
  for (const std::string& path : {mask_path(tile), probabilities_path(tile)})
    for (const char* ending : {"", ".aux.xml"}) fs::remove(inside(folder, path) + ending, failed);
  fs::remove(fs::path(inside(folder, mask_path(tile))).replace_extension(".json"), failed);
}

void remove_leftovers(const std::string& folder, const std::vector<JournalTile>& tiles) {
  std::vector<std::string> paths;
  for (const JournalTile& one : tiles) {
    paths.push_back(inside(folder, mask_path(one.tile)));
    paths.push_back(inside(folder, probabilities_path(one.tile)));
  }
  std::error_code failed;
  for (const std::string& hidden : unfinished_outputs(paths)) fs::remove_all(hidden, failed);
}

bool stands(const std::string& folder, const JournalTile& tile, bool probabilities) {
  std::error_code failed;
  const std::string mask = inside(folder, mask_path(tile.tile));
  if (fs::file_size(mask, failed) != tile.bytes || failed) return false;
  return !probabilities || fs::exists(inside(folder, probabilities_path(tile.tile)), failed);
}

}  // namespace terramask::region
