// The objects that an OSM file says are there.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <osmium/io/reader.hpp>
#include <osmium/osm.hpp>

#include "labels/vector/id_set.hpp"
#include "labels/vector/osm_deletions.hpp"

namespace terramask::labels {

/// Lets through the newest version of each object, unless that is deleted or, of a node, without a place.
/// Relations come without those of their members that are deleted: GDAL draws none that lacks a way. Versions
/// of one object must follow each other, and ways their ids.
class OsmPresent {
 public:
  using Take = std::function<void(const osmium::OSMObject&)>;

  OsmPresent(const OsmDeletions& deletions, Take take) : deletions_(deletions), take_(std::move(take)) {}

  /// @param object stays where it is until the next call; what is let through, as long as it or this does
  void add(const osmium::OSMObject& object);
  /// The last object is about to go: a copy of it is kept.
  void hold();
  /// After the last object.
  void finish();

  const osmium::OSMObject* last() const { return last_; }
  const OsmLeftOut& left_out() const { return left_out_; }

 private:
  void pass(const osmium::OSMObject& object);
  bool is_deleted(osmium::item_type type, std::int64_t id) const;
  const osmium::OSMObject& without_deleted(const osmium::Relation& relation);

  const OsmDeletions& deletions_;
  Take take_;
  IdSet invisible_ways_;
  std::int64_t last_invisible_ = 0;
  std::deque<osmium::memory::Buffer> changed_;  ///< relations that lack members
  const osmium::OSMObject* last_ = nullptr;
  osmium::memory::Buffer held_{1024, osmium::memory::Buffer::auto_grow::yes};
  bool is_held_ = false;
  OsmLeftOut left_out_;
};

class OsmReader {
 public:
  explicit OsmReader(const OsmFile& file);

  const osmium::io::Header& header() const { return header_; }
  /// Whether the file may hold several versions of an object.
  bool history() const { return header_.has_multiple_object_versions(); }
  /// Hands over every object of the file, buffer by buffer, until `take` returns false.
  void read(const std::string& phase, const std::function<bool(const osmium::memory::Buffer&)>& take,
            const ProgressSink& progress, const StopFlag* stop);

 private:
  const OsmFile& file_;
  std::unique_ptr<osmium::io::Reader> reader_;
  osmium::io::Header header_;
};

/// Throws NoThread where libosmium cannot start the threads of its pool and `own` more: left to itself it
/// would wait for them for ever.
void require_osm_threads(std::size_t own);

/// Runs work on a file; what libosmium throws becomes an Error that names it, unless the file is not to
/// blame.
void with_osm_errors(const OsmFile& file, const std::function<void()>& work);

}  // namespace terramask::labels
