#include "cpu/builder.hpp"
#include "ops/concat/concat.hpp"
#include "ops/cpu/copy.hpp"

namespace terramask::ops {

void prepare(const Concat&, cpu::Builder& builder) {
  std::int64_t first = 0;
  for (std::size_t i = 0; i < builder.operands(); ++i) {
    const std::int64_t channels = builder.operand_shape(i).c();
    if (!builder.in_place(i))
      builder.step("concat", [&] {
        return [x = builder.operand(i), y = builder.result(), first, channels] {
          copy_channels(x, 0, y, first, channels);
        };
      });
    first += channels;
  }
}

}  // namespace terramask::ops
