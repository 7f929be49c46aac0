#include <algorithm>
#include <cmath>
#include <numeric>

#include "dataset/statistics.hpp"

namespace terramask {

void eigen_symmetric(std::vector<double> a, std::size_t n, std::vector<double>& values,
                     std::vector<double>& vectors) {
  std::vector<double> v(n * n);
  for (std::size_t i = 0; i < n; ++i) v[i * n + i] = 1;
  const auto off_diagonal = [&] {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) sum += a[i * n + j] * a[i * n + j];
    return sum;
  };
  double size = 0;
  for (const double x : a) size += x * x;
  constexpr int sweeps = 60;
  for (int sweep = 0; sweep < sweeps && off_diagonal() > 1e-30 * size; ++sweep)
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a[p * n + q] == 0) continue;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
        const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
        const double c = 1 / std::hypot(t, 1.0);
        const double s = t * c;
        const auto rotate = [c, s](double& x, double& y) {
          const double old = x;
          x = c * x - s * y;
          y = s * old + c * y;
        };
        for (std::size_t k = 0; k < n; ++k) rotate(a[k * n + p], a[k * n + q]);
        for (std::size_t k = 0; k < n; ++k) rotate(a[p * n + k], a[q * n + k]);
        for (std::size_t k = 0; k < n; ++k) rotate(v[k * n + p], v[k * n + q]);
      }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t x, std::size_t y) { return a[x * n + x] > a[y * n + y]; });
  values.resize(n);
  vectors.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t from = order[i];
    values[i] = a[from * n + from];
    // A vector's sign is arbitrary: make its largest component positive.
    std::size_t largest = 0;
    for (std::size_t k = 1; k < n; ++k)
      if (std::abs(v[k * n + from]) > std::abs(v[largest * n + from])) largest = k;
    const double sign = v[largest * n + from] < 0 ? -1 : 1;
    for (std::size_t k = 0; k < n; ++k) vectors[i * n + k] = sign * v[k * n + from];
  }
}

}  // namespace terramask
