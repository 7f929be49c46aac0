#include "geo/read/nearest_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "geo/base/crs.hpp"
#include "geo/base/longitudes.hpp"
#include "geo/files/open.hpp"
#include "geo/read/stack.hpp"

namespace terramask::geo {
namespace {

constexpr std::int64_t kPartSide = 512;
constexpr std::int64_t kMostSourceValues = 6'000'000;

std::vector<BandSlot> slots(const std::vector<int>& bands) {
  std::vector<BandSlot> made;
  made.reserve(bands.size());
  for (const int band : bands) made.push_back({band, made.size()});
  return made;
}

/// The offset in whole pixels between two grids that differ only in their corners.
std::optional<std::array<std::int64_t, 2>> shift_between(const Grid& grid, const Grid& as_it_says) {
  if (!same_crs(grid.crs, as_it_says.crs) && !(grid.crs.empty() && as_it_says.crs.empty()))
    return std::nullopt;
  const Grid source = turned_towards(as_it_says, grid);
  const auto corner = [&](std::int64_t column, std::int64_t row) {
    const auto world = grid.to_world(static_cast<double>(column), static_cast<double>(row));
    return source.to_pixel(world[0], world[1]);
  };
  const auto first = corner(0, 0);
  const std::array<double, 2> shift{std::round(first[0]), std::round(first[1])};
  const auto close = [&](std::int64_t column, std::int64_t row) {
    const auto at = corner(column, row);
    return std::abs(at[0] - static_cast<double>(column) - shift[0]) < 0.01 &&
           std::abs(at[1] - static_cast<double>(row) - shift[1]) < 0.01;
  };
  if (!close(0, 0) || !close(grid.width, 0) || !close(0, grid.height) || !close(grid.width, grid.height))
    return std::nullopt;
  return std::array{static_cast<std::int64_t>(shift[0]), static_cast<std::int64_t>(shift[1])};
}

}  // namespace

NearestReader::NearestReader(const std::string& path, const std::vector<int>& bands, const Grid& grid,
                             const std::string& grid_name)
    : NearestReader(describe(*open_raster(path), path), bands, grid, grid_name) {}

NearestReader::NearestReader(const FileFacts& facts, const std::vector<int>& bands, const Grid& grid,
                             const std::string& grid_name)
    : bands_(bands.size()) {
  const std::string& path = facts.path;
  file_ = std::make_unique<FileReader>(facts, slots(bands), NodataOption{});
  extent_ = facts.grid.extent();
  const bool placed = facts.grid.has_geotransform && grid.has_geotransform;
  if (!placed) {
    if (facts.grid.width != grid.width || facts.grid.height != grid.height)
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: cannot be laid over {}: {} has no georeferencing, and their sizes differ "
                              "({} × {} and {} × {} pixels)",
                              path, grid_name, facts.grid.has_geotransform ? grid_name : path,
                              facts.grid.width, facts.grid.height, grid.width, grid.height),
                  "georeference it with `gdal_edit.py -a_srs ... -a_ullr ...`");
    assumed_ = facts.grid.has_geotransform != grid.has_geotransform;
    shift_ = std::array<std::int64_t, 2>{0, 0};
    return;
  }
  Grid source = facts.grid;
  Grid target = grid;
  if (source.crs.empty() != target.crs.empty()) {
    assumed_ = true;  // the one without georeferencing is assumed to match the other
    (source.crs.empty() ? source.crs : target.crs) = source.crs.empty() ? target.crs : source.crs;
  }
  note_ = local_crs_note(path, source, grid_name, target);
  if (!note_.empty()) source.crs = target.crs;
  shift_ = shift_between(target, source);
  bool meets = false;
  if (shift_) {
    meets = !intersect({(*shift_)[0], (*shift_)[1], grid.width, grid.height}, extent_).empty();
  } else {
    mapping_.emplace(target, source);
    const auto box = mapping_->bounds();
    meets = box[0] < static_cast<double>(extent_.width) && box[2] > 0 &&
            box[1] < static_cast<double>(extent_.height) && box[3] > 0;
  }
  if (!meets)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: does not overlap {} ({} and {})", path, grid_name, crs_label(facts.grid.crs),
                            crs_label(grid.crs)),
                "name rasters of the same place");
}

