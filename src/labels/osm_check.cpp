#include "labels/osm_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <osmium/io/pbf_input.hpp>
#include <osmium/io/xml_input.hpp>
#include <osmium/osm.hpp>

#include "labels/id_set.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

/// The suffix says nothing of what is in a file.
std::string format_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char first = 0;
  while (file.get(first) && (static_cast<unsigned char>(first) >= 0x80 ||
                             std::isspace(static_cast<unsigned char>(first)) != 0)) {
  }
  if (!file)
    throw Error(ErrorCode::not_found, path + ": cannot be read as a file",
                "give a plain .osm or .osm.pbf file");
  return first == '<' ? "osm" : "pbf";
}

std::string sorted_name(const std::string& path) {
  std::string stem = std::filesystem::path(path).filename().string();
  stem = stem.substr(0, stem.find('.'));
  return stem + "-sorted.osm.pbf";
}

class Checker {
 public:
  Checker(const std::string& path, std::uint64_t memory) : path_(path), memory_(memory) {}

  void take(const osmium::memory::Buffer& buffer) {
    for (const auto& item : buffer.select<osmium::OSMObject>()) take(item);
  }

  OsmFacts facts;

 private:
  void take(const osmium::OSMObject& object) {
    check_order(object);
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

  void check_order(const osmium::OSMObject& object) {
    const char* const name = osmium::item_type_to_name(object.type());
    if (object.id() < 1)
      throw Error(ErrorCode::format,
                  fmt::format("{}: {} {} has an id below 1, which is not read", path_, name, object.id()),
                  fmt::format("give all new ids with `osmium renumber {} -o renumbered.osm.pbf`", path_));
    const bool later = object.type() != type_ ? object.type() > type_ : object.id() > id_;
    if (!later) {
      const bool twice = object.type() == type_ && object.id() == id_;
      throw Error(
          ErrorCode::format,
          twice ? fmt::format("{}: holds {} {} twice, so that ways would be lost", path_, name, id_)
                : fmt::format("{}: is not sorted ({} {} comes after {} {}), so that ways would be lost",
                              path_, name, object.id(), osmium::item_type_to_name(type_), id_),
          twice ? fmt::format("keep one version of each: `osmium merge {} -o {}`", path_, sorted_name(path_))
                : fmt::format("sort it: `osmium sort {} -o {}`", path_, sorted_name(path_)));
    }
    type_ = object.type();
    id_ = object.id();
  }

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
    if (!place.valid()) return;
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

  const std::string& path_;
  std::uint64_t memory_;
  osmium::item_type type_ = osmium::item_type::undefined;
  std::int64_t id_ = 0;
  IdSet nodes_, ways_;
};

void read_bounds(const osmium::io::Header& header, OsmFacts& facts) {
  const osmium::Box box = header.joined_boxes();
  if (box.valid())
    facts.bounds = {box.bottom_left().lon(), box.bottom_left().lat(), box.top_right().lon(),
                    box.top_right().lat()};
}

}  // namespace

OsmFacts check_osm(const std::string& path, std::uint64_t memory, const ProgressSink& progress,
                   const StopFlag* stop) {
  Checker checker(path, memory);
  try {
    osmium::io::Reader reader(osmium::io::File(path, format_of(path)), osmium::io::read_meta::no);
    const std::string phase = "checking " + std::filesystem::path(path).filename().string();
    read_bounds(reader.header(), checker.facts);
    while (const osmium::memory::Buffer buffer = reader.read()) {
      if (stop != nullptr) stop->check();
      if (progress) progress({phase, "bytes", reader.offset(), reader.file_size()});
      checker.take(buffer);
    }
    reader.close();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorCode::format, fmt::format("{}: damaged or cut short: {}", path, error.what()),
                "download or copy it again; `osmium fileinfo -e` checks it whole");
  }
  return std::move(checker.facts);
}

}  // namespace terramask::labels
