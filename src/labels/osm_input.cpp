#include "labels/osm_input.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "geo/disk_space.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {

OsmInput::OsmInput(std::string path, std::string scratch, std::uint64_t memory)
    : path_(std::move(path)), scratch_(std::move(scratch)), memory_(memory) {
  std::error_code failed;
  bytes_ = std::filesystem::file_size(path_, failed);
  if (failed)
    throw Error(ErrorCode::unsupported, path_ + ": is not a plain file, which OpenStreetMap's must be",
                "unpack or copy it first");
}

std::vector<std::string> OsmInput::open_options(const std::vector<std::string>& tags) const {
  return geo::osm_open_options(scratch_, tags, memory_);
}

std::uint64_t OsmInput::scratch_bytes() const {
  return geo::osm_scratch_bytes(path_, bytes_, memory_);
}

void OsmInput::check(const ProgressSink& progress, const StopFlag* stop) {
  const std::uint64_t needed = scratch_bytes();
  const std::uint64_t free = geo::free_bytes(scratch_);
  if (needed > free)
    throw Error(
        ErrorCode::io,
        fmt::format("{}: reading it may put {} into {}, where {} are free", path_, geo::bytes_text(needed),
                    std::filesystem::path(scratch_).parent_path().string(), geo::bytes_text(free)),
        "name a roomier folder with --scratch, allow more memory with --max-memory, or cut the file to the "
        "image with `osmium extract`");
  facts_ = check_osm(path_, memory_, progress, stop);
}

const std::vector<std::uint32_t>* OsmInput::cut(const std::string& way_id) {
  std::int64_t id = 0;
  if (std::from_chars(way_id.data(), way_id.data() + way_id.size(), id).ec != std::errc()) return nullptr;
  const auto found = facts_.cut_ways.find(id);
  if (found == facts_.cut_ways.end()) return nullptr;
  ++cut_features_;
  return &found->second;
}

std::vector<std::string> OsmInput::warnings() const {
  std::vector<std::string> all;
  if (cut_features_ > 0)
    all.push_back(
        fmt::format("{}: {} painted way{} lack{} nodes, cut off at the extract's border: lines are painted "
                    "as far as they go, areas "
                    "are ignored; `osmium extract -s smart` keeps ways whole",
                    path_, cut_features_, cut_features_ == 1 ? "" : "s", cut_features_ == 1 ? "s" : ""));
  if (facts_.incomplete_relations > 0)
    all.push_back(
        fmt::format("{}: {} multipolygon{} lack{} members, cut off at the extract's border: they may be "
                    "missing, wholly or in part; `osmium extract -s smart` keeps them whole",
                    path_, facts_.incomplete_relations, facts_.incomplete_relations == 1 ? "" : "s",
                    facts_.incomplete_relations == 1 ? "s" : ""));
  if (!facts_.completeness_checked)
    all.push_back(
        path_ +
        ": too large for --max-memory to see whether nodes are missing; cut it with `osmium extract`");
  return all;
}

}  // namespace terramask::labels
