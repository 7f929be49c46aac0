// The mean probability of each patch's class over its pixels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "geo/read/file_reader.hpp"
#include "vectorize/border_tracer.hpp"
#include "vectorize/mask_rows.hpp"
#include "vectorize/patches.hpp"

namespace terramask::vectors {

class ProbabilityMeans {
 public:
  /// Bands are found by the class's name, else by its place where there is one band a class.
  /// @throws Error mismatch where the two do not lie on one grid, or a band is missing; and what opening a
  ///         raster throws
  ProbabilityMeans(const std::string& path, const Mask& mask, const Patches& patches);

  void add_row(std::int64_t y, std::span<const Segment> row);
  /// Empty where no pixel of the region has one.
  std::optional<double> mean(Region region) const;

 private:
  struct Sum {
    double sum = 0;
    std::uint64_t pixels = 0;
  };
  void read_strip(std::int64_t y);
  std::size_t plane_of(std::int32_t value) const;

  const Patches& patches_;
  std::string path_;
  Grid grid_;
  std::unordered_map<std::int32_t, std::size_t> planes_;  ///< of each class value
  std::optional<geo::FileReader> reader_;
  std::int64_t strip_rows_ = 1;
  Window strip_{};
  std::vector<float> values_;
  std::vector<std::uint8_t> valid_;
  std::vector<Sum> sums_;
};

}  // namespace terramask::vectors
