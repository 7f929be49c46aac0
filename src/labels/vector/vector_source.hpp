// Vector files as sources of labels: anything OGR reads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "labels/base/label_source.hpp"
#include "labels/vector/width.hpp"

namespace terramask::labels {

struct VectorSourceKeys final : TypeKeys {
  std::string path;
  std::string crs;                ///< of layers that have none
  std::vector<std::string> tags;  ///< OSM keys to read as fields, besides the usual ones

  void visit(keys::KeyVisitor& v) override;
  void set_path(const std::string& other) override { path = other; }
};

struct VectorRuleKeys final : TypeKeys {
  std::vector<std::string> layers;  ///< empty: the only one
  std::string where;                ///< a filter in OGR SQL; empty: all features
  std::string class_name;
  Width width;  ///< without alternatives: no buffer
  std::string touch = "centre";
  double ignore_ring_m = 0;

  void visit(keys::KeyVisitor& v) override;
};

std::unique_ptr<TypeKeys> vector_source_keys();
std::unique_ptr<TypeKeys> vector_rule_keys();
std::unique_ptr<LabelSource> open_vector_source(SourceContext context);

}  // namespace terramask::labels
