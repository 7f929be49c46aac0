// The types of sources: a line for each.
#include "labels/base/label_source.hpp"
#include "labels/rendered/map_source.hpp"
#include "labels/vector/vector_source.hpp"

namespace terramask::labels {

std::span<const SourceType> source_types() {
  static constexpr SourceType types[] = {
      {"vector", vector_source_keys, vector_rule_keys, open_vector_source},
      {"map", map_source_keys, map_rule_keys, open_map_source},
  };
  return types;
}

PaintedWindow::PaintedWindow(const Window& part)
    : window(part),
      levels(static_cast<std::size_t>(part.width * part.height), 0),
      codes(static_cast<std::size_t>(part.width * part.height), kIgnored) {}

}  // namespace terramask::labels
