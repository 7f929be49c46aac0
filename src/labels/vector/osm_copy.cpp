#include "labels/vector/osm_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <osmium/io/pbf_output.hpp>
#include <osmium/io/writer.hpp>
#include <osmium/object_pointer_collection.hpp>
#include <osmium/osm/object_comparisons.hpp>
#include <osmium/visitor.hpp>

#include "geo/base/disk_space.hpp"
#include "labels/vector/osm_reader.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

class Copy {
 public:
  explicit Copy(const std::string& path) : path_(path) {
    osmium::io::Header header;
    header.set("generator", "terramask");
    header.set("sorting", "Type_then_ID");
    require_osm_threads(1);
    guard([&] {
      writer_ = std::make_unique<osmium::io::Writer>(osmium::io::File(path, "pbf,add_metadata=false"), header,
                                                     osmium::io::overwrite::allow);
    });
  }

  void write(const osmium::OSMObject& object) {
    guard([&] { (*writer_)(object); });
  }
  void finish() {
    guard([this] { writer_->close(); });
  }

 private:
  void guard(const std::function<void()>& work) {
    try {
      work();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      throw Error(ErrorCode::io, fmt::format("{}: cannot be written: {}", path_, error.what()),
                  "free some space, or name another folder with `scratch`");
    }
  }

  std::string path_;
  std::unique_ptr<osmium::io::Writer> writer_;
};

/// Ids above all others in place of those below 1, for objects of one type.
class NewIds {
 public:
  void see(std::int64_t id) {
    highest_ = std::max(highest_, id);
    if (id < 1) ids_.emplace(id, 0);
  }
  void give_out() {
    for (auto& [old, id] : ids_) id = ++highest_;
  }
  /// Of what is not in the file: an id that nothing has.
  std::int64_t operator[](std::int64_t id) const {
    if (id > 0) return id;
    const auto found = ids_.find(id);
    return found == ids_.end() ? highest_ + 1 : found->second;
  }

 private:
  std::int64_t highest_ = 0;
  std::map<std::int64_t, std::int64_t, std::greater<>> ids_;
};

std::size_t index_of(osmium::item_type type) {
  return static_cast<std::size_t>(osmium::item_type_to_nwr_index(type));
}

void renumber(osmium::OSMObject& object, const std::array<NewIds, 3>& ids) {
  object.set_id(ids[index_of(object.type())][object.id()]);
  if (object.type() == osmium::item_type::way)
    for (osmium::NodeRef& node : static_cast<osmium::Way&>(object).nodes()) node.set_ref(ids[0][node.ref()]);
  if (object.type() == osmium::item_type::relation)
    for (osmium::RelationMember& member : static_cast<osmium::Relation&>(object).members())
      member.set_ref(ids[index_of(member.type())][member.ref()]);
}

}  // namespace

OsmLeftOut copy_osm(const OsmFile& file, const OsmDeletions& deletions, const std::string& to,
                    const ProgressSink& progress, const StopFlag* stop) {
  OsmLeftOut left_out;
  with_osm_errors(file, [&] {
    OsmReader reader(file);
    Copy copy(to);
    OsmPresent present(deletions, [&copy](const osmium::OSMObject& object) { copy.write(object); });
    reader.read(
        "unpacking",
        [&](const osmium::memory::Buffer& buffer) {
          for (const auto& object : buffer.select<osmium::OSMObject>()) present.add(object);
          present.hold();
          return true;
        },
        progress, stop);
    present.finish();
    copy.finish();
    left_out = present.left_out();
  });
  return left_out;
}

OsmLeftOut sort_osm(const OsmFile& file, const OsmDeletions& deletions, const std::string& to,
                    std::uint64_t memory, const ProgressSink& progress, const StopFlag* stop) {
  OsmLeftOut left_out;
  with_osm_errors(file, [&] {
    osmium::memory::Buffer all(1 << 20, osmium::memory::Buffer::auto_grow::yes);
    OsmReader(file).read(
        "sorting",
        [&](const osmium::memory::Buffer& buffer) {
          for (const auto& object : buffer.select<osmium::OSMObject>()) all.add_item(object);
          all.commit();
          if (all.committed() > memory)
            throw Error(ErrorCode::unsupported,
                        fmt::format("{}: has ids below 1, and to sort it takes more than {} of memory",
                                    file.name, geo::bytes_text(memory)),
                        fmt::format("allow more with `memory`, or give new ids with `osmium sort {} -o "
                                    "sorted.osm.pbf && osmium renumber sorted.osm.pbf -o renumbered.osm.pbf`",
                                    file.name));
          return true;
        },
        progress, stop);
    osmium::ObjectPointerCollection objects;
    osmium::apply(all, objects);
    objects.sort(osmium::object_order_type_id_version_without_timestamp());
    std::array<NewIds, 3> ids;
    std::vector<osmium::OSMObject*> kept;
    OsmPresent present(deletions, [&](const osmium::OSMObject& object) {
      ids[index_of(object.type())].see(object.id());
      kept.push_back(const_cast<osmium::OSMObject*>(&object));
    });
    for (const osmium::OSMObject& object : objects) present.add(object);
    present.finish();
    left_out = present.left_out();
    for (NewIds& one : ids) one.give_out();
    for (osmium::OSMObject* object : kept) renumber(*object, ids);
    std::stable_sort(kept.begin(), kept.end(), [](const osmium::OSMObject* a, const osmium::OSMObject* b) {
      return a->type() != b->type() ? a->type() < b->type() : a->id() < b->id();
    });
    Copy copy(to);
    for (const osmium::OSMObject* object : kept) copy.write(*object);
    copy.finish();
  });
  return left_out;
}

}  // namespace terramask::labels
