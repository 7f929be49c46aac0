#include "region/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "geo/region/region_grid.hpp"
#include "region/digest.hpp"
#include "segment/segment_task.hpp"

namespace terramask::region {
namespace {

/// Whether the region holds a pixel of the window; in strips, for most tiles lie inside and tell at once.
bool meets(const RegionOfInterest& region, const Window& window) {
  constexpr std::int64_t strip = 64;
  std::vector<std::uint8_t> inside;
  for (std::int64_t y = 0; y < window.height; y += strip) {
    const Window part{window.x, window.y + y, window.width, std::min(strip, window.height - y)};
    inside.assign(static_cast<std::size_t>(part.width * part.height), 1);
    region.mask(part, inside);
    if (std::find(inside.begin(), inside.end(), std::uint8_t{1}) != inside.end()) return true;
  }
  return false;
}

/// What of the region's grid a tile's pixels may be made of, on either side of it: the network's field on the
/// working grid, whichever way the tile is cut, and what resampling touches.
std::int64_t reach(const RasterReader& reader, const Footprint& footprint) {
  const auto scale = reader.scale();
  const double pixel = std::max({scale[0], scale[1], 1.0});
  const auto field = static_cast<double>(footprint.halo + 2 * footprint.alignment + 4);
  return static_cast<std::int64_t>(std::ceil(field * pixel)) + 4;
}

std::string inputs_digest(const std::vector<std::size_t>& sources, const Inputs& inputs,
                          const std::string& common) {
  std::string text = common;
  for (const std::size_t i : sources)
    text += inputs.records[i].path + '\n' + inputs.records[i].fingerprint + '\n';
  return digest_of(text);
}

}  // namespace

RasterOptions source_options(const RegionJob& job, const Model& model) {
  return segment::raster_options(model, job.raster);
}

JobFile begin_job(const RegionJob& job, const Model& model, const Inputs& inputs) {
  std::vector<Grid> grids;
  // The first source that the job names decides, not the lowest.
  const auto first = std::find_if(inputs.sources.begin(), inputs.sources.end(),
                                  [&](const geo::RegionSource& one) { return one.facts != nullptr; });
  const auto last = std::find_if(inputs.sources.rbegin(), inputs.sources.rend(),
                                 [&](const geo::RegionSource& one) { return one.facts != nullptr; });
  grids.push_back(job.priority == SourcePriority::first ? last->grid : first->grid);
  for (const geo::RegionSource& one : inputs.sources)
    if (one.facts) grids.push_back(one.grid);
  JobFile file;
  file.description = describe_job(job, model);
  file.classes = model.info.classes;
  file.grid = geo::region_grid({job.crs, job.pixel_size, job.origin}, grids);
  file.window = RegionOfInterest::make(file.grid, job.bounds, job.bounds_crs, job.cutline)->window();
  return file;
}

RegionPlan make_plan(const RegionJob& job, const Model& model, const JobFile& file, Inputs inputs,
                     const Footprint& footprint) {
  if (job.tile < 64)
    throw Error(ErrorCode::usage, fmt::format("a region's tile of {} pixels", job.tile), "give at least 64");
  RegionPlan plan;
  plan.job = job;
  plan.file = file;
  plan.inputs = std::move(inputs);
  plan.reader = geo::RegionReader::make(
      plan.inputs.sources,
      {.grid = file.grid, .pixel_size_m = model.info.pixel_size_m, .resample = job.raster.resample});
  plan.region = RegionOfInterest::make(file.grid, job.bounds, job.bounds_crs, job.cutline);
  const std::string common = model.sha256 + '\n' + plan.inputs.joined + '\n';

  const std::int64_t tile = job.tile, margin = reach(*plan.reader, footprint);
  const Window& window = file.window;
  for (std::int64_t row = window.y / tile; row * tile < window.y + window.height; ++row)
    for (std::int64_t column = window.x / tile; column * tile < window.x + window.width; ++column) {
      const Window part = intersect({column * tile, row * tile, tile, tile}, window);
      if (part.empty() || plan.reader->sources_of(part).empty()) continue;
      if ((!job.cutline.empty() || job.bounds) && !meets(*plan.region, part)) continue;
      JournalTile one;
      one.tile.row = row;
      one.tile.column = column;
      one.tile.window = part;
      one.tile.status = TileStatus::pending;
      const Window field{part.x - margin, part.y - margin, part.width + 2 * margin, part.height + 2 * margin};
      one.inputs = inputs_digest(plan.reader->sources_of(field), plan.inputs, common);
      plan.tiles.push_back(std::move(one));
    }
  if (plan.tiles.empty())
    throw Error(ErrorCode::mismatch, "the region is empty: no source shows anything in it",
                "correct the bounds or polygons, or name other sources");
  return plan;
}

std::string tile_name(const RegionTile& tile) {
  return fmt::format("r{:05}_c{:05}", tile.row, tile.column);
}

std::string mask_path(const RegionTile& tile) {
  return fmt::format("tiles/r{:05}/{}.tif", tile.row, tile_name(tile));
}

std::string probabilities_path(const RegionTile& tile) {
  return fmt::format("tiles/r{:05}/{}_probabilities.tif", tile.row, tile_name(tile));
}

}  // namespace terramask::region
