#include "dataset/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "dataset/random.hpp"
#include "geo/read/grid_reader.hpp"
#include "terramask/error.hpp"

namespace terramask {
namespace {

constexpr std::int64_t kSquare = 256;  // a multiple of kCell
constexpr std::size_t kBins = 65536;

struct Square {
  std::size_t image;
  Window window;
};

/// Means, squares and, for whitening, products of the deviations from the means.
struct Moments {
  explicit Moments(std::size_t n, bool with_products) : mean(n), products(with_products ? n * n : n) {}

  double count = 0;
  std::vector<double> mean;
  std::vector<double> products;  ///< n × n, or the diagonal only

  /// Chan, Golub and LeVeque's formula for the union of two samples.
  void merge(const Moments& other) {
    if (other.count == 0) return;
    const std::size_t n = mean.size();
    const double total = count + other.count;
    const double shared = count * other.count / total;
    const bool full = products.size() == n * n && n > 1;
    for (std::size_t i = 0; i < n; ++i) {
      const double di = other.mean[i] - mean[i];
      if (!full) {
        products[i] += other.products[i] + di * di * shared;
        continue;
      }
      for (std::size_t j = 0; j < n; ++j)
        products[i * n + j] += other.products[i * n + j] + di * (other.mean[j] - mean[j]) * shared;
    }
    for (std::size_t i = 0; i < n; ++i) mean[i] += (other.mean[i] - mean[i]) * other.count / total;
    count = total;
  }
  double variance(std::size_t i) const {
    const std::size_t n = mean.size();
    return products[products.size() == n ? i : i * n + i] / count;
  }
};

/// The squares that contain training pixels; if there are too many, those selected by their hash.
std::vector<Square> choose_squares(const Dataset& dataset, std::uint64_t most) {
  const double share = static_cast<double>(most) /
                       static_cast<double>(std::max<std::uint64_t>(1, dataset.visible(Part::training)));
  std::vector<Square> squares;
  constexpr std::int64_t cells = kSquare / kCell;
  for (std::size_t image = 0; image < dataset.images(); ++image) {
    const CellIndex& index = dataset.cells(image);
    const Window extent = dataset.grid(image).extent();
    for (std::int64_t row = 0; row < index.rows; row += cells)
      for (std::int64_t column = 0; column < index.columns; column += cells) {
        bool any = false;
        for (std::int64_t y = row; y < std::min(index.rows, row + cells) && !any; ++y)
          for (std::int64_t x = column; x < std::min(index.columns, column + cells) && !any; ++x)
            any = index.visible(static_cast<std::size_t>(y * index.columns + x), Part::training);
        if (!any || unit(dataset::key(image, row, column)) >= share) continue;
        squares.push_back({image, intersect({column * kCell, row * kCell, kSquare, kSquare}, extent)});
      }
  }
  return squares;
}

/// Makes one pass over the squares.
template <class Visit>
void for_each_square(const Dataset& dataset, const std::vector<Square>& squares,
                     const StatisticsOptions& options, const Visit& visit) {
  Dataset::Reader reader(dataset);
  PartPixels pixels;
  Progress progress{"measuring bands", "pixels", 0, 0};
  for (const Square& square : squares) progress.total += geo::pixels(square.window);
  for (const Square& square : squares) {
    if (options.stop != nullptr) options.stop->check();
    reader.read(square.image, square.window, Part::training, pixels);
    visit(pixels);
    progress.done += geo::pixels(square.window);
    if (options.progress) options.progress(progress);
  }
}

Moments moments_of(const PartPixels& pixels, std::size_t n, bool with_products,
                   std::vector<BandSummary>& bands) {
  Moments moments(n, with_products);
  const std::size_t count = pixels.visible.size();
  std::vector<std::size_t> seen;
  for (std::size_t i = 0; i < count; ++i)
    if (pixels.visible[i] != 0) seen.push_back(i);
  if (seen.empty()) return moments;
  moments.count = static_cast<double>(seen.size());
  for (std::size_t b = 0; b < n; ++b) {
    const float* values = pixels.values.data() + b * count;
    double sum = 0;
    for (const std::size_t i : seen) {
      sum += values[i];
      bands[b].min = std::min(bands[b].min, static_cast<double>(values[i]));
      bands[b].max = std::max(bands[b].max, static_cast<double>(values[i]));
    }
    moments.mean[b] = sum / moments.count;
  }
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = with_products ? 0 : a; b <= a; ++b) {
      const float* first = pixels.values.data() + a * count;
      const float* second = pixels.values.data() + b * count;
      double sum = 0;
      for (const std::size_t i : seen) sum += (first[i] - moments.mean[a]) * (second[i] - moments.mean[b]);
      if (with_products && n > 1)
        moments.products[a * n + b] = moments.products[b * n + a] = sum;
      else
        moments.products[a] = sum;
    }
  return moments;
}

/// The value below which this share of a histogram's entries lies, assuming a uniform distribution within a
/// bin.
double percentile(const std::vector<std::uint64_t>& bins, double low, double width, double share) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : bins) total += count;
  const double wanted = share * static_cast<double>(total);
  double before = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const auto here = static_cast<double>(bins[i]);
    if (before + here >= wanted && here > 0)
      return low + (static_cast<double>(i) + (wanted - before) / here) * width;
    before += here;
  }
  return low + static_cast<double>(bins.size()) * width;
}

