// Fields of OGR features to be written.
#pragma once

#include <ogrsf_frmts.h>

#include <span>

#include "geo/base/field.hpp"

namespace terramask::geo {

OGRFieldType ogr_type(FieldType type);

/// Adds the fields to a layer to be written. Returns whether OGR accepted them.
bool add_fields(OGRLayer& layer, std::span<const Field> fields);

/// Null values and NaN are left null.
void set_field(OGRFeature& feature, int index, const FieldValue& value);

}  // namespace terramask::geo
