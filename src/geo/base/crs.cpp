#include "geo/base/crs.hpp"

#include <cpl_conv.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {
namespace {

OGRSpatialReference from_wkt(const std::string& wkt) {
  OGRSpatialReference crs;
  GdalErrors errors;
  if (crs.importFromWkt(wkt.c_str()) != OGRERR_NONE) {
    throw errors.error(ErrorCode::format, "coordinate reference system", "cannot be understood",
                       "assign one with `crs=EPSG:...`");
  }
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  return crs;
}

/// Depth first; `keyword` is that of the parent node.
std::array<std::string, 2> first_difference(const OGR_SRSNode* a, const OGR_SRSNode* b,
                                            const std::string& keyword) {
  const auto told = [&](const OGR_SRSNode* node) {
    std::string text = keyword;
    if (node == nullptr) return text + " none";
    text += std::string(" ") + node->GetValue();
    // A parameter is identified with its value.
    return node->GetChildCount() > 0 ? text + " " + node->GetChild(0)->GetValue() : text;
  };
  if (a == nullptr || b == nullptr || std::string_view(a->GetValue()) != b->GetValue())
    return {told(a), told(b)};
  for (int i = 0; i < std::max(a->GetChildCount(), b->GetChildCount()); ++i) {
    const auto child = [i](const OGR_SRSNode* node) {
      return i < node->GetChildCount() ? node->GetChild(i) : nullptr;
    };
    auto found = first_difference(child(a), child(b), a->GetValue());
    if (!found[0].empty()) return found;
  }
  return {};
}

/// The part of a name that all formats preserve: letters and digits.
std::string bare_name(const char* name) {
  std::string bare;
  for (const char* c = name; c != nullptr && *c != 0; ++c)
    if (std::isalnum(static_cast<unsigned char>(*c)) != 0)
      bare += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  return bare;
}

/// Whether two local CRSs are the same, by name and unit: no format preserves the rest, and GeoTIFF drops the
/// datum. Empty if one of them is not local or has no name.
std::optional<bool> same_local_crs(const OGRSpatialReference& a, const OGRSpatialReference& b) {
  if (a.IsLocal() == 0 || b.IsLocal() == 0) return std::nullopt;
  const std::string name = bare_name(a.GetName()), other = bare_name(b.GetName());
  for (const std::string& one : {name, other})
    if (one.empty() || one == "unnamed" || one == "unknown") return std::nullopt;
  const double unit = a.GetLinearUnits(), other_unit = b.GetLinearUnits();
  if (name != other || std::abs(unit - other_unit) > 1e-9 * unit) return false;
  const std::string datum = bare_name(a.GetAttrValue("LOCAL_DATUM"));
  const std::string other_datum = bare_name(b.GetAttrValue("LOCAL_DATUM"));
  return datum.empty() || other_datum.empty() || datum == other_datum;
}

}  // namespace

std::string crs_from_user(const std::string& text, const std::string& option) {
  ensure_gdal();
  OGRSpatialReference crs;
  GdalErrors errors;
  if (crs.SetFromUserInput(text.c_str(), OGRSpatialReference::SET_FROM_USER_INPUT_LIMITATIONS_get()) !=
      OGRERR_NONE) {
    throw errors.error(ErrorCode::usage, option + " " + text, "not a coordinate reference system",
                       "give one as EPSG:32633, WKT or a PROJ string");
  }
  if (crs.IsVertical() != 0 && crs.IsCompound() == 0) {
    throw Error(ErrorCode::usage, option + " " + text + ": a system of heights, which places nothing",
                "give one as EPSG:32633, WKT or a PROJ string");
  }
  return to_wkt(crs);
}

std::string to_wkt(const OGRSpatialReference& crs) {
  GdalErrors quiet;
  const char* const options[] = {"FORMAT=WKT2_2019", nullptr};
  char* text = nullptr;
  std::string wkt;
  if (crs.exportToWkt(&text, options) == OGRERR_NONE && text != nullptr) wkt = text;
  CPLFree(text);
  return wkt;
}

bool same_crs(const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (a.empty() || b.empty()) return false;
  const OGRSpatialReference first = from_wkt(a);
  const OGRSpatialReference second = from_wkt(b);
  if (const auto same = same_local_crs(first, second)) return *same;
  const char* const options[] = {"IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES",
                                 "CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS", nullptr};
  return first.IsSame(&second, options) != 0;
}