void measure_percentiles(const Dataset& dataset, const std::vector<Square>& squares,
                         const StatisticsOptions& options, std::vector<BandSummary>& bands) {
  std::vector<std::vector<std::uint64_t>> histograms(bands.size(), std::vector<std::uint64_t>(kBins));
  std::vector<double> width(bands.size());
  for (std::size_t b = 0; b < bands.size(); ++b)
    width[b] = bands[b].max > bands[b].min ? (bands[b].max - bands[b].min) / kBins : 1.0 / kBins;
  for_each_square(dataset, squares, options, [&](const PartPixels& pixels) {
    const std::size_t count = pixels.visible.size();
    for (std::size_t b = 0; b < bands.size(); ++b)
      for (std::size_t i = 0; i < count; ++i) {
        if (pixels.visible[i] == 0) continue;
        const double at = (pixels.values[b * count + i] - bands[b].min) / width[b];
        ++histograms[b][std::min(kBins - 1, static_cast<std::size_t>(std::max(at, 0.0)))];
      }
  });
  for (std::size_t b = 0; b < bands.size(); ++b) {
    bands[b].low = percentile(histograms[b], bands[b].min, width[b], 0.02);
    bands[b].high = percentile(histograms[b], bands[b].min, width[b], 0.98);
  }
}

}  // namespace

Normalization measure_normalization(const Dataset& dataset, NormalizationMethod method,
                                    const StatisticsOptions& options) {
  const std::size_t n = dataset.bands().size();
  const bool whiten = method == NormalizationMethod::whiten;
  Normalization result;
  result.method = method;
  constexpr double far = std::numeric_limits<double>::infinity();
  result.bands.assign(n, {.mean = 0, .std = 0, .min = far, .max = -far, .low = 0, .high = 0});
  const std::vector<Square> squares = choose_squares(dataset, options.most_pixels);
  Moments all(n, whiten);
  for_each_square(dataset, squares, options,
                  [&](const PartPixels& pixels) { all.merge(moments_of(pixels, n, whiten, result.bands)); });
  if (all.count == 0)
    throw Error(ErrorCode::mismatch, "no valid training pixel to measure the bands by",
                "give training ground: see split.fractions and split.block_m");
  result.pixels = static_cast<std::uint64_t>(all.count);
  if (method == NormalizationMethod::percentile) measure_percentiles(dataset, squares, options, result.bands);
  for (std::size_t b = 0; b < n; ++b) {
    BandSummary& band = result.bands[b];
    band.mean = all.mean[b];
    band.std = std::sqrt(all.variance(b));
    double middle = band.mean, spread = band.std;
    if (method == NormalizationMethod::minmax || method == NormalizationMethod::percentile) {
      const double low = method == NormalizationMethod::minmax ? band.min : band.low;
      const double high = method == NormalizationMethod::minmax ? band.max : band.high;
      middle = (low + high) / 2;
      spread = (high - low) / 2;
    }
    if (!(spread > 0)) {
      result.warnings.push_back(fmt::format("band {} has the value {:g} in all training pixels",
                                            dataset.bands()[b].name, band.min));
      spread = 1;
    }
    result.mean.push_back(middle);
    result.std.push_back(whiten ? 1 : spread);
  }
  if (!whiten) return result;
  for (double& product : all.products) product /= all.count;
  std::vector<double> values;
  eigen_symmetric(all.products, n, values, result.matrix);
  for (std::size_t i = 0; i < n; ++i) {
    // A direction without variation has no information and is not amplified.
    const double scale = values[i] > 1e-12 * values[0] ? 1 / std::sqrt(values[i]) : 0;
    for (std::size_t k = 0; k < n; ++k) result.matrix[i * n + k] *= scale;
  }
  return result;
}

std::vector<double> class_weights(const Dataset& dataset, const TrainingKeys& training) {
  const std::size_t n = dataset.classes().size();
  if (training.class_weighting == ClassWeighting::list) {
    for (std::size_t c = 0; c < n; ++c)
      if (training.class_weights[c] > 0 && dataset.count(Part::training, c) > 0)
        return training.class_weights;
    throw Error(
        ErrorCode::mismatch,
        "training.class_weights: all classes that the training part has weigh 0, and no pixel would count",
        "give one of them a weight above 0");
  }
  std::vector<double> weights(n, 1);
  if (training.class_weighting == ClassWeighting::none) return weights;
  const double power = training.class_weighting == ClassWeighting::balanced ? 1 : 0.5;
  double sum = 0;  // over the pixels
  for (std::size_t c = 0; c < n; ++c) {
    const auto count = static_cast<double>(dataset.count(Part::training, c));
    weights[c] = count > 0 ? std::pow(count, -power) : 0;
    sum += weights[c] * count;
  }
  for (double& weight : weights) weight *= static_cast<double>(dataset.labelled(Part::training)) / sum;
  return weights;
}

}  // namespace terramask
