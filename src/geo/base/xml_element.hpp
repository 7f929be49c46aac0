// XML written through GDAL's minixml, which escapes text.
#pragma once

#include <cpl_minixml.h>

#include <memory>
#include <string>

namespace terramask::geo {

/// An element of a tree under construction, and its last child, so that adding takes constant time. Use one
/// object per element: a copy does not know what the other one added.
class XmlElement {
 public:
  XmlElement(XmlElement&&) = default;
  XmlElement(const XmlElement&) = delete;
  XmlElement& operator=(const XmlElement&) = delete;

  /// Adds an attribute. Control characters are dropped and invalid UTF-8 bytes are replaced.
  XmlElement& set(const char* name, const std::string& value);
  XmlElement child(const char* name);
  void text(const std::string& value);

 private:
  friend class XmlTree;
  explicit XmlElement(CPLXMLNode* node) : node_(node) {}
  CPLXMLNode* add(CPLXMLNodeType type, const char* value);

  CPLXMLNode* node_;
  CPLXMLNode* last_ = nullptr;
};

class XmlTree {
 public:
  explicit XmlTree(const char* name);
  XmlElement& root() { return root_; }
  std::string text() const;

 private:
  std::unique_ptr<CPLXMLNode, decltype(&CPLDestroyXMLNode)> tree_;
  XmlElement root_;
};

/// The text of the first element `child` of the element `parent` of a document; empty if there is none.
std::string child_text(const std::string& document, const char* parent, const char* child);

}  // namespace terramask::geo
