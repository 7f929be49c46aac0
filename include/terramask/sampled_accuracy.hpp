// Accuracy and area from sampled points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "terramask/confusion.hpp"

namespace terramask {

/// An estimate and the half width of its 95% confidence interval (NaN where it cannot be told).
struct Estimate {
  double value = 0;
  double interval = 0;
};

struct SampledClass {
  std::uint64_t points = 0;  ///< in the stratum: where the mask has the class
  double mapped_area = 0;    ///< as the mask has it
  double share = 0;          ///< of the mapped area
  Estimate users;            ///< user's accuracy (precision)
  Estimate producers;        ///< producer's accuracy (recall), by area
  Estimate area;             ///< adjusted for the mask's errors
};

/// Stratified estimates with the mapped classes as strata (Olofsson et al. 2014, "Good practices for
/// estimating area and assessing accuracy of land change", Remote Sensing of Environment 148, equations
/// 1-11).
struct SampledAccuracy {
  ConfusionMatrix matrix{};   ///< points; rows are the reference, columns the mask
  bool square_metres = true;  ///< areas are in m²; else in pixels (the mask has no place on Earth)
  std::uint64_t outside = 0;  ///< points outside all masks
  Estimate overall{};         ///< area-adjusted
  std::vector<SampledClass> classes{};
  std::vector<std::string> warnings{};
};

/// @param matrix points by reference (rows) and mapped class (columns); the nodata column takes no part
/// @param areas  mapped areas by class, in any unit
/// A class that is mapped but has no point is left out, with a warning; where a stratum has a single point
/// the intervals that need its variance are NaN.
SampledAccuracy sampled_accuracy(const ConfusionMatrix& matrix, const std::vector<double>& areas,
                                 const std::vector<std::string>& names);

}  // namespace terramask
