#include "geo/write/overviews.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {
namespace {

constexpr int kTile = 512;  // of the overview; the source side is twice as large

template <class T>
T mode_of(T a, T b, T c, T d, T nodata) {
  if (a == b && c == d && a == c) return a;
  // A repeated value was already counted at its first occurrence, so a lower count is harmless here.
  std::array<std::pair<int, T>, 4> counts{
      {{1 + (a == b) + (a == c) + (a == d), a}, {1 + (b == c) + (b == d), b}, {1 + (c == d), c}, {1, d}}};
  std::pair<int, T> best{0, nodata};
  for (const auto& one : counts)
    if (one.second != nodata && one.first > best.first) best = one;
  return best.second;
}

template <class T>
T average_of(T a, T b, T c, T d, T nodata) {
  using Sum = std::conditional_t<std::is_integral_v<T>, std::uint32_t, float>;
  Sum sum = 0, count = 0;
  for (const T value : {a, b, c, d}) {
    if (value == nodata || value != value) continue;
    sum += static_cast<Sum>(value);
    count += 1;
  }
  if (count == 0) return nodata;
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>((2 * sum + count) / (2 * count));
  else
    return sum / count;
}

/// Half the size, rounded up; pixels beyond the source count as nodata.
template <class T, class F>
void halve(const std::vector<T>& source, int width, int height, std::vector<T>& target, T nodata,
           const F& reduce) {
  const int target_width = (width + 1) / 2;
  const int target_height = (height + 1) / 2;
  target.resize(static_cast<std::size_t>(target_width) * static_cast<std::size_t>(target_height));
  for (int y = 0; y < target_height; ++y) {
    const T* upper = source.data() + static_cast<std::size_t>(2 * y) * static_cast<std::size_t>(width);
    const T* lower = 2 * y + 1 < height ? upper + width : nullptr;
    T* out = target.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(target_width);
    for (int x = 0; x < target_width; ++x) {
      const bool right = 2 * x + 1 < width;
      out[x] =
          reduce(upper[2 * x], right ? upper[2 * x + 1] : nodata, lower != nullptr ? lower[2 * x] : nodata,
                 right && lower != nullptr ? lower[2 * x + 1] : nodata, nodata);
    }
  }
}

/// Empty tiles need not be written before they are filled.
class SparseOverviews {
 public:
  SparseOverviews() { CPLSetThreadLocalConfigOption("SPARSE_OK_OVERVIEW", "YES"); }
  ~SparseOverviews() { CPLSetThreadLocalConfigOption("SPARSE_OK_OVERVIEW", nullptr); }
  SparseOverviews(const SparseOverviews&) = delete;
  SparseOverviews& operator=(const SparseOverviews&) = delete;
};

}  // namespace

template <class T>
std::string build_overviews(GDALDataset& raster, int block_side, Reduction reduction, T nodata,
                            const ProgressSink& progress, const StopFlag* stop) {
  const int width = raster.GetRasterXSize();
  const int height = raster.GetRasterYSize();
  std::vector<int> factors;
  for (int factor = 1; (std::max(width, height) - 1) / factor + 1 > block_side;)
    factors.push_back(factor *= 2);
  if (factors.empty()) return "";
  GdalErrors errors;
  const auto failure = [&] { return errors.text().empty() ? "overviews could not be made" : errors.text(); };
  const SparseOverviews sparse;
  if (raster.BuildOverviews("NONE", static_cast<int>(factors.size()), factors.data(), 0, nullptr,
                            GDALDummyProgress, nullptr) != CE_None)
    return failure();

  Progress state{"building overviews", "pixels", 0, 0};
  const auto levels = static_cast<int>(factors.size());
  for (int level = 0; level < levels; ++level) {
    GDALRasterBand* overview = raster.GetRasterBand(1)->GetOverview(level);
    state.total +=
        static_cast<std::uint64_t>(overview->GetXSize()) * static_cast<std::uint64_t>(overview->GetYSize());
  }
  std::vector<T> source;
  std::vector<T> target;
  for (int level = 0; level < levels; ++level)
    for (int number = 1; number <= raster.GetRasterCount(); ++number) {
      GDALRasterBand* band = raster.GetRasterBand(number);
      GDALRasterBand* from = level == 0 ? band : band->GetOverview(level - 1);
      GDALRasterBand* to = band->GetOverview(level);
      for (int y = 0; y < to->GetYSize(); y += kTile)
        for (int x = 0; x < to->GetXSize(); x += kTile) {
          if (stop != nullptr) stop->check();
          const int columns = std::min(2 * kTile, from->GetXSize() - 2 * x);
          const int rows = std::min(2 * kTile, from->GetYSize() - 2 * y);
          source.resize(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
          if (from->RasterIO(GF_Read, 2 * x, 2 * y, columns, rows, source.data(), columns, rows, kGdalType<T>,
                             0, 0, nullptr) != CE_None)
            return failure();
          if (reduction == Reduction::mode)
            halve(source, columns, rows, target, nodata, mode_of<T>);
          else
            halve(source, columns, rows, target, nodata, average_of<T>);
          const int target_columns = (columns + 1) / 2;
          const int target_rows = (rows + 1) / 2;
          if (to->RasterIO(GF_Write, x, y, target_columns, target_rows, target.data(), target_columns,
                           target_rows, kGdalType<T>, 0, 0, nullptr) != CE_None ||
              errors.failed())
            return failure();
          if (number != raster.GetRasterCount()) continue;
          state.done += static_cast<std::uint64_t>(target_columns) * static_cast<std::uint64_t>(target_rows);
          if (progress) progress(state);
        }
    }
  raster.FlushCache(false);
  return errors.failed() ? errors.text() : "";
}

template std::string build_overviews(GDALDataset&, int, Reduction, std::uint8_t, const ProgressSink&,
                                     const StopFlag*);
template std::string build_overviews(GDALDataset&, int, Reduction, std::uint16_t, const ProgressSink&,
                                     const StopFlag*);
template std::string build_overviews(GDALDataset&, int, Reduction, float, const ProgressSink&,
                                     const StopFlag*);

}  // namespace terramask::geo
