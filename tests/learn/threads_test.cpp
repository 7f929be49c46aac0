// The CPU's results do not depend on how many threads share the work; its threads end with the executor.
#ifdef TERRAMASK_CPU
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "learn/training_step.hpp"
#include "terramask/passes.hpp"

namespace terramask {
namespace {

std::vector<float> noise(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 2001) / 1000 - 1;
  return values;
}

struct Trial {
  std::string name;
  NetworkSpec spec;
  std::int64_t rows, columns;  ///< of the image

  friend void PrintTo(const Trial& trial, std::ostream* out) { *out << trial.name; }
};

class Threads : public testing::TestWithParam<std::tuple<Trial, Precision>> {
 protected:
  const Trial& trial() const { return std::get<0>(GetParam()); }
  std::unique_ptr<Executor> executor(int threads) const {
    return make_executor({.device = "cpu", .threads = threads, .precision = std::get<1>(GetParam())});
  }
  std::vector<float> logits(int threads) const;
  Parameters trained(int threads) const;
};

std::vector<float> Threads::logits(int threads) const {
  const auto device = executor(threads);
  const Graph graph = build_network(trial().spec, 1, trial().rows, trial().columns);
  const Network network = optimise_for_inference({graph, random_parameters(graph, 3)});
  const auto program = device->compile(network.graph, network.parameters);
  std::ranges::copy(noise(program->input_as<float>(0, "image").size(), 1),
                    program->input_as<float>(0, "image").begin());
  program->submit(0);
  program->wait(0);
  const auto found = program->output_as<float>(0, "logits");
  return {found.begin(), found.end()};
}

TEST_P(Threads, SegmentToTheSameBits) {
  const std::vector<float> alone = logits(1);
  for (const int threads : {2, 3, 5}) EXPECT_EQ(logits(threads), alone) << threads;
}

Parameters Threads::trained(int threads) const {
  const auto device = executor(threads);
  const learn::TrainingSpec training{.network = trial().spec, .batch = 2, .height = 64, .width = 64};
  learn::TrainingStep step(*device, training, random_parameters(build_network(trial().spec, 1, 64, 64), 3));
  const std::size_t pixels = 2 * 64 * 64;
  std::vector<std::int32_t> labels(pixels);
  for (std::size_t i = 0; i < pixels; ++i) labels[i] = static_cast<std::int32_t>(i / 512 % 2);
  const std::vector<float> weights(pixels, 1.0F);
  for (std::uint32_t i = 0; i < 3; ++i) {
    const std::vector<float> image = noise(pixels * 3, i);
    step.accumulate({image, labels, weights}, true, {});
    step.update(1e-3, i);
    (void)step.finish();
  }
  return step.state();
}

TEST_P(Threads, TrainToTheSameBits) {
  const Parameters alone = trained(1);
  for (const int threads : {2, 3}) {
    const Parameters shared = trained(threads);
    for (const auto& [name, tensor] : alone)
      EXPECT_TRUE(std::ranges::equal(tensor->bytes(), shared.at(name)->bytes()))
          << threads << " threads: " << name;
  }
}

const NetworkSpec unet{.architecture = "unet", .keys = {{"width", 64}, {"depth", 2}}},
    segnet{.architecture = "segnet", .keys = {{"width", 32}}},
    fcn{.architecture = "fcn", .keys = {{"width", 16}, {"fc", 64}}};

std::string trial_name(const testing::TestParamInfo<std::tuple<Trial, Precision>>& info) {
  const auto& [trial, precision] = info.param;
  return trial.name + (precision == Precision::fast ? "_fast" : "_exact");
}

INSTANTIATE_TEST_SUITE_P(Networks, Threads,
                         testing::Combine(testing::Values(Trial{"unet", unet, 96, 64},
                                                          Trial{"segnet", segnet, 96, 64},
                                                          Trial{"fcn", fcn, 96, 64}),
                                          testing::Values(Precision::fast, Precision::exact)),
                         trial_name);

// Up to 1024 channels; oneDNN's own Winograd took another order for two threads than for one at some of
// these.
INSTANTIATE_TEST_SUITE_P(
    Wide, Threads,
    testing::Combine(
        testing::Values(
            Trial{"unet", {.architecture = "unet", .keys = {{"width", 128}, {"depth", 3}}}, 80, 48},
            Trial{"segnet", {.architecture = "segnet", .keys = {{"width", 64}}}, 64, 128}),
        testing::Values(Precision::fast)),
    trial_name);

std::ptrdiff_t tasks() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

void use_executor() {
  const auto executor = make_executor({.device = "cpu", .threads = 4});
  const Graph graph =
      build_network({.architecture = "unet", .keys = {{"width", 8}, {"depth", 1}}}, 1, 32, 32);
  const auto program = executor->compile(graph, random_parameters(graph, 1));
  program->submit(0);
  program->wait(0);
}

// The calling thread keeps the team that compiled for it; the executor's own ends.
TEST(ThreadTeam, EndsWithTheExecutor) {
  use_executor();
  const std::ptrdiff_t before = tasks();
  for (int i = 0; i < 3; ++i) use_executor();
  // The kernel may show a thread a moment longer than it lives.
  for (int i = 0; i < 100 && tasks() > before; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_LE(tasks(), before);
}

}  // namespace
}  // namespace terramask
#endif