void NearestReader::read(const Window& window, std::span<float> values, std::span<std::uint8_t> valid) {
  if (shift_) {
    read_shifted(window, values, valid);
    return;
  }
  for (std::int64_t y = 0; y < window.height; y += kPartSide)
    for (std::int64_t x = 0; x < window.width; x += kPartSide)
      read_mapped({window.x + x, window.y + y, std::min(kPartSide, window.width - x),
                   std::min(kPartSide, window.height - y)},
                  window, values, valid);
}

void NearestReader::read_shifted(const Window& window, std::span<float> values,
                                 std::span<std::uint8_t> valid) {
  const Window wanted{window.x + (*shift_)[0], window.y + (*shift_)[1], window.width, window.height};
  const Window held = intersect(wanted, extent_);
  if (held == wanted) {
    std::fill(valid.begin(), valid.end(), std::uint8_t{1});
    file_->read(held, {values.data(), pixels(held)}, valid);
    return;
  }
  std::fill(valid.begin(), valid.end(), std::uint8_t{0});
  if (held.empty()) return;
  held_values_.resize(bands_ * pixels(held));
  held_valid_.assign(pixels(held), 1);
  file_->read(held, {held_values_.data(), pixels(held)}, held_valid_);
  for (std::int64_t row = 0; row < held.height; ++row) {
    const std::int64_t from = row * held.width;
    const std::int64_t to = (held.y - wanted.y + row) * wanted.width + held.x - wanted.x;
    std::copy_n(held_valid_.begin() + from, held.width, valid.begin() + to);
    for (std::size_t band = 0; band < bands_; ++band)
      std::copy_n(held_values_.begin() + static_cast<std::ptrdiff_t>(band * pixels(held)) + from, held.width,
                  values.begin() + static_cast<std::ptrdiff_t>(band * pixels(window)) + to);
  }
}

void NearestReader::read_mapped(const Window& part, const Window& window, std::span<float> values,
                                std::span<std::uint8_t> valid) {
  columns_.resize(pixels(part));
  rows_.resize(pixels(part));
  mapping_->positions(part, columns_, rows_);
  constexpr std::int64_t outside = -1;
  const auto pixel = [](double position, std::int64_t extent) {
    return position >= 0 && position < static_cast<double>(extent) ? static_cast<std::int64_t>(position)
                                                                   : outside;  // also for NaN
  };
  Window held{extent_.width, extent_.height, 0, 0};
  std::int64_t right = -1, bottom = -1;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::int64_t x = pixel(columns_[i], extent_.width);
    const std::int64_t y = pixel(rows_[i], extent_.height);
    if (x == outside || y == outside) continue;
    held.x = std::min(held.x, x);
    held.y = std::min(held.y, y);
    right = std::max(right, x);
    bottom = std::max(bottom, y);
  }
  held.width = right + 1 - held.x;
  held.height = bottom + 1 - held.y;
  if (!held.empty()) {
    if (held.width * held.height * static_cast<std::int64_t>(bands_) > kMostSourceValues &&
        part.width * part.height > 1) {
      const bool across = part.width >= part.height;
      const std::int64_t half = (across ? part.width : part.height) / 2;
      const Window first =
          across ? Window{part.x, part.y, half, part.height} : Window{part.x, part.y, part.width, half};
      const Window second = across ? Window{part.x + half, part.y, part.width - half, part.height}
                                   : Window{part.x, part.y + half, part.width, part.height - half};
      read_mapped(first, window, values, valid);
      read_mapped(second, window, values, valid);
      return;
    }
    held_values_.resize(bands_ * pixels(held));
    held_valid_.assign(pixels(held), 1);
    file_->read(held, {held_values_.data(), pixels(held)}, held_valid_);
  }
  std::size_t i = 0;
  for (std::int64_t row = part.y; row < part.y + part.height; ++row)
    for (std::int64_t column = part.x; column < part.x + part.width; ++column, ++i) {
      const auto at = static_cast<std::size_t>((row - window.y) * window.width + column - window.x);
      const std::int64_t x = pixel(columns_[i], extent_.width);
      const std::int64_t y = pixel(rows_[i], extent_.height);
      valid[at] = 0;
      if (x == outside || y == outside) continue;
      const auto from = static_cast<std::size_t>((y - held.y) * held.width + x - held.x);
      valid[at] = held_valid_[from];
      for (std::size_t band = 0; band < bands_; ++band)
        values[band * pixels(window) + at] = held_values_[band * pixels(held) + from];
    }
}

}  // namespace terramask::geo
