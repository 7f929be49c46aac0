#include "geo/vector/added_fields.hpp"

#include <numeric>

namespace terramask::geo {

AddedFields::AddedFields(OGRFeatureDefn& own)
    : definition_(own.Clone()),
      own_(own.GetFieldCount()),
      values_(static_cast<std::size_t>(own.GetFieldCount())) {
  definition_->Reference();
}

AddedFields::~AddedFields() {
  view_.reset();
  definition_->Release();
}

int AddedFields::set(const std::string& name, Value value) {
  int field = index(name);
  if (field < 0) {
    const OGRFieldDefn made(name.c_str(), OFTString);
    definition_->AddFieldDefn(&made);
    field = definition_->GetFieldCount() - 1;
    values_.emplace_back();
  }
  OGRFieldDefn& definition = *definition_->GetFieldDefn(field);
  if (definition.GetSubType() == OFSTBoolean) {
    definition.SetSubType(OFSTNone);
    definition.SetType(OFTString);
  }
  values_[static_cast<std::size_t>(field)] = std::move(value);
  return field;
}

const AddedFields::Value* AddedFields::value(int field) const {
  const Value& found = values_[static_cast<std::size_t>(field)];
  return found ? &found : nullptr;
}

bool AddedFields::matches(OGRFeatureQuery& query, OGRFeature& feature) {
  if (!view_) view_.reset(OGRFeature::CreateFeature(definition_));
  if (!fresh_) {
    std::vector<int> places(static_cast<std::size_t>(own_));
    std::iota(places.begin(), places.end(), 0);
    view_->Reset();
    view_->SetFieldsFrom(&feature, places.data(), TRUE);
    view_->SetFID(feature.GetFID());
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (!values_[i]) continue;
      const std::optional<std::string> text = values_[i]();
      const int field = static_cast<int>(i);
      text ? view_->SetField(field, text->c_str()) : view_->SetFieldNull(field);
    }
    fresh_ = true;
  }
  // Filters may use the shape's area: the geometry is lent, not copied.
  view_->SetGeometryDirectly(feature.StealGeometry());
  const bool matches = query.Evaluate(view_.get()) != 0;
  feature.SetGeometryDirectly(view_->StealGeometry());
  return matches;
}

}  // namespace terramask::geo
