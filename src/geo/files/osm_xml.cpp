#include "geo/files/osm_xml.hpp"

#include <expat.h>

#include <algorithm>
#include <memory>
#include <new>
#include <string>

namespace terramask::geo {
namespace {

struct OsmVisit {
  XML_Parser parser = nullptr;
  const std::function<bool(const OsmElement&)>* visit = nullptr;
};

void XMLCALL visit_osm_element(void* to, const XML_Char* element, const XML_Char** attributes) {
  const auto& own = *static_cast<OsmVisit*>(to);
  OsmElement one{.name = element, .id = {}, .action = {}, .visible = {}};
  for (; *attributes != nullptr; attributes += 2) {
    const std::string_view key(attributes[0]);
    if (key == "id") one.id = attributes[1];
    if (key == "action") one.action = attributes[1];
    if (key == "visible") one.visible = attributes[1];
  }
  if (!(*own.visit)(one)) XML_StopParser(own.parser, XML_FALSE);
}

}  // namespace

bool mentions(const OsmParts& parts, std::span<const std::string_view> words) {
  std::size_t longest = 1;
  for (const std::string_view word : words) longest = std::max(longest, word.size());
  bool found = false;
  std::string text;
  parts([&](std::string_view part) {
    text.erase(0, text.size() - std::min(text.size(), longest - 1));
    text += part;
    found = std::ranges::any_of(words,
                                [&](std::string_view word) { return text.find(word) != std::string::npos; });
    return !found;
  });
  return found;
}

void visit_osm_elements(const OsmParts& parts, const std::function<bool(const OsmElement&)>& visit) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr),
                                                                            &XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  OsmVisit own{parser.get(), &visit};
  XML_SetUserData(parser.get(), &own);
  XML_SetStartElementHandler(parser.get(), visit_osm_element);
  parts([&](std::string_view part) {
    return XML_Parse(parser.get(), part.data(), static_cast<int>(part.size()), 0) == XML_STATUS_OK;
  });
}

}  // namespace terramask::geo
