#include "reach_cases.hpp"

#include "ops/operators.hpp"

namespace terramask::tests {

std::vector<ReachCase> reach_cases() {
  const Shape image{1, 2, 14, 17};
  std::vector<ReachCase> all;
  for (const std::int64_t k : {1, 2, 3, 4})
    for (const std::int64_t s : {1, 2, 3}) {
      const Extent2 kernel{k, 3}, stride{s, 2};
      for (const std::int64_t d : {1, 2}) {
        all.push_back({ops::Conv2d{kernel, stride, {k / 2, 2}, {d, 1}}, {image, {2, 2, k, 3}}, 1});
        all.push_back(
            {ops::ConvTranspose2d{kernel, stride, {k / 2, 0}, {0, 1}, {d, 2}}, {image, {2, 2, k, 3}}, 1});
      }
      all.push_back({ops::MaxPool{kernel, stride, {k / 2, 1}, true}, {image}});
      all.push_back({ops::AvgPool{kernel, stride, {k / 2, 1}}, {image}});
    }
  for (const ops::UpsampleMode mode : {ops::UpsampleMode::nearest, ops::UpsampleMode::bilinear})
    for (const std::int64_t f : {1, 2, 3, 4, 5}) all.push_back({ops::Upsample{{f, 2}, mode}, {{1, 2, 6, 7}}});
  all.push_back({ops::Pad{2, 1, -3, 4}, {image}});
  all.push_back({ops::Pad{-2, -1, 3, -4}, {image}});
  all.push_back({ops::Concat{}, {image, image}});
  all.push_back({ops::Slice{1, 2}, {image}});
  all.push_back({ops::Add{}, {image, image}});
  all.push_back({ops::Activate{{ops::ActivationKind::tanh, 0}}, {image}});
  all.push_back({ops::Softmax{}, {image}});
  all.push_back({ops::Argmax{}, {{1, 5, 14, 17}}});
  all.push_back({ops::BatchNorm{}, {image, {2}, {2}, {2}, {2}}, 4});
  all.push_back({ops::Dropout{}, {image}});
  return all;
}

std::vector<ops::MaxUnpool> reach_cases_of_unpools() {
  return {{.output = {12, 15}},
          {{3, 3}, {2, 2}, {1, 1}, {11, 12}},
          {{2, 2}, {3, 3}, {0, 0}, {12, 14}},
          {{3, 3}, {1, 1}, {1, 1}, {7, 8}}};
}

}  // namespace terramask::tests
