// Fields of features that are written, as OGR has them.
#pragma once

#include <ogrsf_frmts.h>

#include <span>

#include "geo/base/field.hpp"

namespace terramask::geo {

OGRFieldType ogr_type(FieldType type);

/// Adds the fields to a layer that is written. Whether OGR took them.
bool add_fields(OGRLayer& layer, std::span<const Field> fields);

/// Nothing, and a number that is none, are left null.
void set_field(OGRFeature& feature, int index, const FieldValue& value);

}  // namespace terramask::geo
