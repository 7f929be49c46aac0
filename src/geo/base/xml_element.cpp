#include "geo/base/xml_element.hpp"

#include <cpl_conv.h>
#include <cpl_string.h>

#include <nlohmann/json.hpp>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {
namespace {

std::string valid_utf8(const std::string& text) {
  if (CPLIsUTF8(text.c_str(), static_cast<int>(text.size())) != 0) return text;
  using nlohmann::json;
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

std::string serialized(const CPLXMLNode* tree) {
  const std::unique_ptr<char, decltype(&VSIFree)> text(CPLSerializeXMLTree(tree), VSIFree);
  return text == nullptr ? std::string() : text.get();
}

}  // namespace

CPLXMLNode* XmlElement::add(CPLXMLNodeType type, const char* value) {
  CPLXMLNode* made = CPLCreateXMLNode(nullptr, type, value);
  (last_ == nullptr ? node_->psChild : last_->psNext) = made;
  return last_ = made;
}

XmlElement& XmlElement::set(const char* name, const std::string& value) {
  CPLCreateXMLNode(add(CXT_Attribute, name), CXT_Text, valid_utf8(value).c_str());
  return *this;
}

XmlElement XmlElement::child(const char* name) {
  return XmlElement(add(CXT_Element, name));
}

void XmlElement::text(const std::string& value) {
  add(CXT_Text, valid_utf8(value).c_str());
}

XmlTree::XmlTree(const char* name)
    : tree_(CPLCreateXMLNode(nullptr, CXT_Element, name), CPLDestroyXMLNode), root_(tree_.get()) {}

std::string XmlTree::text() const {
  return serialized(tree_.get());
}

std::string child_text(const std::string& document, const char* parent, const char* child) {
  const GdalErrors silence;  // text that is not XML has no elements
  const std::unique_ptr<CPLXMLNode, decltype(&CPLDestroyXMLNode)> tree(CPLParseXMLString(document.c_str()),
                                                                       CPLDestroyXMLNode);
  if (tree == nullptr) return {};
  CPLXMLNode* holder = CPLGetXMLNode(tree.get(), (std::string("=") + parent).c_str());
  CPLXMLNode* found = holder == nullptr ? nullptr : CPLGetXMLNode(holder, child);
  if (found == nullptr || CPLRemoveXMLChild(holder, found) == 0) return {};
  const std::unique_ptr<CPLXMLNode, decltype(&CPLDestroyXMLNode)> alone(found, CPLDestroyXMLNode);
  return serialized(alone.get());
}

}  // namespace terramask::geo
