#include "ops/reference.hpp"

#include "ops/channel_sum/channel_sum.hpp"

namespace terramask::ops {

void evaluate(const ChannelSum&, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  auto& sums = results[0].values;
  sums.assign(sums.size(), 0);
  const auto plane = static_cast<std::size_t>(x.shape.h() * x.shape.w());
  for (std::size_t i = 0; i < x.values.size(); ++i) sums[i / plane % sums.size()] += x.values[i];
}

}  // namespace terramask::ops
