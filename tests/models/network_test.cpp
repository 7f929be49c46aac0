// build_network: PyTorch's names and shapes, and what it refuses.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "models/safetensors.hpp"
#include "models/tiny.hpp"
#include "ops/operators.hpp"
#include "shared_data.hpp"

namespace terramask {
namespace {

using ::testing::HasSubstr;
using tests::error_of;

std::map<std::string, Shape> parameters_of(const Graph& graph) {
  std::map<std::string, Shape> shapes;
  for (const Value& value : graph.values())
    if (value.role == Role::parameter) {
      EXPECT_TRUE(shapes.emplace(value.name, value.type.shape).second);
    }
  return shapes;
}

const Shape& logits(const Graph& graph) {
  return graph.type(graph.outputs().at(0).value).shape;
}

class RealNetwork : public ::testing::TestWithParam<const char*> {};

TEST_P(RealNetwork, HasThePyTorchModulesParameters) {
  const auto path = tests::shared_data(std::string("models/roads_") + GetParam() + ".safetensors");
  TERRAMASK_REQUIRE(path);
  safetensors::Reader reader(path.string());
  std::map<std::string, Shape> expected;
  for (const auto& entry : reader.header().tensors)
    if (!entry.name.ends_with(".num_batches_tracked"))
      expected.emplace(entry.name, Shape(std::span<const std::int64_t>(entry.shape)));
  const Graph graph = build_network(load_model(path.string()).info.network, 1, 64, 96);
  EXPECT_EQ(parameters_of(graph), expected);
  EXPECT_EQ(logits(graph), (Shape{1, 2, 64, 96}));
}

INSTANTIATE_TEST_SUITE_P(Models, RealNetwork, ::testing::Values("unet", "segnet", "fcn"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(Network, InputAndOutputAreNamed) {
  for (const std::string& architecture : architectures()) {
    NetworkSpec spec = tests::smallest(architecture);
    spec.bands = 4;
    const Graph graph = build_network(spec, 2, 32, 64);
    const auto image = graph.find("image");
    ASSERT_TRUE(image);
    EXPECT_EQ(graph.values()[*image].role, Role::input);
    EXPECT_EQ(graph.type(*image).shape, (Shape{2, 4, 32, 64}));
    ASSERT_EQ(graph.outputs().size(), 1u);
    EXPECT_EQ(graph.outputs()[0].name, "logits");
    EXPECT_EQ(logits(graph), (Shape{2, 2, 32, 64}));
  }
}

TEST(Network, ValuesHaveTheModulesNamesAndNoTwoTheSame) {
  const Graph unet = build_network({.architecture = "unet", .keys = {{"width", 4}, {"depth", 2}}}, 1, 8, 8);
  for (const char* name :
       {"down.0.0", "down.0.1", "down.0.2", "down.2.5", "up.1", "dec.1.5", "head", "pool.0"})
    EXPECT_TRUE(unet.find(name)) << name;
  EXPECT_EQ(unet.type(*unet.find("down.2.5")).shape, (Shape{1, 16, 2, 2}));
  for (const std::string& architecture : architectures()) {
    const Graph graph = build_network(tests::smallest(architecture), 1, 32, 32);
    std::map<std::string, int> names;
    for (const Value& value : graph.values()) EXPECT_EQ(++names[value.name], 1) << value.name;
  }
}

TEST(Network, UNetWithNearestUpsampling) {
  const NetworkSpec spec{.architecture = "unet",
                         .bands = 5,
                         .classes = 7,
                         .keys = {{"width", 3}, {"depth", 3}, {"up", "nearest"}}};
  const Graph graph = build_network(spec, 1, 16, 24);
  const auto parameters = parameters_of(graph);
  EXPECT_EQ(parameters.at("down.0.0.weight"), (Shape{3, 5, 3, 3}));
  EXPECT_EQ(parameters.at("up.0.1.weight"), (Shape{12, 24, 3, 3}));
  EXPECT_EQ(parameters.at("up.2.1.bias"), (Shape{3}));
  EXPECT_EQ(parameters.at("dec.0.0.weight"), (Shape{12, 24, 3, 3}));
  EXPECT_EQ(parameters.at("head.weight"), (Shape{7, 3, 1, 1}));
  EXPECT_FALSE(parameters.contains("up.0.weight"));
  EXPECT_EQ(logits(graph), (Shape{1, 7, 16, 24}));
}

// As the PyTorch module: behind the last two down stages, before what leads up.
TEST(Network, UNetWithDropout) {
  const NetworkSpec spec{.architecture = "unet", .keys = {{"width", 2}, {"depth", 3}, {"dropout", 0.25}}};
  const Graph graph = build_network(spec, 1, 16, 16);
  std::vector<std::string> behind;
  std::set<std::int32_t> layers;
  for (const Node& node : graph.nodes())
    if (const auto* dropout = node.op.as<ops::Dropout>()) {
      EXPECT_EQ(dropout->rate, 0.25);
      layers.insert(dropout->layer);
      behind.push_back(graph.values()[node.operands.at(0)].name);
    } else if (graph.values()[node.results[0]].name == "concat.0") {
      EXPECT_EQ(graph.values()[node.operands[0]].name, "drop.2");
    } else if (graph.values()[node.results[0]].name == "concat.1") {
      EXPECT_EQ(graph.values()[node.operands[0]].name, "down.1.5");
    } else if (graph.values()[node.results[0]].name == "up.0") {
      EXPECT_EQ(graph.values()[node.operands[0]].name, "drop.3");
    }
  EXPECT_EQ(behind, (std::vector<std::string>{"down.2.5", "down.3.5"}));
  EXPECT_EQ(layers.size(), 2u);
  const Graph without =
      build_network({.architecture = "unet", .keys = {{"width", 2}, {"depth", 3}}}, 1, 16, 16);
  EXPECT_EQ(without.nodes().size() + 2, graph.nodes().size());
}

TEST(Network, FcnWithFewerSkips) {
  for (const std::int64_t skips : {0, 1, 2}) {
    const Graph graph = build_network(
        {.architecture = "fcn", .classes = 3, .keys = {{"width", 2}, {"fc", 6}, {"skips", skips}}}, 1, 32,
        32);
    const auto parameters = parameters_of(graph);
    const std::int64_t kernel = 2 * (32 >> skips);
    EXPECT_EQ(parameters.at("up." + std::to_string(skips) + ".weight"), (Shape{3, 3, kernel, kernel}));
    EXPECT_TRUE(parameters.contains("score." + std::to_string(skips) + ".bias"));
    EXPECT_FALSE(parameters.contains("score." + std::to_string(skips + 1) + ".bias"));
    EXPECT_EQ(logits(graph), (Shape{1, 3, 32, 32}));
  }
}

TEST(Network, StrideIsThatOfTheSpecification) {
  EXPECT_EQ(total_stride({.architecture = "unet", .keys = {{"depth", 3}}}), 8);
  EXPECT_EQ(total_stride({.architecture = "segnet"}), 32);
  EXPECT_EQ(total_stride({.architecture = "fcn"}), 32);
}

TEST(Network, PatchesThatDoNotFitAreRefused) {
  const NetworkSpec spec{.architecture = "unet", .keys = {{"width", 2}, {"depth", 3}}};
  for (const auto& size :
       std::vector<std::array<std::int64_t, 3>>{{1, 12, 16},
                                                {1, 16, 12},
                                                {0, 16, 16},
                                                {1, 0, 16},
                                                {1, 16, -16},
                                                {1, std::int64_t{1} << 62, std::int64_t{1} << 62},
                                                {std::int64_t{1} << 62, 16, 16}}) {
    const Error error = error_of([&] { build_network(spec, size[0], size[1], size[2]); });
    EXPECT_EQ(error.code(), ErrorCode::mismatch);
  }
  EXPECT_THAT(error_of([&] { build_network(spec, 1, 12, 16); }).remedy(), HasSubstr("multiples of 8"));
}

TEST(Network, SpecificationsOutOfRangeAreRefused) {
  constexpr auto huge = std::numeric_limits<std::int64_t>::max();
  const std::vector<NetworkSpec> specs = {
      {.architecture = "unet", .bands = 0},
      {.architecture = "unet", .bands = huge},
      {.architecture = "unet", .classes = 0},
      {.architecture = "unet", .classes = 65536},
      {.architecture = "unet", .keys = {{"width", 0}}},
      {.architecture = "unet", .keys = {{"width", huge}}},
      {.architecture = "unet", .keys = {{"depth", 0}}},
      {.architecture = "unet", .keys = {{"depth", 11}}},
      {.architecture = "unet", .keys = {{"depth", -huge}}},
      {.architecture = "unet", .keys = {{"width", 65537}, {"depth", 4}}},
      {.architecture = "unet", .keys = {{"up", "bilinear"}}},
      {.architecture = "segnet", .keys = {{"width", 131073}}},
      {.architecture = "fcn", .keys = {{"width", 131073}}},
      {.architecture = "fcn", .keys = {{"fc", 0}}},
      {.architecture = "fcn", .keys = {{"fc", huge}}},
      {.architecture = "fcn", .keys = {{"skips", -1}}},
      {.architecture = "fcn", .keys = {{"skips", 3}}},
      {.architecture = "unet", .keys = {{"dropout", 1}}},
      {.architecture = "unet", .keys = {{"fc", 8}}},
      {.architecture = "unet", .keys = {{"up", 2}}},
      {.architecture = "unet", .keys = {{"width", 2.5}}},
      {.architecture = "unet", .keys = {{"dropout", -0.1}}},
      {.architecture = "unet", .keys = {{"dropout", std::nan("")}}},
  };
  for (const NetworkSpec& spec : specs)
    EXPECT_EQ(error_of([&] { build_network(spec, 1, 64, 64); }).code(), ErrorCode::usage);
  const Error error = error_of([] { build_network({.architecture = "resnet"}, 1, 32, 32); });
  EXPECT_EQ(error.code(), ErrorCode::unsupported);
  EXPECT_THAT(error.what(),
              HasSubstr("unknown architecture \"resnet\"; known are unet, segnet, fcn, linear"));
}

TEST(Network, TheLargestOneCanStillBeCounted) {
  const Graph graph = build_network({.architecture = "unet", .keys = {{"width", 1024}, {"depth", 10}}}, 1,
                                    std::int64_t{1} << 19, std::int64_t{1} << 19);
  for (const Value& value : graph.values()) EXPECT_GT(value.type.shape.elements(), 0) << value.name;
}

TEST(RandomParameters, AreThoseOfTheSeed) {
  const Graph graph = build_network({.architecture = "segnet", .keys = {{"width", 8}}}, 1, 32, 32);
  const Parameters a = random_parameters(graph, 7);
  const Parameters b = random_parameters(graph, 7);
  const Parameters c = random_parameters(graph, 8);
  check_parameters(graph, a, "random");
  for (const auto& [name, tensor] : a) EXPECT_TRUE(std::ranges::equal(tensor->bytes(), b.at(name)->bytes()));
  EXPECT_FALSE(std::ranges::equal(a.at("head.weight")->bytes(), c.at("head.weight")->bytes()));
}

TEST(RandomParameters, HaveHesVariance) {
  const Graph graph =
      build_network({.architecture = "unet", .keys = {{"width", 32}, {"depth", 1}}}, 1, 32, 32);
  const Parameters parameters = random_parameters(graph, 1);
  const auto variance = [&](const char* name) {
    double sum = 0;
    double squares = 0;
    const auto values = parameters.at(name)->values<float>();
    for (const float value : values) {
      sum += static_cast<double>(value);
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    const auto n = static_cast<double>(values.size());
    EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(squares) / n);
    return squares / n;
  };
  EXPECT_NEAR(variance("down.1.3.weight"), 2.0 / (64 * 9), 0.05 * 2.0 / (64 * 9));
  // A pixel of the doubled image has one product for each of the 64 channels below.
  EXPECT_NEAR(variance("up.0.weight"), 2.0 / 64, 0.1 * 2.0 / 64);
  for (const float one : parameters.at("down.0.1.weight")->values<float>()) EXPECT_EQ(one, 1);
  for (const float one : parameters.at("down.0.1.running_var")->values<float>()) EXPECT_EQ(one, 1);
  for (const char* zeros : {"down.0.1.bias", "down.0.1.running_mean", "head.bias", "up.0.bias"})
    for (const float zero : parameters.at(zeros)->values<float>()) EXPECT_EQ(zero, 0);
}

double variance(const Tensor& tensor) {
  double sum = 0;
  for (const float value : tensor.values<float>())
    sum += static_cast<double>(value) * static_cast<double>(value);
  return sum / static_cast<double>(tensor.shape().elements());
}

// Of a 3 × 3 convolution of 32 to 64 channels, and the 2 × 2 transposed one of 64 to 32.
TEST(RandomParameters, HaveTheVarianceThatWasAskedFor) {
  const Graph graph =
      build_network({.architecture = "unet", .keys = {{"width", 32}, {"depth", 1}}}, 1, 32, 32);
  const auto of = [&](InitialWeights weights, const char* name) {
    return variance(*random_parameters(graph, 5, weights).at(name));
  };
  const char *conv = "down.1.0.weight", *up = "up.0.weight";
  EXPECT_NEAR(of(InitialWeights::he, conv), 2.0 / 288, 0.05 * 2 / 288);
  EXPECT_NEAR(of(InitialWeights::lecun, conv), 1.0 / 288, 0.05 / 288);
  EXPECT_NEAR(of(InitialWeights::xavier, conv), 2.0 / (288 + 576), 0.05 * 2 / 864);
  EXPECT_NEAR(of(InitialWeights::pytorch, conv), 1.0 / (3 * 288), 0.05 / 864);
  EXPECT_NEAR(of(InitialWeights::he, up), 2.0 / 64, 0.05 * 2 / 64);
  EXPECT_NEAR(of(InitialWeights::pytorch, up), 1.0 / (3 * 128), 0.05 / 384);
  EXPECT_GT(of(InitialWeights::pytorch, "up.0.bias"), 0);
  EXPECT_EQ(of(InitialWeights::he, "up.0.bias"), 0);
}

}  // namespace
}  // namespace terramask
