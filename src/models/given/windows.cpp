#include "models/given/windows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask::given {
namespace {

struct Both {
  std::int64_t before = 0, after = 0;
};

Both same(std::int64_t extent, std::int64_t kernel, std::int64_t stride, std::int64_t dilation, bool upper) {
  const std::int64_t results = (extent + stride - 1) / stride;
  const std::int64_t all =
      std::max<std::int64_t>(0, (results - 1) * stride + dilation * (kernel - 1) + 1 - extent);
  return upper ? Both{all / 2, all - all / 2} : Both{all - all / 2, all / 2};
}

}  // namespace

Sides padding(Lowering& at, const Extent2& kernel, const Extent2& stride, const Extent2& dilation) {
  const std::string mode = text_attribute(at.node(), "auto_pad", "NOTSET");
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    if (stride.h < 1 || stride.w < 1) at.fail("a stride of 0");
    const Shape image = at.shape(at.image(0));
    const Both rows = same(image.h(), kernel.h, stride.h, dilation.h, mode == "SAME_UPPER");
    const Both columns = same(image.w(), kernel.w, stride.w, dilation.w, mode == "SAME_UPPER");
    return {rows.before, rows.after, columns.before, columns.after};
  }
  if (mode != "NOTSET" && mode != "VALID") at.fail("auto_pad is " + mode);
  const auto pads = find_attribute<std::vector<std::int64_t>>(at.node(), "pads");
  if (mode == "VALID" || !pads || pads->empty()) return {};
  if (pads->size() != 4) at.fail(fmt::format("pads has {} numbers; 4 belong there", pads->size()));
  for (const std::int64_t pad : *pads)
    if (pad < 0 || pad > 1'000'000) at.fail(fmt::format("pads holds {}", pad));
  return {(*pads)[0], (*pads)[2], (*pads)[1], (*pads)[3]};
}

}  // namespace terramask::given
