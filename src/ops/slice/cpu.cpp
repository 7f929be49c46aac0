#include "cpu/builder.hpp"
#include "ops/cpu/copy.hpp"
#include "ops/slice/slice.hpp"

namespace terramask::ops {

void prepare(const Slice& op, cpu::Builder& builder) {
  builder.step("slice", [&] {
    return [x = builder.operand(0), y = builder.result(), op] {
      copy_channels(x, op.begin, y, 0, op.end - op.begin);
    };
  });
}

}  // namespace terramask::ops
