// Fields that a layer does not have, made of those that it has.
#pragma once

#include <ogrsf_frmts.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace terramask::geo {

/// Filters (OGRFeatureQuery) see a layer's features with these fields among their own. All are texts.
class AddedFields {
 public:
  /// Of the feature at hand; empty: NULL.
  using Value = std::function<std::optional<std::string>()>;

  explicit AddedFields(OGRFeatureDefn& own);
  ~AddedFields();
  AddedFields(const AddedFields&) = delete;
  AddedFields& operator=(const AddedFields&) = delete;

  /// Adds a field, or takes the place of one that is there.
  /// @return its index
  int set(const std::string& name, Value value);

  OGRFeatureDefn& definition() { return *definition_; }
  int index(const std::string& name) const { return definition_->GetFieldIndex(name.c_str()); }
  /// Null for the layer's own.
  const Value* value(int field) const;
  bool matches(OGRFeatureQuery& query, OGRFeature& feature);
  /// The next feature is at hand.
  void forget() { fresh_ = false; }

 private:
  OGRFeatureDefn* definition_;  ///< counts its references
  int own_;                     ///< fields
  std::vector<Value> values_;   ///< by field; empty for the layer's own
  OGRFeatureUniquePtr view_;
  bool fresh_ = false;  ///< the view is of the feature at hand
};

}  // namespace terramask::geo
