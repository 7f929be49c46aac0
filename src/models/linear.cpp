// Multinomial logistic regression, pixel by pixel: one 1 × 1 convolution of the bands (Hosmer, Lemeshow and
// Sturdivant 2013). It sees no neighbourhood: a baseline that any other network must beat, and next to no
// work.
#include "models/architecture.hpp"

namespace terramask {
namespace {

void check(const NetworkSpec&) {}

std::int64_t stride(const NetworkSpec&) {
  return 1;
}

ValueId build(const NetworkSpec& spec, Builder& builder, ValueId x) {
  return builder.conv2d("head", x, {.channels = spec.classes, .kernel = 1});
}

}  // namespace

constinit const Architecture linear{"linear", {}, check, stride, build};

}  // namespace terramask
