// One class against the rest, at every threshold of its probability.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/codes.hpp"
#include "geo/read/nearest_reader.hpp"
#include "terramask/evaluate.hpp"

namespace terramask::evaluation {

/// Pixels by probability: level k holds those above (k − 1)/256 and not above k/256, level 0 those of
/// probability 0, so every threshold k/256 falls between two levels, 0.5 among them.
class LevelCounts {
 public:
  void add(float probability, bool positive);
  /// A judged pixel without a probability: above no threshold.
  void add_missing(bool positive);

  ThresholdSweep sweep(std::size_t positive_class) const;

 private:
  static constexpr std::size_t steps = 256;

  std::array<std::uint64_t, steps + 1> positive_{}, negative_{};
  std::uint64_t missing_positive_ = 0, missing_negative_ = 0;
};

/// The probabilities of one class on a mask's grid.
class ProbabilitySource {
 public:
  /// The band named after the class; else the class's own where there is one band a class; else the only one.
  /// @throws Error mismatch
  ProbabilitySource(const std::string& path, const std::vector<ClassInfo>& classes, std::size_t positive,
                    const Grid& grid, const std::string& grid_name);

  /// Adds the judged pixels of a block. Throws mismatch for values that are no probability.
  void add(const CodeBlock& reference, const Window& core, LevelCounts& counts);

 private:
  std::string path_;
  Code positive_;
  std::optional<geo::NearestReader> reader_;
  std::vector<float> values_;
  std::vector<std::uint8_t> valid_;
};

}  // namespace terramask::evaluation
