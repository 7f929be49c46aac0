// Which ground is trained on, which is validated on and which is kept for the test.
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

/// What the split has to know of an image.
struct SplitImage {
  std::string id, group, name;
  Grid grid;                              ///< the one that pixels are read on
  std::array<double, 2> reach{0.5, 0.5};  ///< how far from its centre a pixel's data reach, in pixels
  std::optional<Part> part{};
};

/// Ground is shared out by square blocks: block (row, column) belongs to the part that the hash of (seed,
/// row, column) falls to. Blocks lie in one system for all images of the world, longitude and latitude on WGS
/// 84: rows of block_m from the south pole up (at 111,320 m a degree, right to half a percent), each cut into
/// the whole number of columns that comes nearest to squares. So a block's part depends on nothing but the
/// seed, not on which images there are, and images that overlap share their blocks whatever their CRS. Images
/// in a local CRS, which has no place on Earth, have blocks in its plane.
///
/// A pixel belongs to a part only if all ground that its data come from does: its footprint, with the reach
/// of resampling and of stacked and label rasters, and half a pixel more for what two rasters are apart at
/// best. PartPixels across the border of two parts belong to none.
///
/// Nothing but pixels of its own part ever gets into a patch: the others are invalid there, 0 in every band,
/// with weight 0. This holds whatever halo a network has and however a patch is turned, scaled or shifted,
/// since it holds pixel by pixel; and no ground is lost, as it would be were whole windows demanded to fit
/// into blocks (a patch of 256 pixels of 0.5 m, turned, fits into no block of 256 m but in its middle).
///
/// By file: all of an image belongs to the part its group (or its id) hashes to, or to the one it names. So
/// it is with images that have no CRS, under `blocks` too. Images of different parts that overlap are
/// refused.
class Split {
 public:
  /// Throws usage for images that name a part where it is the blocks that decide, or that one group gives
  /// different parts; mismatch for images of different parts that overlap.
  Split(const SplitKeys& keys, std::vector<SplitImage> images);

  /// The part of all of an image; empty where blocks decide.
  std::optional<Part> part_of(std::size_t image) const { return whole_[image]; }
  Part part_of_block(std::int64_t row, std::int64_t column) const;

  struct Block {
    std::int64_t row = 0, column = 0;
    bool operator==(const Block&) const = default;
  };
  /// The block of a place, in degrees on WGS 84.
  Block block_at(double longitude, double latitude) const;
  /// West, south, east, north of a block in degrees.
  std::array<double, 4> bounds(const Block& block) const;
  /// The same in the plane of a local CRS, in metres.
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

/// The parts of an image's pixels. Not thread-safe: one a thread.
class PartMap {
 public:
  PartMap(const Split& split, std::size_t image);
  ~PartMap();
  PartMap(PartMap&&) noexcept;

  /// 1 + Part of each pixel of a window, 0 where it belongs to none. The window lies inside the image.
  void read(const Window& window, std::span<std::uint8_t> parts);
  std::optional<Part> part_at(std::int64_t x, std::int64_t y);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace terramask
