#include "labels/vector/osm_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "labels/vector/id_set.hpp"
#include "labels/vector/osm_reader.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

std::string sorted_name(const std::string& path) {
  std::string stem = std::filesystem::path(path).filename().string();
  stem = stem.substr(0, stem.find('.'));
  return stem + "-sorted.osm.pbf";
}

/// Throws where an object does not come after the last one, by type, then by id, then by version.
void check_order(const osmium::OSMObject* last, const osmium::OSMObject& object, const std::string& path) {
  if (last == nullptr) return;
  const bool same_type = object.type() == last->type();
  if (same_type ? object.id() > last->id() : object.type() > last->type()) return;
  const char* const last_name = osmium::item_type_to_name(last->type());
  if (same_type && object.id() == last->id()) {
    if (object.version() > last->version()) return;
    throw Error(ErrorCode::format,
                fmt::format("{}: holds {} {} twice, so that ways would be lost", path, last_name, last->id()),
                fmt::format("keep one version of each: `osmium merge {} -o {}`", path, sorted_name(path)));
  }
  throw Error(ErrorCode::format,
              fmt::format("{}: is not sorted ({} {} comes after {} {}), so that ways would be lost", path,
                          osmium::item_type_to_name(object.type()), object.id(), last_name, last->id()),
              fmt::format("sort it: `osmium sort {} -o {}`", path, sorted_name(path)));
}

class Checker {
 public:
  explicit Checker(std::uint64_t memory) : memory_(memory) {}

  void take(const osmium::OSMObject& object) {
    switch (object.type()) {
      case osmium::item_type::node:
        take_node(static_cast<const osmium::Node&>(object));
        break;
      case osmium::item_type::way:
        take_way(static_cast<const osmium::Way&>(object));
        break;
      case osmium::item_type::relation:
        take_relation(static_cast<const osmium::Relation&>(object));
        break;
      default:
        break;
    }
  }

  OsmFacts facts;

 private:
  void remember(IdSet& ids, std::int64_t id) {
    if (!facts.completeness_checked) return;
    ids.add(static_cast<std::uint64_t>(id));
    if (ids.size() % 65536 != 0 || nodes_.bytes() + ways_.bytes() <= memory_) return;
    facts.completeness_checked = false;
    facts.cut_ways.clear();
    nodes_ = {};
    ways_ = {};
  }

  void take_node(const osmium::Node& node) {
    ++facts.nodes;
    remember(nodes_, node.id());
    const osmium::Location place = node.location();
    if (!facts.box) facts.box = {place.lon(), place.lat(), place.lon(), place.lat()};
    auto& box = *facts.box;
    box = {std::min(box[0], place.lon()), std::min(box[1], place.lat()), std::max(box[2], place.lon()),
           std::max(box[3], place.lat())};
  }

  void take_way(const osmium::Way& way) {
    ++facts.ways;
    remember(ways_, way.id());
    if (!facts.completeness_checked) return;
    std::vector<std::uint32_t> gaps;
    std::uint32_t there = 0;
    bool missing = false, gap = false;
    for (const osmium::NodeRef& node : way.nodes()) {
      if (!nodes_.contains(static_cast<std::uint64_t>(std::max<std::int64_t>(node.ref(), 0)))) {
        missing = true;
        gap = there > 0;
        continue;
      }
      if (gap) gaps.push_back(there - 1);
      gap = false;
      ++there;
    }
    if (missing) facts.cut_ways.emplace(way.id(), std::move(gaps));
  }

  void take_relation(const osmium::Relation& relation) {
    ++facts.relations;
    if (!facts.completeness_checked) return;
    const char* type = relation.tags()["type"];
    if (type == nullptr || (std::string_view(type) != "multipolygon" && std::string_view(type) != "boundary"))
      return;
    for (const auto& member : relation.members())
      if (member.type() == osmium::item_type::way &&
          (!ways_.contains(static_cast<std::uint64_t>(std::max<std::int64_t>(member.ref(), 0))) ||
           facts.cut_ways.contains(member.ref()))) {
        ++facts.incomplete_relations;
        return;
      }
  }

  std::uint64_t memory_;
  IdSet nodes_, ways_;
};

void read_bounds(const osmium::io::Header& header, OsmFacts& facts) {
  const osmium::Box box = header.joined_boxes();
  if (box.valid())
    facts.bounds = {box.bottom_left().lon(), box.bottom_left().lat(), box.top_right().lon(),
                    box.top_right().lat()};
}

}  // namespace

OsmFacts check_osm(const OsmFile& file, const OsmDeletions& deletions, std::uint64_t memory,
                   const ProgressSink& progress, const StopFlag* stop) {
  Checker checker(memory);
  with_osm_errors(file, [&] {
    OsmReader reader(file);
    read_bounds(reader.header(), checker.facts);
    checker.facts.history = reader.history();
    OsmPresent present(deletions, [&checker](const osmium::OSMObject& object) { checker.take(object); });
    reader.read(
        "checking",
        [&](const osmium::memory::Buffer& buffer) {
          for (const auto& object : buffer.select<osmium::OSMObject>()) {
            checker.facts.unsent_ids = object.id() < 1;
            if (checker.facts.unsent_ids) return false;
            check_order(present.last(), object, file.name);
            present.add(object);
          }
          present.hold();
          return true;
        },
        progress, stop);
    if (checker.facts.unsent_ids) return;
    present.finish();
    checker.facts.left_out = present.left_out();
  });
  return std::move(checker.facts);
}

}  // namespace terramask::labels
