#include "labels/vector/osm_input.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "core/counted.hpp"
#include "geo/base/disk_space.hpp"
#include "labels/vector/osm_copy.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {

OsmInput::OsmInput(OsmFile file, std::string scratch, std::uint64_t memory)
    : file_(std::move(file)), scratch_(std::move(scratch)), readable_(file_.path), memory_(memory) {
  std::error_code failed;
  bytes_ = std::filesystem::file_size(file_.path, failed);
  if (failed || file_.format.empty())
    throw Error(ErrorCode::unsupported, file_.path + ": is not a plain file, which OpenStreetMap's must be",
                "unpack or copy it first");
  std::filesystem::create_directories(scratch_, failed);
}

std::string OsmInput::empty_file() const {
  const std::string path = scratch_ + "/empty.osm";
  std::ofstream file(path, std::ios::binary);
  file << "<osm version=\"0.6\"></osm>\n";
  file.close();
  if (!file) throw Error(ErrorCode::io, path + ": cannot be written", "name another folder with `scratch`");
  return path;
}

std::vector<std::string> OsmInput::open_options(const std::vector<std::string>& tags) const {
  return geo::osm_open_options(scratch_, tags, memory_);
}

std::uint64_t OsmInput::scratch_bytes() const {
  // A copy is a .pbf, which no other format is smaller than.
  const std::uint64_t copy = file_.plain() ? 0 : bytes_;
  return copy + geo::osm_scratch_bytes(file_.format != "osm", bytes_, memory_);
}

void OsmInput::check_room(std::uint64_t needed) const {
  const std::uint64_t free = geo::free_bytes(scratch_);
  if (needed > free)
    throw Error(
        ErrorCode::io,
        fmt::format(
            "{}: reading it may put {} into {}, where {} are free", file_.path, geo::bytes_text(needed),
            std::filesystem::path(scratch_).parent_path().parent_path().string(), geo::bytes_text(free)),
        "name a roomier folder with `scratch`, allow more memory with `memory`, or cut the file to the "
        "image with `osmium extract`");
}

void OsmInput::check(const ProgressSink& progress, const StopFlag* stop) {
  check_room(scratch_bytes());
  const std::string copy = scratch_ + "/copy.osm.pbf";
  with_osm_errors(file_, [&] {
    const OsmDeletions deletions = find_deletions(file_, stop);
    facts_ = check_osm(file_, deletions, memory_, progress, stop);
    if (facts_.unsent_ids) {
      const auto bounds = facts_.bounds;
      const OsmLeftOut left_out = sort_osm(file_, deletions, copy, memory_, progress, stop);
      facts_ = check_osm({copy, "pbf", file_.path}, {}, memory_, progress, stop);
      facts_.left_out = left_out;
      facts_.bounds = bounds;
    } else if (!file_.plain() || facts_.history || facts_.left_out.any()) {
      check_room(scratch_bytes() + (file_.plain() ? bytes_ : 0));
      (void)copy_osm(file_, deletions, copy, progress, stop);
    } else {
      return;
    }
    readable_ = copy;
  });
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
  const OsmLeftOut& left_out = facts_.left_out;
  if (left_out.deleted > 0)
    all.push_back(fmt::format("{}: {} left out: deleted (action='delete' or visible='false')", file_.path,
                              counted(left_out.deleted, "object")));
  if (left_out.replaced > 0)
    all.push_back(fmt::format("{}: {} left out: newer versions are in the file", file_.path,
                              counted(left_out.replaced, "older version")));
  if (left_out.placeless > 0)
    all.push_back(
        fmt::format("{}: {} left out: without coordinates", file_.path, counted(left_out.placeless, "node")));
  if (cut_features_ > 0)
    all.push_back(
        fmt::format("{}: {} painted way{} lack{} nodes, cut off at the extract's border: lines are painted "
                    "as far as they go, areas "
                    "are ignored; `osmium extract -s smart` keeps ways whole",
                    file_.path, cut_features_, cut_features_ == 1 ? "" : "s", cut_features_ == 1 ? "s" : ""));
  if (facts_.incomplete_relations > 0)
    all.push_back(
        fmt::format("{}: {} multipolygon{} lack{} members, cut off at the extract's border: they may be "
                    "missing, wholly or in part; `osmium extract -s smart` keeps them whole",
                    file_.path, facts_.incomplete_relations, facts_.incomplete_relations == 1 ? "" : "s",
                    facts_.incomplete_relations == 1 ? "s" : ""));
  if (!facts_.completeness_checked)
    all.push_back(file_.path +
                  ": too large for `memory` to see whether nodes are missing; cut it with `osmium extract`");
  return all;
}

}  // namespace terramask::labels
