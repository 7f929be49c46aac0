// Splits ground into training, validation and test parts.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dataset/project.hpp"
#include "terramask/grid.hpp"

namespace terramask {

/// The properties of an image relevant for the split.
struct SplitImage {
  std::string id, group, name;
  Grid grid;                              ///< the working grid
  std::array<double, 2> reach{0.5, 0.5};  ///< of a pixel's source data from its centre, in pixels
  std::optional<Part> part{};
};

/// Ground is split by square blocks: block (row, column) belongs to the part selected by the hash of (seed,
/// row, column). Blocks form one worldwide system in longitude and latitude on WGS 84: rows of block_m from
/// the south pole up (at 111,320 m per degree, accurate to half a percent), each divided into the whole
/// number of columns that makes blocks most nearly square. A block's part thus depends on the seed only, not
/// on the set of images, and overlapping images share their blocks whatever their CRS. Images in a local CRS,
/// which is not tied to the Earth, have blocks in its plane.
///
/// A pixel belongs to a part only if all ground that its data come from does: its footprint, with the reach
/// of resampling and of stacked and label rasters, and half a pixel more for the misalignment of two rasters.
/// Pixels across the border of two parts belong to none.
///
/// Patches contain only pixels of their own part: others are invalid there, 0 in every band, with weight 0.
/// As this holds pixel by pixel, it holds for any halo of a network and for any rotation, scale or shift of a
/// patch. No ground is lost, as it would be if whole windows had to fit into blocks (a rotated patch of 256
/// pixels of 0.5 m fits only the middle of a block of 256 m).
///
/// By file: an entire image belongs to the part selected by the hash of its group (or its id), or to the one
/// it specifies. This also applies to images without a CRS under `blocks`. Overlapping images of different
/// parts are an error.
class Split {
 public:
  /// Throws usage for images that specify a part if the split is by blocks, or if one group specifies
  /// different parts; mismatch for overlapping images of different parts.
  Split(const SplitKeys& keys, std::vector<SplitImage> images);

  /// The part of an entire image; empty if split by blocks.
  std::optional<Part> part_of(std::size_t image) const { return whole_[image]; }
  Part part_of_block(std::int64_t row, std::int64_t column) const;

  struct Block {
    std::int64_t row = 0, column = 0;
    bool operator==(const Block&) const = default;
  };
  /// The block of a position in degrees on WGS 84.
  Block block_at(double longitude, double latitude) const;
  /// West, south, east and north of a block in degrees.
  std::array<double, 4> bounds(const Block& block) const;
  /// The block of a position in the plane of a local CRS, in metres.
  Block block_in_plane(double x, double y) const;
  std::array<double, 4> bounds_in_plane(const Block& block) const;

  const SplitKeys& keys() const { return keys_; }
  const SplitImage& image(std::size_t i) const { return images_[i]; }

 private:
  double columns_of_row(double row) const;
  Part draw(std::uint64_t bits) const;
  void check_overlaps() const;

  SplitKeys keys_;
  std::vector<SplitImage> images_;
  std::vector<std::optional<Part>> whole_;
};

/// The parts of an image's pixels. Not thread-safe: use one per thread.
class PartMap {
 public:
  PartMap(const Split& split, std::size_t image);
  ~PartMap();
  PartMap(PartMap&&) noexcept;

  /// 1 + Part of each pixel of a window, 0 if it belongs to none. The window must be inside the image.
  void read(const Window& window, std::span<std::uint8_t> parts);
  std::optional<Part> part_at(std::int64_t x, std::int64_t y);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace terramask
