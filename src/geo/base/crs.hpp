// Coordinate reference systems and the way between two of them, x before y (easting, longitude) everywhere.
#pragma once

#include <ogr_spatialref.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace terramask::geo {

/// Reads what a person gave ("EPSG:32633", WKT, PROJ string); throws usage, naming the option it came from.
/// @return WKT2
std::string crs_from_user(const std::string& text, const std::string& option);

/// WKT2 of a CRS; empty where it has none.
std::string to_wkt(const OGRSpatialReference& crs);

/// Whether two CRSs (WKT) mean the same places, names and axis order aside. Local ones are told by their
/// names.
bool same_crs(const std::string& a, const std::string& b);

/// "EPSG:32633" where the CRS says so, else its name: for messages.
std::string crs_label(const std::string& wkt);

/// The same of two, and where they are called alike what tells them apart: "Site grid (DATUM Local)".
std::array<std::string, 2> crs_labels(const std::string& a, const std::string& b);

/// Metres in a unit of a CRS's plane; 0 for degrees.
double linear_unit(const std::string& wkt);

/// Metres in a unit of a local (engineering) CRS, whose plane has no place on Earth; empty for all others.
std::optional<double> local_unit(const std::string& wkt);

/// Whether the same numbers may mean the same place: of one CRS, or of one unit where one of the two is
/// local.
bool may_be_alike(const std::string& a, const std::string& b);

/// From the coordinates of one CRS to those of another. Point by point: no result depends on the other
/// points. Not thread-safe.
class CrsTransform {
 public:
  /// Throws unsupported where PROJ knows no way.
  CrsTransform(const std::string& from_wkt, const std::string& to_wkt);
  /// From a CRS to longitude and latitude in its own datum.
  static CrsTransform to_geographic(const std::string& wkt);

  bool identity() const { return transform_ == nullptr; }
  /// In place; points that have no image become NaN.
  void apply(std::span<double> x, std::span<double> y) const;

 private:
  CrsTransform() = default;
  struct Destroy {
    void operator()(OGRCoordinateTransformation* t) const { OGRCoordinateTransformation::DestroyCT(t); }
  };
  std::unique_ptr<OGRCoordinateTransformation, Destroy> transform_;
};

}  // namespace terramask::geo
