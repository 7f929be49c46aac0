// Training beside PyTorch. Free-running single precision drifts (Adam steps by the gradient's sign, ReLU and
// pooling decide), so that each claim is posed where it can hold: the plans and their semantics in double
// precision; one single-precision step at a time from PyTorch's state; the optimiser alone; and free-running
// where nothing decides.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "parity_case.hpp"

namespace terramask {
namespace {

using reference::Array;
using tests::Arrays;
using tests::ParityCase;

#define LOAD_OR_SKIP(test, name)                                              \
  std::string why_not;                                                        \
  const std::optional<ParityCase> loaded = tests::parity_case(name, why_not); \
  if (!loaded) GTEST_SKIP() << why_not;                                       \
  const ParityCase& test = *loaded

Arrays inputs_of(const ParityCase& test, std::int64_t step) {
  return {{"image", test.at(step, "image")},
          {"labels", test.at(step, "labels")},
          {"weights", test.at(step, "weights")},
          {"keep", Array{Shape{1}, {0.0}}}};
}

// ---- double precision

class Double : public testing::TestWithParam<std::string> {};

TEST_P(Double, TheReferenceEqualsPytorchAfter20Steps) {
  LOAD_OR_SKIP(test, GetParam());
  const learn::TrainingGraphs graphs = learn::make_training_graphs(test.spec);
  const Plan accumulate = make_plan(graphs.accumulate), update = make_plan(graphs.update);
  Arrays variables;
  for (const Graph* graph : {&graphs.accumulate, &graphs.update})
    for (const Value& value : graph->values())
      if (value.role == Role::variable)
        variables.emplace(value.name, reference::make_array(value.type.shape));
  for (const auto& [name, array] : test.all("0/state/")) variables.at(name) = array;

  double worst_loss = 0;
  for (std::int64_t step = 0; step < test.steps; ++step) {
    const Arrays total = reference::run(accumulate, inputs_of(test, step), {}, variables);
    const double loss = total.at("total").values[0] / total.at("total").values[1];
    worst_loss = std::max(worst_loss, std::abs(loss / test.at(step, "loss").values[0] - 1));
    const auto schedule = learn::update_schedule(test.rate, test.spec.optimizer, step);
    reference::run(update, {{"schedule", Array{Shape{3}, {schedule.begin(), schedule.end()}}}}, {},
                   variables);
  }
  const double distance = tests::relative_distance(variables, test.all("end/"));
  RecordProperty("parameters", fmt::format("{:.2e}", distance));
  fmt::print("{}: losses {:.1e}, parameters {:.1e}\n", GetParam(), worst_loss, distance);
  EXPECT_LE(worst_loss, 1e-8);
  EXPECT_LE(distance, 1e-8);
}

INSTANTIATE_TEST_SUITE_P(Parity, Double,
                         testing::Values("unet:sgd:f64", "unet:adam:f64", "unet:adamw:f64", "fcn:sgd:f64",
                                         "fcn:adam:f64", "segnet:adam:f64"),
                         [](const auto& about) {
                           std::string name = about.param;
                           std::ranges::replace(name, ':', '_');
                           return name;
                         });

// ---- single precision, on devices

struct Device {
  std::string name;
  ExecutorOptions options;
  friend void PrintTo(const Device& device, std::ostream* out) { *out << device.name; }
};

std::vector<Device> devices() {
  std::vector<Device> all;
#ifdef TERRAMASK_VULKAN
  all.push_back(
      {"vulkan_direct", {.device = "vulkan", .variant = KernelVariant::direct, .validation = true}});
  all.push_back({"vulkan_tiled", {.device = "vulkan", .variant = KernelVariant::tiled, .validation = true}});
#endif
#ifdef TERRAMASK_CPU
  all.push_back({"cpu", {.device = "cpu", .threads = 2}});
  all.push_back({"cpu_exact", {.device = "cpu", .threads = 2, .precision = Precision::exact}});
#endif
  return all;
}

Tensor to_tensor(const Array& array) {
  Tensor tensor(array.shape, DType::f32);
  std::ranges::transform(array.values, tensor.values<float>().begin(),
                         [](double value) { return static_cast<float>(value); });
  return tensor;
}

Parameters to_parameters(const Arrays& arrays) {
  Parameters parameters;
  for (const auto& [name, array] : arrays)
    parameters.emplace(name, std::make_shared<const Tensor>(to_tensor(array)));
  return parameters;
}

struct Batch {
  std::vector<float> image, weights;
  std::vector<std::int32_t> labels;

