// The patches of a mask: what each is, and which are too small to stay.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "geo/base/pixel_area.hpp"
#include "terramask/vectorize.hpp"
#include "vectorize/mask_rows.hpp"
#include "vectorize/row_labels.hpp"

namespace terramask::vectors {

using Region = std::uint32_t;  ///< 1 for the first; kOutside for what is no patch

/// What became of the labels: patches as they are written, in the order of their first labels.
struct Patches {
  std::vector<Region> region_of;  ///< of each label
  std::vector<std::int32_t> value;
  std::vector<std::int32_t> last_row;
  std::vector<std::uint64_t> pixels;
  std::vector<double> area_m2;  ///< zeros where the mask has no place on the ground
  std::uint64_t absorbed = 0;

  std::size_t size() const { return value.size(); }  ///< kOutside at 0 included
};

/// A border that a patch shares with another.
struct Contact {
  Label a = 0, b = 0;
  double length = 0;
};

/// Labels and their patches while the mask is swept.
class PatchTable {
 public:
  /// @param min_area  patches below it will be absorbed; 0: none
  PatchTable(const Mask& mask, Measure min_area);

  void add_row(std::int64_t y, std::span<const Run> runs);
  bool has_areas() const { return areas_ != nullptr; }
  /// Absorbs what is too small and numbers the rest. The table is empty afterwards.
  Patches finish();

 private:
  friend class Absorption;

  Label find(Label label);
  Label unite(Label a, Label b);  ///< to the smaller of the two
  void grow(Label label, std::int32_t value, std::int64_t y, std::uint64_t pixels, double area);
  bool small(Label root) const {
    return min_area_.pixels ? static_cast<double>(pixels_[root]) < min_area_.value
                            : area_[root] < min_area_.value;
  }
  void add_contacts(std::span<const Run> above, std::span<const Label> above_labels,
                    std::span<const Run> runs, std::span<const Label> labels);
  void add_contact(Label a, Label b, double length);
  void compact_contacts();

  Measure min_area_;
  double across_ = 1, down_ = 1;  ///< lengths of a pixel's edges
  std::unique_ptr<geo::PixelAreas> areas_;
  RowLabels row_labels_;
  std::vector<Run> above_runs_;
  std::vector<Label> above_labels_;
  std::vector<Label> parent_;
  std::vector<std::int32_t> value_;
  std::vector<std::int32_t> last_row_;
  std::vector<std::uint64_t> pixels_;
  std::vector<double> area_;
  std::vector<Contact> contacts_;
  std::size_t compact_at_ = std::size_t{1} << 20;
  std::uint64_t absorbed_ = 0;
};

}  // namespace terramask::vectors
