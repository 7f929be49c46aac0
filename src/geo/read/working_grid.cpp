#include "geo/read/working_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr double kTolerance = 0.10;
constexpr double kWhole = 1e-6;  // pixels: a raster that ends this close to a pixel's edge ends there

std::int64_t pixels_across(std::int64_t source, double scale) {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(static_cast<double>(source) / scale - kWhole)));
}

}  // namespace

WorkingGrid working_grid(const Grid& source, const std::optional<PixelSize>& ground,
                         const RasterOptions& options, const std::string& name,
                         std::vector<std::string>& warnings) {
  WorkingGrid working{source, {1, 1}, false};
  if (!options.pixel_size_m) return working;
  const double wanted = *options.pixel_size_m;
  if (!(wanted > 0) || !std::isfinite(wanted)) {
    throw Error(ErrorCode::usage, fmt::format("pixel size {} m is not a positive number", wanted));
  }
  if (!ground) {
    warnings.push_back(
        fmt::format("{}: ground pixel size unknown, read as it is though the model expects {:g} m "
                    "(`assumed_pixel_size_m` or `crs` assigns it)",
                    name, wanted));
    return working;
  }
  const std::array<double, 2> scale{wanted / ground->x, wanted / ground->y};
  const auto off = [](double s) { return std::abs(1 / s - 1) > kTolerance; };
  const std::string sizes =
      fmt::format("its pixels are {:.4g} x {:.4g} m, the model expects {:g} m", ground->x, ground->y, wanted);
  if (options.resample == Resample::never) {
    if (off(scale[0]) || off(scale[1])) warnings.push_back(name + ": " + sizes + "; not resampled, as asked");
    return working;
  }
  if (options.resample == Resample::automatic && !off(scale[0]) && !off(scale[1])) return working;
  if (std::min(scale[0], scale[1]) < 1 / kMostUp || std::max(scale[0], scale[1]) > kMostDown) {
    throw Error(ErrorCode::mismatch, name + ": " + sizes + ": too far apart to resample",
                "use a model for such imagery, correct `crs` or `assumed_pixel_size_m`, or force it with "
                "`resample=never`");
  }
  working.scale = scale;
  working.resampled = true;
  working.grid.width = pixels_across(source.width, scale[0]);
  working.grid.height = pixels_across(source.height, scale[1]);
  if (std::max(working.grid.width, working.grid.height) > std::numeric_limits<int>::max()) {
    throw Error(ErrorCode::mismatch,
                name + ": " + sizes + ": resampled it would be larger than any raster can be",
                "cut it into parts first");
  }
  auto& g = working.grid.geotransform;
  g[1] *= scale[0];
  g[4] *= scale[0];
  g[2] *= scale[1];
  g[5] *= scale[1];
  return working;
}

}  // namespace terramask::geo
