// Reads georeferenced imagery by windows, on the grid that a model expects.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terramask/grid.hpp"
#include "terramask/nodata_rule.hpp"

namespace terramask {

/// A request for one band. `name` is matched against band descriptions and colour
/// interpretations ("red", "green", "blue", "nir", "ndsm", "gray", ...), case and punctuation aside; a file
/// of a stack with one band may also be named by the last word of its file name ("town_ndsm.tif"). Bands are
/// never matched by position.
struct BandRequest {
  std::string name{};
  /// GDAL's data type name the model was trained on ("Byte", "UInt16", ...); may be empty. Fits: the same
  /// type, or one of the same kind (Int16 and UInt16; Int32, UInt32, Int64 and UInt64; Float32 and Float64).
  std::string type{};
};

/// A surface model and the terrain model below it.
struct HeightPair {
  std::string dsm, dtm;
};

/// What sources ask to be told of them, taken over from their metadata; several are joined by "; ".
struct Credits {
  std::string attribution, licence;
};

enum class Resample { automatic, never, always };

struct RasterOptions {
  /// One path, or several joined as bands: the first fixes the grid, the others are warped onto
  /// it.
  std::vector<std::string> paths{};
  /// Requested bands, in order. Empty: all colour/data bands (not alpha) in file order.
  std::vector<BandRequest> bands{};
  /// Explicit 1-based band numbers (over the joined stack), ranges of them ("1-4") or band names,
  /// in the order of `bands`. An alpha band chosen by number is data then, no longer alpha.
  std::vector<std::string> band_override{};
  /// Ground pixel size the model expects, metres; empty: the raster's own grid is used.
  std::optional<double> pixel_size_m{};
  Resample resample = Resample::automatic;
  /// Assigned where the file has none (or wrong ones).
  std::string crs{};
  std::optional<double> assumed_pixel_size_m{};
  /// Empty = what the file says; "none" = ignore it, and the alpha band too; else a number
  /// that takes its place in every band. Mask bands count all the same, and NaN and infinities are never
  /// valid.
  std::string src_nodata{};
  /// The same for each of `paths`, in its place where it is not empty; may be shorter than `paths`.
  std::vector<std::string> member_nodata{};
  /// What the files call alpha is a band as any other; and so for each of `paths`.
  bool no_alpha = false;
  std::vector<bool> member_no_alpha{};
  /// Empty: automatic, or the model's own. Over the bands used of all files on the first
  /// one's grid.
  std::optional<NodataRule> nodata_rule{};
  /// Each joins a band "ndsm" after those of `paths`: the DSM minus the DTM, which is laid bilinearly onto
  /// the DSM's grid; invalid where either is.
  std::vector<HeightPair> ndsm{};
  /// A reader with these options was opened before: what looks into the values need not be asked again.
  bool values_checked = false;
};

/// Reads one raster (or stack). Not thread-safe: one reader a thread (`clone`).
///
/// Two grids: the *source grid* is the file's own; the *working grid* is the one a model sees. They are the
/// same unless resampling is needed; then the working grid has the same origin, orientation and CRS, and
/// pixels of the model's ground size (each axis for itself; the last column and row may reach past the
/// raster). A pixel's value does not depend on the window it is read through, to the last bit.
///
/// Resampling down is an average weighted by area, up it is bilinear. Invalid pixels weigh nothing, and a
/// working pixel is valid where at least half of the weight inside the raster is valid.
class RasterReader {
 public:
  static std::unique_ptr<RasterReader> open(const RasterOptions& options);
  virtual ~RasterReader() = default;

  virtual std::unique_ptr<RasterReader> clone() const = 0;

  virtual const Grid& source_grid() const = 0;
  virtual const Grid& working_grid() const = 0;
  virtual bool resampled() const = 0;
  /// Source pixels per working pixel, along columns and rows; 1, 1 where nothing is resampled.
  virtual std::array<double, 2> scale() const = 0;
  /// How far from a working pixel's centre the file pixels reach that its values are made of, along columns
  /// and rows, in working pixels: a half where nothing is resampled. (A file warped onto the first one adds
  /// its own.)
  virtual std::array<double, 2> reach() const = 0;
  /// Ground size of a source pixel in metres, measured or assigned; empty where it is unknown.
  virtual std::optional<PixelSize> pixel_size() const = 0;
  virtual std::size_t bands() const = 0;
  /// Names of the bands chosen, as found in the file, and their GDAL type names.
  virtual const std::vector<BandRequest>& found_bands() const = 0;
  /// Things the user should know (unknown pixel size, ignored bands, ...), each one line.
  virtual const std::vector<std::string>& warnings() const = 0;
  /// Attribution and licence of the imagery.
  virtual Credits credits() const { return {}; }
  /// The path(s), for messages.
  virtual const std::string& name() const = 0;

  /// Reads a window of the working grid; it must lie inside it.
  /// @param values  bands × height × width, not normalised; scale and offset of the file are applied, lengths
  ///                are in metres. Unspecified where invalid
  /// @param valid   height × width, 0 where a band is invalid (nodata by the rule, NaN, alpha 0, mask band)
  virtual void read(const Window& window, std::span<float> values, std::span<std::uint8_t> valid) = 0;
  /// Announces that this window of the working grid will be read soon, so that tiles of a server can be
  /// fetched in advance. Parts outside the grid are ignored.
  virtual void advise(const Window&) {}

  /// Validity on the source grid, as above.
  virtual void read_source_validity(const Window& window, std::span<std::uint8_t> valid) = 0;
};

/// A region of interest on a grid: bounds choose a window (all pixels the box touches; a box of another
/// CRS is transformed edge by edge and its surrounding window taken), a cutline keeps the pixels whose
/// centres lie in a polygon. Several threads may use one.
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
  /// Things the user should know.
  virtual const std::vector<std::string>& warnings() const = 0;
};

}  // namespace terramask
