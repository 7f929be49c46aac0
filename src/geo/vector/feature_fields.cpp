#include "geo/vector/feature_fields.hpp"

#include <cmath>

#include "core/utf8.hpp"

namespace terramask::geo {

OGRFieldType ogr_type(FieldType type) {
  switch (type) {
    case FieldType::integer:
      return OFTInteger;
    case FieldType::integer64:
      return OFTInteger64;
    case FieldType::real:
      return OFTReal;
    case FieldType::text:
      return OFTString;
  }
  return OFTString;
}

bool add_fields(OGRLayer& layer, std::span<const Field> fields) {
  for (const Field& field : fields) {
    OGRFieldDefn definition(as_utf8(field.name).c_str(), ogr_type(field.type));
    if (layer.CreateField(&definition) != OGRERR_NONE) return false;
  }
  return true;
}

void set_field(OGRFeature& feature, int index, const FieldValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value))
    feature.SetField(index, static_cast<GIntBig>(*whole));
  else if (const auto* number = std::get_if<double>(&value); number != nullptr && std::isfinite(*number))
    feature.SetField(index, *number);
  else if (const auto* text = std::get_if<std::string>(&value))
    feature.SetField(index, as_utf8(*text).c_str());
}

}  // namespace terramask::geo
