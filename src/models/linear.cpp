// Multinomial logistic regression per pixel: one 1 × 1 convolution of the bands (Hosmer, Lemeshow and
// Sturdivant 2013). It uses no neighbourhood: a baseline for other networks, at almost no cost.
#include "models/architecture.hpp"

namespace terramask {
namespace {

std::int64_t linear_stride(const NetworkSpec&) {
  return 1;
}

ValueId build_linear(const NetworkSpec& spec, Builder& builder, ValueId x) {
  return builder.conv2d("head", x, {.channels = spec.classes, .kernel = 1});
}

}  // namespace

constinit const Architecture linear{
    "linear", "logistic regression, pixel by pixel: a baseline", {}, any_keys, linear_stride, build_linear};

}  // namespace terramask
