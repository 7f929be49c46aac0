// Nodata values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "terramask/nodata_rule.hpp"

namespace terramask::geo {

/// What `src_nodata` and `nodata_rule` ask for.
struct NodataOption {
  bool ignore = false;            ///< "none": ignore the file's nodata values
  std::optional<double> value{};  ///< replaces the file's
  bool no_alpha = false;          ///< the file's alpha band does not affect validity
  NodataRule rule = NodataRule::automatic;
};

/// Whether integer imagery has this value both in collars and in dark or bright objects: 0, or the maximum of
/// its type (GDAL's name).
bool fills_collars(double nodata, const std::string& type);

/// "none" includes the alpha band. Throws usage.
NodataOption parse_nodata(const std::string& text);

/// Tests the values of one band. NaN and infinities are never valid. A nodata value is compared in the band's
/// own type. One near the limit of float (|v| >= 1e38) matches all values beyond 1e38 of its sign, because
/// files write it with too few digits.
class NodataTest {
 public:
  explicit NodataTest(std::optional<double> nodata) : nodata_(nodata) {}

  /// Clears `valid` where a value is nodata or not finite.
  void apply(std::span<const float> values, std::span<std::uint8_t> valid) const;
  /// The same for bands whose values a float cannot represent.
  void apply(std::span<const double> values, std::span<std::uint8_t> valid) const;
  /// Clears `nodata` where a value differs.
  void keep(std::span<const float> values, std::span<std::uint8_t> nodata) const;
  void keep(std::span<const double> values, std::span<std::uint8_t> nodata) const;

 private:
  std::optional<double> nodata_;
};

}  // namespace terramask::geo
