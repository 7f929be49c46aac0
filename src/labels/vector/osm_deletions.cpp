#include "labels/vector/osm_deletions.hpp"

#include <expat.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

constexpr std::string_view kWord = "delete";

/// Whether the word is in the file at all: where it is not, nothing need be parsed.
bool has_word(const OsmFile& file, const StopFlag* stop) {
  bool found = false;
  std::string tail;
  read_bytes(file, [&](const std::string& part) {
    if (stop != nullptr) stop->check();
    tail += part.substr(0, kWord.size() - 1);
    found = tail.find(kWord) != std::string::npos || part.find(kWord) != std::string::npos;
    tail = part.substr(part.size() - std::min(part.size(), kWord.size() - 1));
    return !found;
  });
  return found;
}

void XMLCALL start_element(void* to, const XML_Char* element, const XML_Char** attributes) {
  const std::string_view name(element);
  const int type = name == "node" ? 0 : name == "way" ? 1 : name == "relation" ? 2 : -1;
  if (type < 0) return;
  std::string_view id, action;
  for (; *attributes != nullptr; attributes += 2) {
    const std::string_view key(attributes[0]);
    if (key == "id") id = attributes[1];
    if (key == "action") action = attributes[1];
  }
  std::int64_t value = 0;
  if (action == kWord && std::from_chars(id.data(), id.data() + id.size(), value).ec == std::errc())
    static_cast<OsmDeletions*>(to)->ids[static_cast<std::size_t>(type)].insert(value);
}

}  // namespace

OsmDeletions find_deletions(const OsmFile& file, const StopFlag* stop) {
  OsmDeletions found;
  if (!file.xml() || !has_word(file, stop)) return found;
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr),
                                                                            &XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  XML_SetUserData(parser.get(), &found);
  XML_SetStartElementHandler(parser.get(), start_element);
  // What is damaged is reported by the reading that follows, which names the place.
  read_bytes(file, [&](const std::string& part) {
    if (stop != nullptr) stop->check();
    return XML_Parse(parser.get(), part.data(), static_cast<int>(part.size()), 0) == XML_STATUS_OK;
  });
  return found;
}

}  // namespace terramask::labels
