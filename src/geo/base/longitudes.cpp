#include "geo/base/longitudes.hpp"

#include <fmt/format.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string_view>

#include "geo/base/gdal_support.hpp"
#include "geo/base/lon_lat.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

using Edges = std::array<double, 4>;

std::optional<OGRSpatialReference> parsed(const std::string& wkt) {
  if (wkt.empty()) return std::nullopt;
  OGRSpatialReference crs;
  const GdalErrors quiet;
  if (crs.importFromWkt(wkt.c_str()) != OGRERR_NONE) return std::nullopt;
  if (crs.IsCompound() != 0) crs.StripVertical();
  return crs;
}

double degrees_of(const OGRSpatialReference& geographic) {
  return geographic.GetAngularUnits(nullptr) * 180 / std::numbers::pi;
}

/// Whether the text of a projected CRS names a projection whose x is proportional to longitude. Others need
/// not be parsed, which saves time in surveys of thousands of rasters.
bool may_wrap(const std::string& wkt) {
  if (!wkt.starts_with("PROJC")) return true;
  for (const std::string_view key : {"METHOD[\"", "PROJECTION[\""})
    if (const std::size_t at = wkt.find(key); at != std::string::npos) {
      const std::string_view name = std::string_view(wkt).substr(at + key.size());
      return name.starts_with("Mercator") || name.starts_with("Popular") || name.starts_with("Equi");
    }
  return false;
}

std::optional<double> projected_turn(const OGRSpatialReference& crs) {
  const char* projection = crs.GetAttrValue("PROJECTION");
  if (projection == nullptr) return std::nullopt;
  const std::string name(projection);
  double scale = 1;
  if (name == SRS_PT_MERCATOR_1SP) {
    scale = crs.GetNormProjParm(SRS_PP_SCALE_FACTOR, 1);
  } else if (name == SRS_PT_MERCATOR_2SP || name == SRS_PT_EQUIRECTANGULAR) {
    const double parallel = crs.GetNormProjParm(SRS_PP_STANDARD_PARALLEL_1, 0) * std::numbers::pi / 180;
    const double flattened = name == SRS_PT_MERCATOR_2SP ? crs.GetSquaredEccentricity() : 0;
    scale = std::cos(parallel) / std::sqrt(1 - flattened * std::sin(parallel) * std::sin(parallel));
  } else {
    return std::nullopt;
  }
  const double turn = 2 * std::numbers::pi * crs.GetSemiMajor() * scale / crs.GetLinearUnits();
  return turn > 0 && std::isfinite(turn) ? std::optional(turn) : std::nullopt;
}

}  // namespace

bool is_geographic(const std::string& wkt) {
  const auto crs = parsed(wkt);
  return crs && crs->IsGeographic() != 0;
}

std::optional<double> full_turn(const std::string& wkt) {
  if (!may_wrap(wkt)) return std::nullopt;
  const auto crs = parsed(wkt);
  if (!crs) return std::nullopt;
  if (crs->IsGeographic() != 0) return 360 / degrees_of(*crs);
  return crs->IsProjected() != 0 ? projected_turn(*crs) : std::nullopt;
}

int unroll(std::span<double> x, double turn) {
  for (std::size_t i = 1; i < x.size(); ++i)
    if (std::isfinite(x[i - 1])) x[i] -= turn * std::round((x[i] - x[i - 1]) / turn);
  return x.empty() ? 0 : static_cast<int>(std::lround((x.back() - x.front()) / turn));
}

Edges unrolled_box(const Edges& box, const std::string& wkt, const std::string& what) {
  const std::string shown =
      fmt::format("{} {:.10g} {:.10g} {:.10g} {:.10g}", what, box[0], box[1], box[2], box[3]);
  const bool finite = std::all_of(box.begin(), box.end(), [](double v) { return std::isfinite(v); });
  if (finite && box[0] < box[2] && box[1] < box[3]) return box;
  const auto crs = parsed(wkt);
  if (!finite || box[1] >= box[3] || box[0] == box[2] || !crs || crs->IsGeographic() == 0)
    throw Error(ErrorCode::usage, shown + ": not xmin ymin xmax ymax");
  const double turn = 360 / degrees_of(*crs);
  if (box[0] - box[2] > turn) throw Error(ErrorCode::usage, shown + ": not xmin ymin xmax ymax");
  // More often, the two were swapped.
  if (box[2] + turn - box[0] > turn / 2)
    throw Error(ErrorCode::usage,
                fmt::format("{}: not xmin ymin xmax ymax; across 180 degrees it would be {:.10g} wide", shown,
                            box[2] + turn - box[0]),
                fmt::format("give xmin first, or say that it is meant: xmax as {:.10g}", box[2] + turn));
  return {box[0], box[1], box[2] + turn, box[3]};
}

std::optional<std::array<Edges, 2>> halves_at_180(const Edges& box, const std::string& wkt) {
  Edges whole = unrolled_box(box, wkt, "bounds");
  if (!is_geographic(wkt)) {
    Grid grid;
    grid.width = grid.height = 1;
    grid.has_geotransform = true;
    grid.geotransform = {whole[0], whole[2] - whole[0], 0, whole[3], 0, whole[1] - whole[3]};
    grid.crs = wkt;
    const auto place = lon_lat_place(grid, grid.extent(), 64);
    if (!place || place->box[0] <= place->box[2]) return std::nullopt;
    whole = place->box;
    whole[2] += 360;
  } else if (const double degree = full_turn(wkt).value_or(360) / 360; degree != 1) {
    for (double& v : whole) v /= degree;
  }
  const double turns = 360 * std::floor((whole[0] + 180) / 360);
  whole[0] -= turns;
  whole[2] -= turns;
  if (whole[2] <= 180 || whole[2] - whole[0] >= 360) return std::nullopt;
  return std::array<Edges, 2>{Edges{whole[0], whole[1], 180, whole[3]},
                              Edges{-180, whole[1], whole[2] - 360, whole[3]}};
}

std::vector<int> turns_together(std::span<const std::array<double, 2>> intervals, double turn) {
  std::vector<int> turns(intervals.size(), 0);
  if (intervals.size() < 2) return turns;
  std::vector<std::size_t> order(intervals.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return intervals[a] < intervals[b]; });
  const double first = intervals[order.front()][0];
  double reached = intervals[order.front()][1], widest = 0;
  std::size_t cut = 0;  // intervals from here on come first
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& [low, high] = intervals[order[i]];
    if (low - reached > widest) {
      widest = low - reached;
      cut = i;
    }
    reached = std::max(reached, high);
  }
  const double outside = first + turn - reached;
  if (!(widest > outside * (1 + 1e-9)) || !(widest > 0)) return turns;
  for (std::size_t i = 0; i < cut; ++i) turns[order[i]] = 1;
  return turns;
}

Grid turned_towards(Grid grid, const Grid& other) {
  const auto turn = full_turn(grid.crs);
  if (!turn || !grid.has_geotransform || !other.has_geotransform) return grid;
  const auto middle = [](const Grid& one) {
    return one.to_world(static_cast<double>(one.width) / 2, static_cast<double>(one.height) / 2)[0];
  };
  const double apart = middle(other) - middle(grid);
  // At exactly half a turn apart, nothing is gained.
  if (std::abs(apart) > *turn / 2) grid.geotransform[0] += *turn * std::round(apart / *turn);
  return grid;
}

}  // namespace terramask::geo
