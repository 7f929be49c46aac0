#include "labels/base/paint_order.hpp"

#include <algorithm>

#include "terramask/error.hpp"

namespace terramask::labels {

PaintOrder::PaintOrder(const Rules& rules) : places_(rules.rules.size()) {
  constexpr std::uint32_t kLayers = kHighestLayer - kLowestLayer + 1;
  std::uint32_t next = 1;
  for (std::size_t i = 0; i < places_.size();) {
    const std::string& set = rules.rules[i].set;
    std::size_t end = i + 1;
    while (!set.empty() && end < places_.size() && rules.rules[end].set == set) ++end;
    const auto count = static_cast<std::uint32_t>(end - i);
    for (std::size_t k = i; k < end; ++k)
      places_[k] = {next + 2 * static_cast<std::uint32_t>(k - i), set.empty() ? 0 : 2 * count};
    next += 2 * count * (set.empty() ? 1 : kLayers);
    i = end;
    if (next > 65535)
      throw Error(ErrorCode::format, rules.path + ": rules: more than can be painted over each other",
                  "share them out among several files, or put fewer into sets");
  }
  codes_.assign(next, kIgnored);
}

Level PaintOrder::ring(std::size_t rule, int layer) const {
  const Place& place = places_[rule];
  const int level = std::clamp(layer, kLowestLayer, kHighestLayer) - kLowestLayer;
  return static_cast<Level>(place.first + place.step * static_cast<std::uint32_t>(level));
}

void PaintOrder::set_code(std::size_t rule, Code code) {
  for (int layer = kLowestLayer; layer <= kHighestLayer; ++layer) codes_[fill(rule, layer)] = code;
}

}  // namespace terramask::labels
