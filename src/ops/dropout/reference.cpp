#include "ops/reference.hpp"

#include "ops/dropout/dropout.hpp"
#include "ops/dropout/philox.hpp"

namespace terramask::ops {

void evaluate(const Dropout& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  results[0].values = x.values;
  if (operands.size() < 2) return;
  const auto word = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<std::int64_t>(operands[1]->values[i]));
  };
  const auto count = static_cast<std::size_t>(x.shape.elements() / x.shape.n());
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const auto sample = word(3) + static_cast<std::uint32_t>(i / count);
    const auto random =
        philox({static_cast<std::uint32_t>(i % count), sample, word(2), static_cast<std::uint32_t>(op.layer)},
               {word(0), word(1)});
    const bool dropped = random[0] < dropout_threshold(op.rate);
    results[0].values[i] = dropped ? 0 : x.values[i] * static_cast<double>(dropout_scale(op.rate));
  }
}

}  // namespace terramask::ops
