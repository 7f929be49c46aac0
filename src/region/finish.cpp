// Shards joined: their journals become one, and what ties the tiles together is written.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "region/folder.hpp"
#include "region/plan.hpp"
#include "region/products.hpp"
#include "region/totals.hpp"

namespace terramask {

using namespace region;  // NOLINT(google-build-using-namespace): the room's own parts
namespace fs = std::filesystem;

namespace {

struct Shards {
  int count = 0;
  std::vector<int> numbers;
};

/// By the names of their journals: all of one count.
Shards find_shards(const std::string& folder) {
  Shards shards;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(folder) / "shards", failed)) {
    const std::string name = entry.path().filename().string();
    int number = 0, count = 0;
    if (std::sscanf(name.c_str(), "%5d-of-%5d.sqlite", &number, &count) != 2 || !name.ends_with(".sqlite"))
      continue;
    if (shards.count != 0 && shards.count != count)
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: holds shards of {} and of {}", folder, shards.count, count),
                  "remove the journals (shards/*.sqlite) of those that are not meant");
    shards.count = count;
    shards.numbers.push_back(number);
  }
  std::sort(shards.numbers.begin(), shards.numbers.end());
  return shards;
}

struct Joined {
  std::map<TileKey, JournalTile> tiles;
  std::vector<JournalSource> sources;
  std::size_t expected = 0;
  std::string wanted;  ///< of wanted_text
  std::string files;   ///< Inputs::joined
};

void add_shard(const std::string& path, const JobFile& file, Joined& joined) {
  Journal journal(path, false);
  if (Json::parse(journal.meta("job"), nullptr, false) != file.description)
    throw Error(ErrorCode::mismatch, path + ": belongs to another job than the job.json beside it",
                "run that shard again with `restart`");
  const auto expected = static_cast<std::size_t>(std::strtoull(journal.meta("tiles").c_str(), nullptr, 10));
  const std::vector<JournalSource> sources = journal.sources();
  const auto same = [](const JournalSource& a, const JournalSource& b) {
    return a.path == b.path && a.fingerprint == b.fingerprint;
  };
  if (joined.expected != 0 &&
      (joined.expected != expected || joined.files != journal.meta("joined") ||
       !std::equal(sources.begin(), sources.end(), joined.sources.begin(), joined.sources.end(), same)))
    throw Error(ErrorCode::mismatch, path + ": the sources changed between this shard and the others",
                "run every shard again with `resume`");
  joined.expected = expected;
  joined.wanted = journal.meta("wanted");
  joined.files = journal.meta("joined");
  joined.sources = sources;
  for (auto& [key, one] : journal.tiles()) joined.tiles.emplace(key, std::move(one));
}

}  // namespace

RegionSummary finish_region(const std::string& folder, const ProgressSink& progress, const StopFlag* stop) {
  if (!fs::is_directory(folder))
    throw Error(ErrorCode::not_found, folder + ": no such folder", "name the output folder of a job");
  const FolderLock lock(folder, ".lock", FolderLock::Kind::alone);
  const auto file = JobFile::read(folder);
  if (!file) throw Error(ErrorCode::not_found, folder + ": holds no job", "name the output folder of a job");
  check_closed(folder);
  const Shards shards = find_shards(folder);
  const std::string path = (fs::path(folder) / "journal.sqlite").string();
  Joined joined;
  if (shards.count == 0) {
    Journal journal(path, false);
    joined = {journal.tiles(), journal.sources(), 0, journal.meta("wanted"), journal.meta("joined")};
    joined.expected = joined.tiles.size();
  }
  for (const int number : shards.numbers) {
    if (stop != nullptr) stop->check();
    add_shard(shard_journal(folder, number, shards.count), *file, joined);
    if (progress)
      progress({.phase = "joining shards",
                .unit = "shards",
                .done = static_cast<std::uint64_t>(number),
                .total = static_cast<std::uint64_t>(shards.count)});
  }
  check_wanted(joined.wanted, *file, folder, stop);
  RegionSummary summary;
  for (int number = 1, i = 0; number <= shards.count; ++number) {
    const bool there = static_cast<std::size_t>(i) < shards.numbers.size() &&
                       shards.numbers[static_cast<std::size_t>(i)] == number;
    if (there)
      ++i;
    else
      summary.faults.push_back(fmt::format("shard {}/{} has not run", number, shards.count));
  }
  if (shards.count > 0) {
    Journal journal(path, true);
    std::vector<JournalTile> all;
    for (const auto& [key, one] : joined.tiles) all.push_back(one);
    journal.set_sources(joined.sources);
    journal.set_meta("job", file->description.dump());
    journal.set_meta("joined", joined.files);
    journal.set_meta("tiles", std::to_string(joined.expected));
    journal.set_meta("wanted", joined.wanted);
    journal.set_tiles(all);
  }
  summary.tiles = joined.expected;
  std::vector<RegionTile> standing;
  for (const auto& [key, one] : joined.tiles) {
    if (one.tile.status == TileStatus::done &&
        !stands(folder, one, file->description["products"]["probabilities"] == true)) {
      summary.faults.push_back(mask_path(one.tile) + ": is done, but not there any more as it was written");
      continue;
    }
    if (one.tile.status == TileStatus::done) standing.push_back(one.tile);
    if (one.tile.status == TileStatus::failed) summary.failed.push_back(one.tile);
  }
  summary.kept = standing.size();
  summary.region = totals_of(file->classes, standing);
  for (const JournalSource& one : joined.sources)
    if (!one.fault.empty()) summary.faults.push_back(one.fault);
  remove_wanted(folder);
  write_products({folder, *file, joined.tiles, joined.sources, joined.wanted}, summary.complete(), progress,
                 stop)
      .add_to(summary);
  return summary;
}

}  // namespace terramask
