#include "labels/vector/osm_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <osmium/builder/osm_object_builder.hpp>
#include <osmium/io/bzip2_compression.hpp>
#include <osmium/io/gzip_compression.hpp>
#include <osmium/io/o5m_input.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/io/xml_input.hpp>
#include <osmium/thread/pool.hpp>
#include <system_error>
#include <thread>

#include "core/team.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {

void OsmPresent::add(const osmium::OSMObject& object) {
  if (last_ != nullptr) {
    const bool newer =
        last_->type() == object.type() && last_->id() == object.id() && object.version() > last_->version();
    if (newer)
      ++left_out_.replaced;
    else
      pass(*last_);
  }
  last_ = &object;
  is_held_ = false;
}

void OsmPresent::hold() {
  if (last_ == nullptr || is_held_) return;
  held_.clear();
  held_.add_item(*last_);
  held_.commit();
  last_ = &held_.get<osmium::OSMObject>(0);
  is_held_ = true;
}

void OsmPresent::finish() {
  if (last_ != nullptr) pass(*last_);
  last_ = nullptr;
}

void OsmPresent::pass(const osmium::OSMObject& object) {
  if (!object.visible() || is_deleted(object.type(), object.id())) {
    ++left_out_.deleted;
    if (object.type() != osmium::item_type::way || object.id() <= last_invisible_) return;
    last_invisible_ = object.id();
    invisible_ways_.add(static_cast<std::uint64_t>(last_invisible_));
  } else if (object.type() == osmium::item_type::node &&
             !static_cast<const osmium::Node&>(object).location().valid()) {
    ++left_out_.placeless;
  } else if (object.type() == osmium::item_type::relation) {
    take_(without_deleted(static_cast<const osmium::Relation&>(object)));
  } else {
    take_(object);
  }
}

bool OsmPresent::is_deleted(osmium::item_type type, std::int64_t id) const {
  if (deletions_.ids[static_cast<std::size_t>(osmium::item_type_to_nwr_index(type))].contains(id))
    return true;
  return type == osmium::item_type::way && id > 0 && invisible_ways_.contains(static_cast<std::uint64_t>(id));
}

const osmium::OSMObject& OsmPresent::without_deleted(const osmium::Relation& relation) {
  const auto deleted = [this](const osmium::RelationMember& member) {
    return is_deleted(member.type(), member.ref());
  };
  const osmium::RelationMemberList& all = relation.members();
  if (std::none_of(all.begin(), all.end(), deleted)) return relation;
  osmium::memory::Buffer& buffer =
      changed_.emplace_back(relation.byte_size(), osmium::memory::Buffer::auto_grow::yes);
  {
    osmium::builder::RelationBuilder changed(buffer);
    changed.set_id(relation.id()).set_version(relation.version());
    changed.add_item(relation.tags());
    osmium::builder::RelationMemberListBuilder members(changed);
    for (const osmium::RelationMember& member : all)
      if (!deleted(member)) members.add_member(member.type(), member.ref(), member.role());
  }
  buffer.commit();
  return buffer.get<osmium::OSMObject>(0);
}

namespace {

constexpr std::size_t kReaderThreads = 2;  // one reads bytes, one makes objects of them

}  // namespace

void require_osm_threads(std::size_t own) {
  // All readers and writers share the pool, which begins with the first of them.
  static const bool pool_runs = [] {
    const int threads = osmium::thread::detail::get_pool_size(0, osmium::config::get_pool_threads(),
                                                              std::thread::hardware_concurrency());
    require_threads(static_cast<std::size_t>(threads), {});
    return osmium::thread::Pool::default_instance().num_threads() == threads;
  }();
  (void)pool_runs;
  require_threads(own, {});
}

OsmReader::OsmReader(const OsmFile& file) : file_(file) {
  using osmium::io::read_meta;
  require_osm_threads(kReaderThreads);
  const osmium::io::File opened(file.path, file.format);
  // Who changed what and when takes time to decode and is not needed, but for what says that it is deleted.
  const bool pbf = file.format == "pbf";
  reader_ = std::make_unique<osmium::io::Reader>(opened, pbf ? read_meta::no : read_meta::yes);
  header_ = reader_->header();
  if (!pbf || !history()) return;
  reader_->close();
  require_osm_threads(kReaderThreads);
  reader_ = std::make_unique<osmium::io::Reader>(opened, read_meta::yes);
  header_ = reader_->header();
}

void OsmReader::read(const std::string& phase, const std::function<bool(const osmium::memory::Buffer&)>& take,
                     const ProgressSink& progress, const StopFlag* stop) {
  const std::string text = phase + " " + std::filesystem::path(file_.name).filename().string();
  while (const osmium::memory::Buffer buffer = reader_->read()) {
    if (stop != nullptr) stop->check();
    if (progress) progress({text, "bytes", reader_->offset(), reader_->file_size()});
    if (!take(buffer)) break;
  }
  reader_->close();
}

void with_osm_errors(const OsmFile& file, const std::function<void()>& work) {
  try {
    work();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    const auto* system = dynamic_cast<const std::system_error*>(&error);
    if (system != nullptr && system->code() == std::errc::resource_unavailable_try_again) throw NoThread({});
    throw Error(ErrorCode::format, fmt::format("{}: damaged or cut short: {}", file.name, error.what()),
                "download or copy it again; `osmium fileinfo -e` checks it whole");
  }
}

}  // namespace terramask::labels
