// Which values mean "nothing was seen here".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace terramask::geo {

/// What `--src-nodata` asks for.
struct NodataOption {
  bool ignore = false;          ///< "none"
  std::optional<double> value;  ///< takes the place of the file's
};

/// Throws usage.
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

 private:
  std::optional<double> nodata_;
};

}  // namespace terramask::geo
