#include "geo/read/stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "geo/base/crs.hpp"
#include "geo/base/grid_mapping.hpp"
#include "geo/read/file_reader.hpp"
#include "geo/read/ndsm.hpp"
#include "geo/read/warped_reader.hpp"

namespace terramask::geo {
namespace {

class StackReader final : public GridReader {
 public:
  /// @param together the members, on the grid itself, whose bands are nodata only together
  StackReader(std::vector<std::unique_ptr<GridReader>> members, std::vector<FileReader*> together)
      : members_(std::move(members)), together_(std::move(together)) {}

  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override {
    common_.assign(together_.empty() ? 0 : pixels(window), 1);
    for (const auto& member : members_) {
      const auto one = std::find(together_.begin(), together_.end(), member.get());
      if (one == together_.end())
        member->read(window, planes, valid);
      else
        (*one)->read_common(window, planes, valid, common_);
    }
    if (!together_.empty()) clear_common(common_, valid);
  }
  void advise(const Window& window) override {
    for (const auto& member : members_) member->advise(window);
  }
  bool always_valid() const override {
    for (const auto& member : members_)
      if (!member->always_valid()) return false;
    return true;
  }

 private:
  std::vector<std::unique_ptr<GridReader>> members_;
  std::vector<FileReader*> together_;
  std::vector<std::uint8_t> common_;
};

/// Reach added by WarpedReader: a box of a source pixel or of the pixel's span, and the source pixels it
/// touches.
void add_warp(const Grid& grid, const Grid& source, std::array<double, 2>& reach) {
  if (same_grid(grid, source)) return;
  const auto span = GridMapping(grid, source).span();
  double most = 0;  // the grids may be rotated to each other
  for (const double s : span) most = std::max(most, (std::max(s, 1.0) / 2 + 1) / s);
  for (double& r : reach) r += most;
}

std::string describe_grid(const Grid& grid) {
  return fmt::format("{} x {} pixels, {}, {}", grid.width, grid.height,
                     grid.has_geotransform ? "georeferenced" : "no geotransform", crs_label(grid.crs));
}

}  // namespace

bool same_grid(const Grid& a, const Grid& b) {
  if (a.width != b.width || a.height != b.height || a.has_geotransform != b.has_geotransform) return false;
  if (!a.has_geotransform) return true;
  // A file with exactly the same position but no CRS is assumed to match.
  if (!a.crs.empty() && !b.crs.empty() && !may_be_alike(a.crs, b.crs)) return false;
  const auto w = static_cast<double>(a.width);
  const auto h = static_cast<double>(a.height);
  const std::array<std::array<double, 2>, 3> corners{{{0, 0}, {w, 0}, {0, h}}};
  for (const auto& corner : corners) {
    const auto place = b.to_world(corner[0], corner[1]);
    const auto pixel = a.to_pixel(place[0], place[1]);
    if (!(std::hypot(pixel[0] - corner[0], pixel[1] - corner[1]) < 1e-3)) return false;
  }
  return true;
}

std::string local_crs_note(const std::string& path, const Grid& laid, const std::string& onto_path,
                           const Grid& onto) {
  if (!laid.has_geotransform || !onto.has_geotransform || laid.crs.empty() || onto.crs.empty()) return {};
  if (same_crs(laid.crs, onto.crs) || !same_grid(laid, onto)) return {};
  return fmt::format(
      "{}: its CRS \"{}\" and \"{}\" of {} cannot be compared, as one of them is local; laid over it all the "
      "same, as both have the same size and coordinates",
      path, crs_label(laid.crs), crs_label(onto.crs), onto_path);
}

void check_stack(std::span<const FileFacts> files) {
  for (const auto& file : files.subspan(1)) {
    const Grid& first = files[0].grid;
    if (same_grid(first, file.grid)) continue;
    const bool placed = first.has_geotransform && file.grid.has_geotransform;
    if (placed && first.crs.empty() == file.grid.crs.empty()) continue;
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: cannot be laid onto {} ({}; {})", file.path, files[0].path,
                            describe_grid(file.grid), describe_grid(first)),
                "give each a CRS and a place, e.g. `gdal_edit.py -a_srs EPSG:... -a_ullr ulx uly lrx lry`");
  }
}

std::array<double, 2> stack_reach(std::span<const FileFacts> files) {
  std::array<double, 2> reach{0.5, 0.5};
  for (const FileFacts& file : files) {
    std::array<double, 2> of_file{0.5, 0.5};
    add_warp(files[0].grid, file.grid, of_file);
    if (file.heights) {
      std::array<double, 2> of_terrain{0.5, 0.5};
      add_warp((*file.heights)[0].grid, (*file.heights)[1].grid, of_terrain);
      const auto span = same_grid(files[0].grid, file.grid) ? std::array<double, 2>{1, 1}
                                                            : GridMapping(files[0].grid, file.grid).span();
      const double size = 1 / std::min(span[0], span[1]);  // of a surface pixel
      for (double& r : of_file) r += size * (of_terrain[0] - 0.5);
    }
    for (std::size_t axis = 0; axis < 2; ++axis) reach[axis] = std::max(reach[axis], of_file[axis]);
  }
  return reach;
}

std::unique_ptr<GridReader> open_stack(std::span<const FileFacts> files, std::span<const BandChoice> bands,
                                       std::span<const NodataOption> nodata) {
  std::vector<std::unique_ptr<GridReader>> members;
  std::vector<FileReader*> together;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const bool direct = f == 0 || same_grid(files[0].grid, files[f].grid);
    std::vector<BandSlot> slots;
    std::vector<std::size_t> planes;
    for (std::size_t p = 0; p < bands.size(); ++p) {
      if (bands[p].file != f) continue;
      slots.push_back({bands[p].band, direct ? p : planes.size()});
      planes.push_back(p);
    }
    if (slots.empty()) continue;
    std::unique_ptr<GridReader> reader;
    if (files[f].heights) {
      reader = open_ndsm(files[f], slots.front().plane);
    } else {
      auto file = std::make_unique<FileReader>(files[f], std::move(slots), nodata[f]);
      if (direct && file->has_common()) together.push_back(file.get());
      reader = std::move(file);
    }
    if (direct) {
      members.push_back(std::move(reader));
    } else {
      members.push_back(std::make_unique<WarpedReader>(std::move(reader), files[f].grid, files[0].grid,
                                                       std::move(planes), files[f].path, files[0].path));
    }
  }
  if (members.size() == 1) return std::move(members.front());
  return std::make_unique<StackReader>(std::move(members), std::move(together));
}

}  // namespace terramask::geo
