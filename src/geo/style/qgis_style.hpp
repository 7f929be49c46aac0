// What QGIS shows of a file that Terramask wrote: legends as the XML of QGIS's style files (QML).
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"

namespace terramask::geo {

/// Elements of a style, as text. One document may hold both: QGIS takes those for the kind of the layer.
struct StyleElements {
  std::string raster;   ///< <pipe>
  std::string vectors;  ///< <renderer-v2>

  bool empty() const { return raster.empty() && vectors.empty(); }
};

/// A mask: an entry a class and nothing else, in the order given.
std::string mask_style(std::span<const ClassInfo> classes, const std::set<int>& see_through);

/// Probabilities, a band a class: one band, that of the first class that is no background, from transparent
/// to the class's colour. Another is chosen by its name in QGIS.
std::string probability_style(std::span<const ClassInfo> classes);

struct StyleCategory {
  std::string value;  ///< of the expression
  std::string label;
  std::string color;  ///< "#rrggbb"; empty: one is chosen
  bool see_through = false;
  bool outlined = false;  ///< though it is to be seen through
};

enum class SymbolKind { fill, line };

/// Features by the value of an expression: an entry a category and nothing else.
std::string category_style(SymbolKind kind, const std::string& expression,
                           std::span<const StyleCategory> categories);

/// Features by the class in their field "class".
std::string class_style(SymbolKind kind, std::span<const ClassInfo> classes,
                        const std::set<int>& see_through);

/// "name" as QGIS's expressions quote a field.
std::string quoted_field(const std::string& name);

/// The document, with a last line that tells whether it was changed.
std::string style_document(const StyleElements& elements);

/// The elements of a document that Terramask wrote and nobody changed since; else nothing.
std::optional<StyleElements> unchanged_style(const std::string& document);

}  // namespace terramask::geo
