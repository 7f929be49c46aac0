// Weights of the source pixels that contribute to a pixel of another grid, along one axis.
#pragma once

#include <cstdint>
#include <vector>

namespace terramask::geo {

/// The source pixels first .. first + count - 1 and their weights, for one pixel.
struct Taps {
  std::int64_t first = 0;
  std::size_t begin = 0;  ///< index of the first weight
  std::size_t count = 0;
};

/// For pixels [begin, end) of an axis: an average weighted by overlap if a pixel spans more than one source
/// pixel, else bilinear. Source pixels outside [0, size) are ignored. Weights depend only on absolute
/// positions.
class AxisFilter {
 public:
  /// Pixel k spans [k · scale, (k + 1) · scale) of the source.
  static AxisFilter scaled(std::int64_t begin, std::int64_t end, double scale, std::int64_t size);

  /// Pixel k spans [offset + k · scale, offset + (k + 1) · scale) of the source; its centre must be inside.
  static AxisFilter placed(std::int64_t begin, std::int64_t end, double offset, double scale,
                           std::int64_t size);

  /// Appends a pixel with its centre at `centre` that spans `span` source pixels. It gets no taps if its
  /// centre is outside the source.
  void add(double centre, double span, std::int64_t size);

  std::size_t size() const { return taps_.size(); }
  const Taps& operator[](std::size_t i) const { return taps_[i]; }
  const float* weights(std::size_t i) const { return weights_.data() + taps_[i].begin; }
  float total(std::size_t i) const { return totals_[i]; }
  /// All source pixels used: [first, last).
  std::int64_t source_begin() const { return source_begin_; }
  std::int64_t source_end() const { return source_end_; }
  void clear();

 private:
  void finish(std::int64_t first, std::size_t begin);

  std::vector<Taps> taps_;
  std::vector<float> weights_;
  std::vector<float> totals_;
  std::int64_t source_begin_ = 0;
  std::int64_t source_end_ = 0;
};

/// A pixel is valid if at least half of its weight is; the factor allows for rounding.
constexpr float kValidShare = 0.5F * (1 - 1e-5F);

}  // namespace terramask::geo
