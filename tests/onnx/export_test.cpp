// Models as ONNX, and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors.hpp"
#include "networks.hpp"
#include "temporary_folder.hpp"
#include "terramask/onnx.hpp"

namespace terramask::tests {
namespace {

Model model_of(const std::string& architecture) {
  Model model;
  model.info.network = {.architecture = architecture, .bands = 3, .classes = 2};
  for (const NetworkKey& key : network_keys(architecture))
    if (key.channels) model.info.network.keys[std::string(key.name)] = std::int64_t{2};
  for (const char* name : {"red", "green", "blue"})
    model.info.bands.push_back({.name = name, .type = {}, .mean = 10, .std = 2});
  model.info.classes = {{0, "background", "#000000"}, {1, "road", "#ffd400"}};
  const std::int64_t stride = total_stride(model.info.network);
  model.parameters = random_parameters(build_network(model.info.network, 1, stride, stride), 1);
  return model;
}

onnx::ModelProto read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromIstream(&file));
  return model;
}

class OnnxExport : public testing::TestWithParam<std::string> {
 protected:
  const TemporaryFolder temporary_ = TemporaryFolder::in_memory();
  const std::string path_ = temporary_.path() / "m.onnx";
};

/// The same operators with the same weights in the same order: the same bits.
TEST_P(OnnxExport, ComesBackAsTheSameGraph) {
  const Model model = model_of(GetParam());
  export_onnx(model, path_);
  const Model back = import_onnx(path_);
  const std::int64_t side = 2 * total_stride(model.info.network);
  EXPECT_EQ(total_stride(back.info.network), total_stride(model.info.network));
  const Graph one = build_network(model.info.network, 1, side, side),
              other = build_network(back.info.network, 1, side, side);
  ASSERT_EQ(one.nodes().size(), other.nodes().size());
  for (std::size_t i = 0; i < one.nodes().size(); ++i) {
    EXPECT_EQ(one.nodes()[i].op.name(), other.nodes()[i].op.name());
    EXPECT_EQ(one.nodes()[i].op.describe(), other.nodes()[i].op.describe());
  }
  ASSERT_EQ(model.parameters.size(), back.parameters.size());
  for (const auto& [name, tensor] : model.parameters) {
    const auto from = tensor->values<float>(), to = back.parameters.at(name)->values<float>();
    EXPECT_TRUE(std::equal(from.begin(), from.end(), to.begin(), to.end())) << name;
  }
}

TEST_P(OnnxExport, TheSameModelMakesTheSameBytes) {
  const Model model = model_of(GetParam());
  export_onnx(model, path_);
  const std::string first = read(path_).SerializeAsString();
  export_onnx(model, path_, {.overwrite = true});
  EXPECT_EQ(first, read(path_).SerializeAsString());
  expect_error([&] { export_onnx(model, path_); }, ErrorCode::exists, {"m.onnx"});
}

TEST_P(OnnxExport, DeepnessGetsWhatItAsksFor) {
  Model model = model_of(GetParam());
  model.info.pixel_size_m = 0.25;
  export_onnx(model, path_, {.target = ExportTarget::deepness, .tile = 64});
  const onnx::ModelProto made = read(path_);
  EXPECT_EQ(made.graph().input(0).type().tensor_type().shape().dim(2).dim_value(), 64);
  EXPECT_EQ(made.graph().output(0).name(), "probabilities");
  const Model back = import_onnx(path_);
  EXPECT_EQ(back.info.classes[1].name, "road");
  EXPECT_DOUBLE_EQ(back.info.pixel_size_m.value_or(0), 0.25);
  EXPECT_DOUBLE_EQ(back.info.bands[0].mean, 10);
  EXPECT_DOUBLE_EQ(back.info.bands[0].std, 2);
  if (total_stride(model.info.network) > 1)
    expect_error(
        [&] { export_onnx(model, path_, {.target = ExportTarget::deepness, .tile = 65, .overwrite = true}); },
        ErrorCode::usage, {"tile=65"});
}

INSTANTIATE_TEST_SUITE_P(All, OnnxExport, testing::ValuesIn(architectures()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace terramask::tests
