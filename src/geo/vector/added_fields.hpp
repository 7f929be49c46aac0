// Computed fields, derived from a layer's own.
#pragma once

#include <ogrsf_frmts.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace terramask::geo {

/// Filters (OGRFeatureQuery) see a layer's features with these fields added. All are strings.
class AddedFields {
 public:
  /// For the current feature; empty: NULL.
  using Value = std::function<std::optional<std::string>()>;

  explicit AddedFields(OGRFeatureDefn& own);
  ~AddedFields();
  AddedFields(const AddedFields&) = delete;
  AddedFields& operator=(const AddedFields&) = delete;

  /// Adds a field, or replaces an existing one.
  /// @return its index
  int set(const std::string& name, Value value);

  OGRFeatureDefn& definition() { return *definition_; }
  int index(const std::string& name) const { return definition_->GetFieldIndex(name.c_str()); }
  /// Null for the layer's own fields.
  const Value* value(int field) const;
  bool matches(OGRFeatureQuery& query, OGRFeature& feature);
  /// Call before the next feature.
  void forget() { fresh_ = false; }

 private:
  OGRFeatureDefn* definition_;  ///< reference-counted
  int own_;                     ///< number of fields
  std::vector<Value> values_;   ///< by field; empty for the layer's own
  OGRFeatureUniquePtr view_;
  bool fresh_ = false;  ///< the view is of the current feature
};

}  // namespace terramask::geo
