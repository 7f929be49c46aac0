// Georeferenced imagery, read by windows on the grid a model wants.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask {

/// What a model (or a person) wants of one band. `name` is matched against band descriptions and colour
/// interpretations ("red", "green", "blue", "nir", "ndsm", "gray", ...), case-insensitively.
struct BandRequest {
  std::string name;
  std::string type;  ///< GDAL's data type name the model was trained on ("Byte", "UInt16", ...); may be empty
};

enum class Resample { automatic, never, always };

struct RasterOptions {
  /// One path, or several joined as bands (`--stack`): the first fixes the grid, the others are warped onto it.
  std::vector<std::string> paths;
  /// Bands wanted, in order. Empty: all colour/data bands (not alpha) in file order.
  std::vector<BandRequest> bands;
  /// `--bands`: explicit 1-based band numbers (over the joined stack) or band names, in the order of `bands`.
  std::vector<std::string> band_override;
  /// Ground pixel size the model expects, metres; empty: the raster's own grid is used.
  std::optional<double> pixel_size_m;
  Resample resample = Resample::automatic;
  /// `--crs`, `--pixel-size`: assigned where the file has none (or wrong ones).
  std::string crs;
  std::optional<double> assumed_pixel_size_m;
  /// `--src-nodata`: empty = what the file says; "none" = ignore it; else a number.
  std::string src_nodata;
};

/// Reads one raster (or stack). Not thread-safe: one reader a thread (`clone`).
///
/// Two grids: the *source grid* is the file's own; the *working grid* is the one a model sees. They are the
/// same unless resampling is needed; then the working grid has the same origin, orientation and CRS, and
/// pixels of the model's ground size. A pixel's value does not depend on the window it is read through.
class RasterReader {
 public:
  static std::unique_ptr<RasterReader> open(const RasterOptions& options);
  virtual ~RasterReader() = default;

  virtual std::unique_ptr<RasterReader> clone() const = 0;

  virtual const Grid& source_grid() const = 0;
  virtual const Grid& working_grid() const = 0;
  virtual bool resampled() const = 0;
  virtual std::size_t bands() const = 0;
  /// Names of the bands chosen, as found in the file, and their GDAL type names.
  virtual const std::vector<BandRequest>& found_bands() const = 0;
  /// Things the user should know (unknown pixel size, ignored bands, ...), each one line.
  virtual const std::vector<std::string>& warnings() const = 0;
  /// The path(s), for messages.
  virtual const std::string& name() const = 0;

  /// Reads a window of the working grid; it must lie inside it.
  /// @param values  bands × height × width, raw values (no normalisation); unspecified where invalid
  /// @param valid   height × width, 1 where *every* band is valid (nodata, NaN, alpha, mask band), else 0
  virtual void read(const Window& window, std::span<float> values, std::span<std::uint8_t> valid) = 0;

  /// Validity on the source grid, as above.
  virtual void read_source_validity(const Window& window, std::span<std::uint8_t> valid) = 0;
};

/// A region of interest on a grid: `--bounds`, `--cutline`.
class RegionOfInterest {
 public:
  /// @param bounds      xmin, ymin, xmax, ymax in `bounds_crs` (empty: the grid's CRS)
  /// @param cutline     path of a polygon layer anything OGR reads; empty: none
  static std::unique_ptr<RegionOfInterest> make(const Grid& grid, std::optional<std::array<double, 4>> bounds,
                                                const std::string& bounds_crs, const std::string& cutline);
  virtual ~RegionOfInterest() = default;
  /// The smallest window of the grid that holds the region, never empty (an empty one is an error).
  virtual const Window& window() const = 0;
  /// Clears `inside` (height × width, 1 before) where pixel centres lie outside the region.
  virtual void mask(const Window& window, std::span<std::uint8_t> inside) const = 0;
};

}  // namespace terramask
