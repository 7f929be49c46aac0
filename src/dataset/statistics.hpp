// Statistics of the training pixels, and normalisation for the network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataset/dataset.hpp"

namespace terramask {

struct BandSummary {
  double mean = 0, std = 0;  ///< of the population
  double min = 0, max = 0;
  double low = 0, high = 0;  ///< 2nd and 98th percentile; only if requested
};

/// input = (value − mean) / std for each band; then, with a matrix, input = matrix · input. A model file has
/// no matrix; it is folded into the network's first convolution: the weights of each tap times the matrix.
/// This is exact because invalid pixels and pixels beyond the patch are 0 either way.
struct Normalization {
  NormalizationMethod method = NormalizationMethod::standard;
  std::vector<double> mean, std;
  std::vector<double> matrix;  ///< bands × bands, row by row; empty: none
  std::vector<BandSummary> bands;
  std::uint64_t pixels = 0;  ///< pixels used
  std::vector<std::string> warnings;
};

struct StatisticsOptions {
  /// Up to this many training pixels, all are used. If there are more, whole squares of 256 pixels are used,
  /// each selected by the hash of its image and position with the probability that yields about this many.
  std::uint64_t most_pixels = std::uint64_t{1} << 25;
  ProgressSink progress{};
  const StopFlag* stop = nullptr;
};

/// Statistics of the valid pixels of the training part, labelled or not, in one pass (Chan, Golub and LeVeque
/// 1983), or two for percentiles:
/// * standard: mean 0, standard deviation 1
/// * minmax: the minimum becomes −1, the maximum 1
/// * percentile: the 2nd percentile becomes −1, the 98th 1 (values beyond are not clipped)
/// * whiten: principal components with standard deviation 1 each: mean of each band, std 1, matrix Λ^−½ Vᵀ
///
/// A constant band gets std 1 and a warning.
/// Throws mismatch if there is no training pixel.
Normalization measure_normalization(const Dataset& dataset, NormalizationMethod method,
                                    const StatisticsOptions& options);

/// Weights of the classes, in their order: all 1; or inversely proportional to the frequency in the training
/// part ("tempered": to its square root), with a mean of 1 over its pixels (0 for a class that does not
/// occur); or those listed.
std::vector<double> class_weights(const Dataset& dataset, const TrainingKeys& training);

/// Eigenvalues (largest first) and eigenvectors (as rows) of a symmetric matrix, by Jacobi rotations (Golub
/// and Van Loan, 8.5).
void eigen_symmetric(std::vector<double> matrix, std::size_t n, std::vector<double>& values,
                     std::vector<double>& vectors);

}  // namespace terramask