std::string crs_label(const std::string& wkt) {
  if (wkt.empty()) return "no CRS";
  const OGRSpatialReference crs = from_wkt(wkt);
  const char* authority = crs.GetAuthorityName(nullptr);
  const char* code = crs.GetAuthorityCode(nullptr);
  if (authority != nullptr && code != nullptr) return std::string(authority) + ":" + code;
  const char* name = crs.GetName();
  return name == nullptr ? "unnamed CRS" : name;
}

std::array<std::string, 2> crs_labels(const std::string& a, const std::string& b) {
  std::array<std::string, 2> labels{crs_label(a), crs_label(b)};
  if (labels[0] != labels[1] || a.empty() || b.empty()) return labels;
  const OGRSpatialReference first = from_wkt(a), second = from_wkt(b);
  const auto difference = first_difference(first.GetRoot(), second.GetRoot(), "");
  if (difference[0].empty()) return labels;
  for (std::size_t i = 0; i < 2; ++i) labels[i] += " (" + difference[i] + ")";
  return labels;
}

double linear_unit(const std::string& wkt) {
  const GdalErrors quiet;
  OGRSpatialReference crs;
  return crs.importFromWkt(wkt.c_str()) == OGRERR_NONE && crs.IsGeographic() == 0 ? crs.GetLinearUnits() : 0;
}

std::optional<double> local_unit(const std::string& wkt) {
  if (wkt.empty()) return std::nullopt;
  const GdalErrors quiet;
  OGRSpatialReference crs;
  if (crs.importFromWkt(wkt.c_str()) != OGRERR_NONE || crs.IsLocal() == 0) return std::nullopt;
  const double unit = crs.GetLinearUnits();
  return unit > 0 ? unit : 1;
}

bool may_be_alike(const std::string& a, const std::string& b) {
  if (same_crs(a, b)) return true;
  return (local_unit(a) || local_unit(b)) && linear_unit(a) == linear_unit(b);
}

CrsTransform::CrsTransform(const std::string& from, const std::string& to) {
  if (same_crs(from, to)) return;
  for (const std::string* one : {&from, &to})
    if (local_unit(*one))
      throw Error(ErrorCode::unsupported,
                  fmt::format("{} to {}: \"{}\" is a local CRS, which has no place on Earth",
                              crs_labels(from, to)[0], crs_labels(from, to)[1], crs_label(*one)),
                  "if it is one of the Earth, say which with `crs`, `gdal_edit.py -a_srs EPSG:...` or "
                  "`ogr2ogr -a_srs EPSG:...`");
  const OGRSpatialReference source = from_wkt(from);
  const OGRSpatialReference target = from_wkt(to);
  GdalErrors errors;
  transform_.reset(OGRCreateCoordinateTransformation(&source, &target));
  if (transform_) return;
  const auto labels = crs_labels(from, to);
  throw errors.error(ErrorCode::unsupported, labels[0] + " to " + labels[1],
                     "no transformation between the two",
                     "reproject the file with gdalwarp or ogr2ogr first");
}

CrsTransform CrsTransform::to_geographic(const std::string& wkt) {
  CrsTransform result;
  OGRSpatialReference source = from_wkt(wkt);
  if (source.IsGeographic() && !source.IsCompound()) return result;
  GdalErrors errors;
  if (source.IsCompound()) source.StripVertical();
  const std::unique_ptr<OGRSpatialReference> target(source.CloneGeogCS());
  if (target) {
    target->SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    result.transform_.reset(OGRCreateCoordinateTransformation(&source, target.get()));
  }
  if (!result.transform_)
    throw errors.error(ErrorCode::unsupported, crs_label(wkt), "has no place on an ellipsoid");
  return result;
}

void CrsTransform::apply(std::span<double> x, std::span<double> y) const {
  if (!transform_) return;
  GdalErrors quiet;
  std::vector<int> success(x.size(), 0);
  transform_->Transform(static_cast<int>(x.size()), x.data(), y.data(), nullptr, success.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (success[i] == 0 || !std::isfinite(x[i]) || !std::isfinite(y[i]))
      x[i] = y[i] = std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace terramask::geo
