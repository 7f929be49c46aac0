// What the training pixels' values are like, and how they become a network's input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataset/dataset.hpp"

namespace terramask {

struct BandSummary {
  double mean = 0, std = 0;  ///< population's
  double min = 0, max = 0;
  double low = 0, high = 0;  ///< 2nd and 98th percentile; only where asked for
};

/// input = (value − mean) / std for each band; then, where there is a matrix, input = matrix · input. As a
/// model file has no matrix, its network's first convolution takes it over: the weights of each tap times the
/// matrix. That is exact, since what is invalid or beyond the patch is 0 on either side.
struct Normalization {
  NormalizationMethod method = NormalizationMethod::standard;
  std::vector<double> mean, std;
  std::vector<double> matrix;  ///< bands × bands, by rows; empty: none
  std::vector<BandSummary> bands;
  std::uint64_t pixels = 0;  ///< that were looked at
  std::vector<std::string> warnings;
};

struct StatisticsOptions {
  /// Up to this many training pixels all are looked at. Of more, whole squares of 256 pixels are, each chosen
  /// by the hash of its image and place with the probability that brings about as many.
  std::uint64_t most_pixels = std::uint64_t{1} << 25;
  ProgressSink progress{};
  const StopFlag* stop = nullptr;
};

/// Statistics of the valid pixels of the training part, labelled or not, in one pass (Chan, Golub and LeVeque
/// 1983), two for percentiles:
///  standard    mean 0, standard deviation 1
///  minmax      the smallest value −1, the largest 1
///  percentile  the 2nd percentile −1, the 98th 1 (what lies beyond is not cut)
///  whiten      principal components with standard deviation 1 each: mean of each band, std 1, matrix Λ^−½ Vᵀ
/// A band that is the same everywhere gets std 1 and a warning.
/// Throws mismatch where there is no training pixel.
Normalization measure_normalization(const Dataset& dataset, NormalizationMethod method,
                                    const StatisticsOptions& options);

/// Weights of the classes, in their order: all 1; or inversely as frequent as they are in the training part
/// ("tempered": as the root of the frequency), so that the mean over its pixels is 1 (0 for a class that does
/// not occur); or those listed.
std::vector<double> class_weights(const Dataset& dataset, const TrainingKeys& training);

/// Eigenvalues (largest first) and eigenvectors (as rows) of a symmetric matrix, by Jacobi's rotations (Golub
/// and Van Loan, 8.5).
void eigen_symmetric(std::vector<double> matrix, std::size_t n, std::vector<double>& values,
                     std::vector<double>& vectors);

}  // namespace terramask
