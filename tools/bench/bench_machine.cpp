#include "bench/bench_machine.hpp"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "core/team.hpp"

namespace terramask::tools {
namespace {

constexpr int rounds = 5;
constexpr std::int64_t kMultiplyAdds = 240'000'000;       // of vectors of 16, a round
constexpr std::size_t kElements = std::size_t{32} << 20;  // of each array: 128 MiB

using Vector [[gnu::vector_size(64)]] = float;

#ifdef __x86_64__
#define TERRAMASK_EVERY_PROCESSOR [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define TERRAMASK_EVERY_PROCESSOR
#endif

// Twelve chains hide the latency of a multiply-add; variables of their own, so that they stay in registers.
TERRAMASK_EVERY_PROCESSOR float chains(std::int64_t count, float start) {
  const Vector f = Vector{} + start;
  // They begin apart, or the compiler would make one of them.
  Vector a = f, b = a + f, c = b + f, d = c + f, e = d + f, g = e + f, h = g + f, i = h + f, j = i + f,
         k = j + f, l = k + f, m = l + f;
  for (std::int64_t done = 0; done < count; done += 12) {
    a = a * f + f, b = b * f + f, c = c * f + f, d = d * f + f, e = e * f + f, g = g * f + f;
    h = h * f + f, i = i * f + f, j = j * f + f, k = k * f + f, l = l * f + f, m = m * f + f;
  }
  const Vector sum = a + b + c + d + e + g + h + i + j + k + l + m;
  return sum[0];
}

TERRAMASK_EVERY_PROCESSOR void triad(float* a, const float* b, const float* c, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) a[i] = b[i] + 3.0F * c[i];
}

/// The shortest of the rounds, in each of which every thread does `work(thread)`: from the first to begin to
/// the last to end.
double shortest(int threads, const std::function<void(int)>& work) {
  using Clock = std::chrono::steady_clock;
  const auto count = static_cast<std::size_t>(threads);
  double best = 1e30;
  for (int round = 0; round < rounds; ++round) {
    std::vector<Clock::time_point> begins(count), ends(count);
    std::barrier together_now(threads);
    std::size_t missing = count;
    Team team("use fewer --threads", [&] {
      for (; missing > 0; --missing) together_now.arrive_and_drop();
    });
    for (std::size_t thread = 0; thread < count; ++thread) {
      team.start([&, thread] {
        together_now.arrive_and_wait();
        begins[thread] = Clock::now();
        work(static_cast<int>(thread));
        ends[thread] = Clock::now();
      });
      --missing;
    }
    team.join();
    const auto span = *std::ranges::max_element(ends) - *std::ranges::min_element(begins);
    best = std::min(best, std::chrono::duration<double>(span).count());
  }
  return best;
}

}  // namespace

MachineLimits measure_machine(int threads) {
  if (threads <= 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  MachineLimits limits;
  std::vector<float> keep(static_cast<std::size_t>(threads));
  const double computing = shortest(
      threads, [&](int thread) { keep[static_cast<std::size_t>(thread)] = chains(kMultiplyAdds, 1e-3F); });
  limits.fma_gflop_per_s = 2e-9 * 16 * static_cast<double>(kMultiplyAdds) * threads / computing;

  std::vector<float> a(kElements), b(kElements, 1.0F), c(kElements, 2.0F);
  const std::size_t share = kElements / static_cast<std::size_t>(threads);
  const double moving = shortest(threads, [&](int thread) {
    const std::size_t first = share * static_cast<std::size_t>(thread);
    triad(a.data() + first, b.data() + first, c.data() + first, share);
  });
  limits.bandwidth_gb_per_s = 1e-9 * 3 * sizeof(float) * static_cast<double>(share) * threads / moving;
  return limits;
}

}  // namespace terramask::tools
