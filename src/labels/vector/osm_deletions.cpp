#include "labels/vector/osm_deletions.hpp"

#include <array>
#include <charconv>
#include <string_view>

#include "geo/files/osm_xml.hpp"

namespace terramask::labels {
namespace {

constexpr std::array<std::string_view, 1> kDelete{"delete"};

}  // namespace

OsmDeletions find_deletions(const OsmFile& file, const StopFlag* stop) {
  OsmDeletions found;
  const geo::OsmParts parts = [&](const std::function<bool(std::string_view)>& take) {
    read_bytes(file, [&](const std::string& part) {
      if (stop != nullptr) stop->check();
      return take(part);
    });
  };
  if (!file.xml() || !geo::mentions(parts, kDelete)) return found;
  geo::visit_osm_elements(parts, [&](const geo::OsmElement& one) {
    const int type = one.name == "node" ? 0 : one.name == "way" ? 1 : one.name == "relation" ? 2 : -1;
    std::int64_t id = 0;
    if (type >= 0 && one.action == kDelete[0] &&
        std::from_chars(one.id.data(), one.id.data() + one.id.size(), id).ec == std::errc())
      found.ids[static_cast<std::size_t>(type)].insert(id);
    return true;
  });
  return found;
}

}  // namespace terramask::labels