  Batch(const ParityCase& test, std::int64_t step) {
    const auto of = [&](const char* what) -> const std::vector<double>& {
      return test.at(step, what).values;
    };
    image.assign(of("image").begin(), of("image").end());
    weights.assign(of("weights").begin(), of("weights").end());
    labels.assign(of("labels").begin(), of("labels").end());
  }
  learn::BatchView view() const { return {image, labels, weights}; }
};

Arrays to_arrays(const Parameters& parameters) {
  Arrays arrays;
  for (const auto& [name, tensor] : parameters) arrays.emplace(name, reference::to_array(*tensor));
  return arrays;
}

class Single : public testing::TestWithParam<std::tuple<std::string, Device>> {};

// The gradients that a step left, divided by the total weight.
Arrays gradients_of(learn::TrainingStep& training, double weight) {
  Arrays found;
  for (const std::string& name : training.graphs().trained) {
    Array gradient = reference::to_array(training.variables().read("gradient/" + name));
    for (double& value : gradient.values) value /= weight;
    found.emplace(name, std::move(gradient));
  }
  return found;
}

TEST_P(Single, EachStepFromPytorchsStateGivesItsLossAndGradient) {
  const auto& [model, device] = GetParam();
  LOAD_OR_SKIP(test, model + ":adam:f32");
  const auto executor = make_executor(device.options);
  learn::TrainingStep training(*executor, test.spec, to_parameters(test.all("0/state/")));
  std::vector<double> distances;
  double worst_loss = 0;
  for (std::int64_t step = 0; step < test.steps; ++step) {
    for (const auto& [name, tensor] : to_parameters(test.all(fmt::format("{}/state/", step))))
      training.variables().write(name, *tensor);
    const Batch batch(test, step);
    training.accumulate(batch.view(), true, {});
    training.update(0, step);
    const learn::StepResult result = training.finish();
    worst_loss = std::max(worst_loss, std::abs(result.loss / test.at(step, "loss").values[0] - 1));
    distances.push_back(tests::relative_distance(gradients_of(training, result.weight),
                                                 test.all(fmt::format("{}/gradient/", step))));
  }
  std::ranges::sort(distances);
  const double median = distances[distances.size() / 2], worst = distances.back();
  fmt::print("{} on {}: losses {:.1e}, gradients {:.1e} (median), {:.1e} (worst)\n", model, device.name,
             worst_loss, median, worst);
  EXPECT_LE(worst_loss, 1e-5);
  EXPECT_LE(median, 1e-5);
  EXPECT_LE(worst, model == "segnet" ? 5e-2 : 2e-3);
}

INSTANTIATE_TEST_SUITE_P(
    Parity, Single, testing::Combine(testing::Values("unet", "segnet", "fcn"), testing::ValuesIn(devices())),
    [](const auto& about) { return std::get<0>(about.param) + "_" + std::get<1>(about.param).name; });

class Optimizer : public testing::TestWithParam<std::tuple<std::string, Device>> {};

// Fed PyTorch's gradients at every step, the parameters stay with PyTorch's.
TEST_P(Optimizer, AloneFollowsPytorch) {
  const auto& [optimizer, device] = GetParam();
  LOAD_OR_SKIP(test, "fcn:" + optimizer + ":f32");
  const auto executor = make_executor(device.options);
  const learn::TrainingGraphs graphs = learn::make_training_graphs(test.spec);
  const auto variables = executor->make_variables();
  const auto update = executor->compile(graphs.update, {}, variables);
  for (const std::string& name : graphs.trained)
    variables->write(name, to_tensor(test.at(0, "state/" + name)));
  const std::vector<float> one{0, 1};
  variables->write("loss.total", Tensor(Shape{2}, std::span<const float>(one)));
  for (std::int64_t step = 0; step < test.steps; ++step) {
    for (const std::string& name : graphs.trained)
      variables->write("gradient/" + name, to_tensor(test.at(step, "gradient/" + name)));
    const auto schedule = learn::update_schedule(test.rate, test.spec.optimizer, step);
    std::ranges::transform(schedule, update->input_as<float>(0, "schedule").begin(),
                           [](double value) { return static_cast<float>(value); });
    update->submit(0);
    update->wait(0);
  }
  Arrays found, expected;
  for (const std::string& name : graphs.trained) {
    found.emplace(name, reference::to_array(variables->read(name)));
    expected.emplace(name, test.arrays.at("end/" + name));
  }
  const double distance = tests::relative_distance(found, expected);
  fmt::print("{} on {}: {:.1e}\n", optimizer, device.name, distance);
  EXPECT_LE(distance, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Parity, Optimizer,
                         testing::Combine(testing::Values("sgd", "adam", "adamw"),
                                          testing::ValuesIn(devices())),
                         [](const auto& about) {
                           return std::get<0>(about.param) + "_" + std::get<1>(about.param).name;
                         });

class FreeRunning : public testing::TestWithParam<std::tuple<std::string, Device>> {};

TEST_P(FreeRunning, StaysWithPytorchOver20Steps) {
  const auto& [name, device] = GetParam();
  LOAD_OR_SKIP(test, name + ":f32");
  const auto executor = make_executor(device.options);
  learn::TrainingStep training(*executor, test.spec, to_parameters(test.all("0/state/")));
  Arrays losses{{"losses", reference::make_array(Shape{test.steps})}};
  Arrays found = losses, expected = losses;
  for (std::int64_t step = 0; step < test.steps; ++step) {
    const Batch batch(test, step);
    training.accumulate(batch.view(), true, {});
    training.update(test.rate, step);
    found["losses"].values[static_cast<std::size_t>(step)] = training.finish().loss;
    expected["losses"].values[static_cast<std::size_t>(step)] = test.at(step, "loss").values[0];
  }
  found.merge(to_arrays(training.parameters()));
  expected.merge(test.all("end/"));
  const double distance = tests::relative_distance(found, expected);
  fmt::print("{} on {}: {:.1e}\n", name, device.name, distance);
  EXPECT_LE(distance, name.starts_with("fcn") ? 1e-5 : 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Parity, FreeRunning,
                         testing::Combine(testing::Values("fcn:sgd", "unet:sgd"),
                                          testing::ValuesIn(devices())),
                         [](const auto& about) {
                           std::string name = std::get<0>(about.param) + "_" + std::get<1>(about.param).name;
                           std::ranges::replace(name, ':', '_');
                           return name;
                         });

}  // namespace
}  // namespace terramask
