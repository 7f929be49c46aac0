#include "segment/resample_back.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::segment {
namespace {

// First source position whose centre lies at or after working position `edge`.
std::int64_t first_source(std::int64_t edge, double scale, std::int64_t extent) {
  const double at = std::ceil(static_cast<double>(edge) * scale - 0.5);
  return std::clamp(static_cast<std::int64_t>(at), std::int64_t{0}, extent);
}

}  // namespace

std::int64_t ResampleBack::margin() const {
  const double finest =
      std::min(scale_[0], scale_[1]);  // below 1: a source pixel spans several working pixels
  return finest >= 1 ? 1 : static_cast<std::int64_t>(std::ceil(1 / finest)) + 1;
}

Window ResampleBack::source_window(const Window& tile) const {
  // The last tile takes what is left, should the working grid end short of the source's last centre.
  const auto end = [](std::int64_t edge, std::int64_t working, double scale, std::int64_t extent) {
    return edge >= working ? extent : first_source(edge, scale, extent);
  };
  const std::int64_t x = first_source(tile.x, scale_[0], source_.width);
  const std::int64_t y = first_source(tile.y, scale_[1], source_.height);
  return {x, y, end(tile.x + tile.width, working_.width, scale_[0], source_.width) - x,
          end(tile.y + tile.height, working_.height, scale_[1], source_.height) - y};
}

ResampleBack::Taps ResampleBack::taps(std::int64_t begin, std::int64_t size, double scale,
                                      std::int64_t extent) const {
  Taps all(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i) {
    auto& own = all[static_cast<std::size_t>(i)];
    const auto position = static_cast<double>(begin + i);
    if (scale >= 1) {
      const double centre = (position + 0.5) / scale - 0.5;
      const double low = std::floor(centre);
      const auto first = static_cast<std::int64_t>(low);
      own = {{std::clamp(first, std::int64_t{0}, extent - 1), 1 - (centre - low)},
             {std::clamp(first + 1, std::int64_t{0}, extent - 1), centre - low}};
    } else {
      const double from = position / scale, to = (position + 1) / scale;
      for (auto p = static_cast<std::int64_t>(std::floor(from)); static_cast<double>(p) < to && p < extent;
           ++p)
        own.push_back({p, std::min(to, static_cast<double>(p + 1)) - std::max(from, static_cast<double>(p))});
      if (own.empty()) own.push_back({extent - 1, 1});
    }
  }
  return all;
}

Window ResampleBack::working_window(const Window& source) const {
  const auto range = [&](std::int64_t begin, std::int64_t size, double scale, std::int64_t extent) {
    const Taps all = taps(begin, size, scale, extent);
    return std::pair(all.front().front().position, all.back().back().position + 1);
  };
  const auto [x0, x1] = range(source.x, source.width, scale_[0], working_.width);
  const auto [y0, y1] = range(source.y, source.height, scale_[1], working_.height);
  return {x0, y0, x1 - x0, y1 - y0};
}

void ResampleBack::run(const Window& from, std::span<const float> values, std::span<const std::uint8_t> valid,
                       const Window& to, std::size_t classes, std::vector<float>& result) const {
  const Taps columns = taps(to.x, to.width, scale_[0], working_.width);
  const Taps rows = taps(to.y, to.height, scale_[1], working_.height);
  const auto plane = static_cast<std::size_t>(from.width * from.height);
  const auto target = static_cast<std::size_t>(to.width * to.height);
  result.assign(classes * target, 0);
  std::vector<double> sums(classes);
  std::size_t pixel = 0;
  for (const auto& row : rows)
    for (const auto& column : columns) {
      // Twice at most: with invalid pixels weighing nothing, and with all alike where nothing valid is near.
      for (const bool all : {false, true}) {
        double total = 0;
        std::ranges::fill(sums, 0);
        for (const Tap& y : row)
          for (const Tap& x : column) {
            const auto at =
                static_cast<std::size_t>((y.position - from.y) * from.width + x.position - from.x);
            if (!all && valid[at] == 0) continue;
            const double weight = y.weight * x.weight;
            total += weight;
            for (std::size_t c = 0; c < classes; ++c) sums[c] += weight * double{values[c * plane + at]};
          }
        if (total <= 0) continue;
        for (std::size_t c = 0; c < classes; ++c)
          result[c * target + pixel] = static_cast<float>(sums[c] / total);
        break;
      }
      ++pixel;
    }
}

}  // namespace terramask::segment
