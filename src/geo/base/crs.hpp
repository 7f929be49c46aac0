// Coordinate reference systems and transformations between them. The order is always x, y (easting or
// longitude first).
#pragma once

#include <ogr_spatialref.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace terramask::geo {

/// Parses a CRS given by the user ("EPSG:32633", WKT, PROJ string). Throws usage, naming the option.
/// @return WKT2
std::string crs_from_user(const std::string& text, const std::string& option);

/// The WKT2 of a CRS; empty if it has none.
std::string to_wkt(const OGRSpatialReference& crs);

/// Whether two CRSs (WKT) are equivalent, ignoring names and axis order. Local CRSs are compared by name.
bool same_crs(const std::string& a, const std::string& b);

/// "EPSG:32633" if the CRS has a code, else its name; for messages.
std::string crs_label(const std::string& wkt);

/// The labels of two CRSs; if they have the same name, with what distinguishes them: "Site grid (DATUM
/// Local)".
std::array<std::string, 2> crs_labels(const std::string& a, const std::string& b);

/// Metres per unit of a projected CRS; 0 for degrees.
double linear_unit(const std::string& wkt);

/// Metres per unit of a local (engineering) CRS, whose plane is not tied to the Earth; empty for all others.
std::optional<double> local_unit(const std::string& wkt);

/// Whether equal coordinates may denote the same place: the CRSs are the same, or one of them is local and
/// their units are the same.
bool may_be_alike(const std::string& a, const std::string& b);

/// Transforms coordinates from one CRS to another, point by point: no result depends on the other points. Not
/// thread-safe.
class CrsTransform {
 public:
  /// Throws unsupported if PROJ finds no transformation.
  CrsTransform(const std::string& from_wkt, const std::string& to_wkt);
  /// From a CRS to longitude and latitude in the CRS's own datum.
  static CrsTransform to_geographic(const std::string& wkt);

  bool identity() const { return transform_ == nullptr; }
  /// In place. Points that cannot be transformed become NaN.
  void apply(std::span<double> x, std::span<double> y) const;

 private:
  CrsTransform() = default;
  struct Destroy {
    void operator()(OGRCoordinateTransformation* t) const { OGRCoordinateTransformation::DestroyCT(t); }
  };
  std::unique_ptr<OGRCoordinateTransformation, Destroy> transform_;
};

}  // namespace terramask::geo
