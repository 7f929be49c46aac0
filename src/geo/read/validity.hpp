// Which values mean "nothing was seen here".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "terramask/nodata_rule.hpp"

namespace terramask::geo {

/// What `src_nodata` and `nodata_rule` ask for.
struct NodataOption {
  bool ignore = false;            ///< "none": what the file says is no nodata
  std::optional<double> value{};  ///< takes the place of the file's
  bool no_alpha = false;          ///< what the file calls alpha says nothing of validity
  NodataRule rule = NodataRule::automatic;
};

/// Whether integer imagery has this value in collars, and in dark or bright things too: 0, or the most that
/// its type (GDAL's name) holds.
bool fills_collars(double nodata, const std::string& type);

/// "none" means the alpha band too. Throws usage.
NodataOption parse_nodata(const std::string& text);

/// The test of one band's values. NaN and infinities are never valid; a nodata value matches as the band's
/// own type has it; one near the end of float's range (|v| >= 1e38) stands for all values out there, because
/// files give it with too few digits.
class NodataTest {
 public:
  explicit NodataTest(std::optional<double> nodata) : nodata_(nodata) {}

  /// Clears `valid` where a value is nodata or not finite.
  void apply(std::span<const float> values, std::span<std::uint8_t> valid) const;
  /// The same for bands whose values a float cannot hold.
  void apply(std::span<const double> values, std::span<std::uint8_t> valid) const;
  /// Clears `nodata` where a value is another.
  void keep(std::span<const float> values, std::span<std::uint8_t> nodata) const;
  void keep(std::span<const double> values, std::span<std::uint8_t> nodata) const;

 private:
  std::optional<double> nodata_;
};

}  // namespace terramask::geo
