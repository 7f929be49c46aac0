#include "labels/osm_reader.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <osmium/io/bzip2_compression.hpp>
#include <osmium/io/gzip_compression.hpp>
#include <osmium/io/o5m_input.hpp>
#include <osmium/io/pbf_input.hpp>
#include <osmium/io/xml_input.hpp>

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
  const auto type = static_cast<std::size_t>(osmium::item_type_to_nwr_index(object.type()));
  if (!object.visible() || deletions_.ids[type].contains(object.id())) {
    ++left_out_.deleted;
  } else if (object.type() == osmium::item_type::node &&
             !static_cast<const osmium::Node&>(object).location().valid()) {
    ++left_out_.placeless;
  } else {
    take_(object);
  }
}

OsmReader::OsmReader(const OsmFile& file) : file_(file) {
  using osmium::io::read_meta;
  const osmium::io::File opened(file.path, file.format);
  // Who changed what and when takes time to decode and is not needed, but for what says that it is deleted.
  const bool pbf = file.format == "pbf";
  reader_ = std::make_unique<osmium::io::Reader>(opened, pbf ? read_meta::no : read_meta::yes);
  header_ = reader_->header();
  if (!pbf || !history()) return;
  reader_->close();
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
    throw Error(ErrorCode::format, fmt::format("{}: damaged or cut short: {}", file.name, error.what()),
                "download or copy it again; `osmium fileinfo -e` checks it whole");
  }
}

}  // namespace terramask::labels
