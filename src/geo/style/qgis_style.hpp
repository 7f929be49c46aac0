// Legends for the files that Terramask writes, as XML of QGIS's style files (QML).
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"

namespace terramask::geo {

/// Elements of a style, as text. One document may contain both: QGIS uses those for the type of the layer.
struct StyleElements {
  std::string raster;   ///< <pipe>
  std::string vectors;  ///< <renderer-v2>

  bool empty() const { return raster.empty() && vectors.empty(); }
};

/// A mask: one entry per class and nothing else, in the given order.
std::string mask_style(std::span<const ClassInfo> classes, const std::set<int>& see_through);

/// Probabilities, one band per class: shows one band, that of the first class that is not background, from
/// transparent to the class's colour. Other bands are selected by name in QGIS.
std::string probability_style(std::span<const ClassInfo> classes);

struct StyleCategory {
  std::string value;  ///< of the expression
  std::string label;
  std::string color;  ///< "#rrggbb"; empty: chosen automatically
  bool see_through = false;
  bool outlined = false;  ///< even if transparent
};

enum class SymbolKind { fill, line };

/// Features by the value of an expression: one entry per category and nothing else.
std::string category_style(SymbolKind kind, const std::string& expression,
                           std::span<const StyleCategory> categories);

/// Features by the class in their field "class".
std::string class_style(SymbolKind kind, std::span<const ClassInfo> classes,
                        const std::set<int>& see_through);

/// "name", quoted as a field in QGIS expressions.
std::string quoted_field(const std::string& name);

/// The document, with a last line from which later changes are detected.
std::string style_document(const StyleElements& elements);

/// The elements of a document that Terramask wrote, if unchanged since; else empty.
std::optional<StyleElements> unchanged_style(const std::string& document);

}  // namespace terramask::geo
