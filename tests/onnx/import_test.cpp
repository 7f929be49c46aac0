// Networks of other programs: what they compute, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "errors.hpp"
#include "networks.hpp"
#include "temporary_folder.hpp"
#include "terramask/onnx.hpp"

namespace terramask::tests {
namespace {

using testing::ElementsAre;

class OnnxImport : public testing::Test {
 protected:
  std::string save(SmallNetwork& network) const { return network.save(folder_ / "m.onnx"); }
  Model import(SmallNetwork& network, const ImportOptions& options = {}) const {
    return import_onnx(save(network), options);
  }
  void expect_refusal(SmallNetwork& network, ErrorCode code, const std::vector<std::string>& words) const {
    const std::string path = save(network);
    expect_error([&] { import_onnx(path); }, code, words);
  }

  const TemporaryFolder temporary_ = TemporaryFolder::in_memory();
  const std::filesystem::path& folder_ = temporary_.path();
};

/// Names of the operators of a model's graph.
std::vector<std::string> operators_of(const Model& model, std::int64_t side) {
  std::vector<std::string> names;
  const Graph graph = build_network(model.info.network, 1, side, side);
  for (const Node& node : graph.nodes()) names.emplace_back(node.op.name());
  return names;
}

TEST_F(OnnxImport, KeepsNamesAndTakesOffTheSoftmax) {
  SmallNetwork network;
  network.conv("image", "stem", 3, 4);
  network.add("Relu", {"stem"}, "stem.relu");
  network.conv("stem.relu", "head", 4, 5);
  SmallNetwork::set(network.add("Softmax", {"head"}, "soft"), "axis", 1);
  SmallNetwork::set(network.add("ArgMax", {"soft"}, "out"), "axis", 1);
  const Model model = import(network, {.bands = {"a", "b", "c"}, .scale = 255, .mean = {0.5}, .std = {0.25}});
  EXPECT_EQ(model.info.classes.size(), 5U);
  EXPECT_EQ(model.info.bands[1].name, "b");
  EXPECT_EQ(model.info.bands[1].mean, 127.5);
  EXPECT_EQ(model.info.bands[1].std, 63.75);
  EXPECT_TRUE(model.parameters.contains("stem.weight"));
  EXPECT_THAT(operators_of(model, 8), ElementsAre("conv2d", "activation", "conv2d"));
  EXPECT_EQ(total_stride(model.info.network), 1);
}

TEST_F(OnnxImport, ComesBackFromItsModelFile) {
  SmallNetwork network;
  network.conv("image", "stem", 3, 4);
  auto& pool = network.add("MaxPool", {"stem"}, "pool");
  SmallNetwork::set(pool, "kernel_shape", {2, 2});
  SmallNetwork::set(pool, "strides", {2, 2});
  network.conv("pool", "out", 4, 2);
  const Model model = import(network);
  const std::string path = folder_ / "m.safetensors";
  save_model(path, model.info, model.parameters, false);
  const Model back = load_model(path);
  EXPECT_EQ(back.info.network, model.info.network);
  EXPECT_EQ(total_stride(back.info.network), 2);
  EXPECT_THAT(operators_of(back, 8), ElementsAre("conv2d", "max_pool", "conv2d", "upsample"));
}

TEST_F(OnnxImport, OneLogitIsTheSecondOfTwoClasses) {
  SmallNetwork network;
  network.conv("image", "head", 3, 1);
  network.add("Sigmoid", {"head"}, "out");
  const Model model = import(network);
  ASSERT_EQ(model.info.classes.size(), 2U);
  const Graph graph = build_network(model.info.network, 1, 4, 4);
  EXPECT_EQ(graph.type(graph.outputs()[0].value).shape, (Shape{1, 2, 4, 4}));
}

/// As PyTorch exports nn.functional.interpolate(x, size=skip.shape[2:]).
TEST_F(OnnxImport, FoldsShapeArithmeticForEachPatch) {
  SmallNetwork network;
  network.conv("image", "stem", 3, 4);
  auto& pool = network.add("MaxPool", {"stem"}, "pool");
  SmallNetwork::set(pool, "kernel_shape", {2, 2});
  SmallNetwork::set(pool, "strides", {2, 2});
  network.add("Shape", {"stem"}, "shape");
  network.whole("two", {2});
  network.whole("four", {4});
  network.whole("zero", {0});
  network.add("Slice", {"shape", "two", "four", "zero"}, "rows_columns");
  network.add("Shape", {"pool"}, "small_shape");
  network.add("Slice", {"small_shape", "zero", "two", "zero"}, "images_channels");
  SmallNetwork::set(network.add("Concat", {"images_channels", "rows_columns"}, "sizes"), "axis",
                    std::int64_t{0});
  auto& resize = network.add("Resize", {"pool", "", "", "sizes"}, "large");
  SmallNetwork::set(resize, "mode", "linear");
  SmallNetwork::set(resize, "coordinate_transformation_mode", "pytorch_half_pixel");
  SmallNetwork::set(network.add("Concat", {"large", "stem"}, "both"), "axis", 1);
  network.conv("both", "out", 8, 2);
  const Model model = import(network);
  for (const std::int64_t side : {8, 64})
    EXPECT_THAT(operators_of(model, side), ElementsAre("conv2d", "max_pool", "upsample", "concat", "conv2d"))
        << side;
  EXPECT_EQ(total_stride(model.info.network), 2);
}

TEST_F(OnnxImport, PadsUnequallyAndAsInTensorFlow) {
  SmallNetwork network;
  network.weights("w", {2, 3, 3, 3});
  auto& conv = network.add("Conv", {"image", "w"}, "half");
  SmallNetwork::set(conv, "strides", {2, 2});
  SmallNetwork::set(conv, "auto_pad", "SAME_UPPER");
  network.weights("v", {2, 2, 2, 2});
  auto& wide = network.add("Conv", {"half", "v"}, "out");
  SmallNetwork::set(wide, "pads", {0, 0, 1, 1});
  const Model model = import(network);
  EXPECT_THAT(operators_of(model, 8), ElementsAre("pad", "conv2d", "pad", "conv2d", "upsample"));
}

TEST_F(OnnxImport, ReadsShortWeightsAndThoseInOtherFiles) {
  SmallNetwork network;
  network.weights("w", {2, 3, 1, 1});
  network.weights("out.bias", {2});
  network.add("Conv", {"image", "w", "out.bias"}, "out");
  auto& tensor = *network.graph().mutable_initializer(0);
  tensor.clear_float_data();
  tensor.set_data_type(onnx::TensorProto::FLOAT16);
  const std::uint16_t half = 0x3800;  // 0.5
  std::string raw;
  for (int i = 0; i < 6; ++i) raw.append({static_cast<char>(half & 0xff), static_cast<char>(half >> 8)});
  tensor.set_raw_data(raw);
  EXPECT_EQ(import(network).parameters.at("w")->values<float>()[5], 0.5F);

  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  const auto entry = [&](const char* key, const std::string& value) {
    auto& added = *tensor.add_external_data();
    added.set_key(key);
    added.set_value(value);
  };
  entry("location", "weights.bin");
  entry("offset", "4");
  expect_refusal(network, ErrorCode::not_found, {"weights.bin", "\"w\""});
  std::ofstream(folder_ / "weights.bin", std::ios::binary) << std::string(4, '\0') << raw;
  EXPECT_EQ(import(network).parameters.at("w")->values<float>()[5], 0.5F);
  std::ofstream(folder_ / "weights.bin", std::ios::binary) << raw;
  expect_refusal(network, ErrorCode::format, {"weights.bin", "cut short"});
  for (const char* outside : {"../weights.bin", "/etc/passwd", ""}) {
    tensor.mutable_external_data(0)->set_value(outside);
    expect_refusal(network, ErrorCode::format, {"no file beside the model"});
  }
}

TEST_F(OnnxImport, ReadsWhatDeepnessWrites) {
  SmallNetwork network;
  network.conv("image", "out", 3, 2);
  const auto entry = [&](const char* key, const char* value) {
    auto& added = *network.model().add_metadata_props();
    added.set_key(key);
    added.set_value(value);
  };
  entry("model_type", "\"Segmentor\"");
  entry("class_names", R"({"0": "land", "1": "water"})");
  entry("resolution", "20");
  entry("standardization_mean", "[0.5, 0.25, 0.125]");
  entry("standardization_std", "[1, 2, 3]");
  entry("seg_thresh", "0.4");
  const Model model = import(network);
  EXPECT_EQ(model.info.classes[1].name, "water");
  EXPECT_DOUBLE_EQ(model.info.pixel_size_m.value_or(0), 0.2);
  EXPECT_DOUBLE_EQ(model.info.bands[1].mean, 63.75);
  EXPECT_DOUBLE_EQ(model.info.bands[2].std, 765);
  EXPECT_DOUBLE_EQ(model.info.threshold.value_or(0), 0.4);
}

TEST_F(OnnxImport, RefusesByNodeWhatCannotRun) {
  const auto refused = [&](const char* op, const std::vector<std::string>& words, auto change) {
    SmallNetwork network;
    network.conv("image", "stem", 3, 4);
    change(network, network.add(op, {"stem"}, "middle"));
    network.conv("middle", "out", 4, 2);
    expect_refusal(network, ErrorCode::unsupported, words);
  };
  const auto nothing = [](SmallNetwork&, onnx::NodeProto&) {};
  refused("Frobnicate", {"node \"middle\" (\"Frobnicate\", opset 17)"}, nothing);
  refused("GlobalAveragePool", {"whole image", "middle"}, nothing);
  refused("Cast", {"whole numbers"},
          [](SmallNetwork&, onnx::NodeProto& node) { SmallNetwork::set(node, "to", 7); });
  refused("Relu", {"operators of \"com.example\""},
          [](SmallNetwork&, onnx::NodeProto& node) { node.set_domain("com.example"); });
  refused("Conv", {"4 groups"}, [](SmallNetwork& network, onnx::NodeProto& node) {
    network.weights("w", {4, 1, 3, 3});
    node.add_input("w");
    SmallNetwork::set(node, "group", 4);
    SmallNetwork::set(node, "pads", {1, 1, 1, 1});
  });
  refused("Resize", {"mode cubic", "bilinear"}, [](SmallNetwork& network, onnx::NodeProto& node) {
    auto& scales = network.whole("scales", {1, 1, 2, 2});
    scales.set_data_type(onnx::TensorProto::FLOAT);
    scales.clear_int64_data();
    for (const float scale : {1.0F, 1.0F, 2.0F, 2.0F}) scales.add_float_data(scale);
    node.add_input("");
    node.add_input("scales");
    SmallNetwork::set(node, "mode", "cubic");
  });
}

TEST_F(OnnxImport, NamesTheNodeWhoseWeightsHaveTooManyAxes) {
  SmallNetwork network;
  network.weights("w", {2, 3, 1, 1, 1});
  network.add("Conv", {"image", "w"}, "out");
  expect_refusal(network, ErrorCode::unsupported, {"node \"out\" (\"Conv\", opset 17)", "5 axes"});
}

TEST_F(OnnxImport, WarnsOfTrainingMode) {
  SmallNetwork network;
  network.conv("image", "stem", 3, 2);
  for (const char* name : {"a", "b", "c", "d"}) network.weights(name, {2});
  SmallNetwork::set(network.add("BatchNormalization", {"stem", "a", "b", "c", "d"}, "out"), "training_mode",
                    1);
  EXPECT_THAT(import(network).warnings, testing::Contains(testing::HasSubstr("training mode")));
}

TEST_F(OnnxImport, KeepsTheNameOfAFileThatIsNoUtf8) {
  SmallNetwork network;
  network.conv("image", "out", 3, 2);
  const Model model = import_onnx(network.save(folder_ / "f\xe4.onnx"));
  EXPECT_THAT(model.info.provenance, testing::HasSubstr("f%E4.onnx"));
}

TEST_F(OnnxImport, RefusesOldAndNewOpsets) {
  for (const std::int64_t opset : {8, 23}) {
    SmallNetwork network(3, opset);
    network.conv("image", "out", 3, 2);
    expect_refusal(network, ErrorCode::unsupported, {"opset " + std::to_string(opset)});
  }
  SmallNetwork network(3, 12);
  network.conv("image", "stem", 3, 2);
  SmallNetwork::set(network.add("Softmax", {"stem"}, "out"), "axis", 1);
  expect_refusal(network, ErrorCode::unsupported, {"all pixels together", "opset 13"});
}

TEST_F(OnnxImport, NamesTheOutputsToChooseFrom) {
  SmallNetwork network;
  network.conv("image", "out", 3, 2);
  network.conv("image", "aux", 3, 7);
  network.graph().add_output()->set_name("aux");
  expect_refusal(network, ErrorCode::usage, {"2 outputs", "out, aux"});
  EXPECT_EQ(import(network, {.output = "aux"}).info.classes.size(), 7U);
}

TEST_F(OnnxImport, OptionsThatDoNotFitAreRefused) {
  SmallNetwork network;
  network.conv("image", "out", 3, 2);
  const std::string path = save(network);
  expect_error([&] { import_onnx(path, {.bands = {"a", "b"}}); }, ErrorCode::usage, {"2 given", "3 bands"});
  expect_error([&] { import_onnx(path, {.bands = {"a", "b", "a"}}); }, ErrorCode::usage, {"\"a\"", "bands"});
  expect_error([&] { import_onnx(path, {.classes = {"a"}}); }, ErrorCode::usage, {"1 given", "2 classes"});
  expect_error([&] { import_onnx(path, {.mean = {1, 2}}); }, ErrorCode::usage, {"mean", "3 bands"});
}

TEST_F(OnnxImport, DamagedAndHostileFilesAreRefused) {
  SmallNetwork network;
  network.conv("image", "stem", 3, 4);
  network.conv("stem", "out", 4, 2);
  const std::string whole = network.bytes();
  const auto refused = [&](const std::string& bytes, ErrorCode code, const std::vector<std::string>& words) {
    const std::string path = folder_ / "bad.onnx";
    std::ofstream(path, std::ios::binary) << bytes;
    expect_error([&] { import_onnx(path); }, code, words);
  };
  refused("", ErrorCode::format, {"no graph"});
  refused("not an ONNX file at all", ErrorCode::format, {"damaged"});
  refused(whole.substr(0, whole.size() / 2), ErrorCode::format, {"cut short"});
  std::mt19937 random(5);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    for (int j = 0; j < 3; ++j) bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::string path = folder_ / "random.onnx";
    std::ofstream(path, std::ios::binary) << bytes;
    try {
      (void)import_onnx(path);
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
    }
  }
}

TEST_F(OnnxImport, RefusesWhatIsTooMuchBeforeItIsAllocated) {
  SmallNetwork nodes;
  for (int i = 0; i < 100'001; ++i) nodes.graph().add_node();
  expect_refusal(nodes, ErrorCode::format, {"more than 100000 nodes"});
  SmallNetwork integers;
  SmallNetwork::set(integers.add("Relu", {"image"}, "out"), "many", std::vector<std::int64_t>(1'000'001, 1));
  expect_refusal(integers, ErrorCode::format, {"more than 1000000 whole numbers"});
  SmallNetwork deep;
  onnx::GraphProto* graph = &deep.graph();
  for (int i = 0; i < 40; ++i) graph = graph->add_node()->add_attribute()->mutable_g();
  expect_refusal(deep, ErrorCode::format, {"nested more than 64 deep"});
  SmallNetwork large;
  large.conv("image", "out", 3, 2);
  auto& tensor = *large.graph().mutable_initializer(0);
  tensor.set_dims(0, std::int64_t{1} << 40);
  expect_refusal(large, ErrorCode::format, {"out.weight"});
  tensor.set_dims(0, -2);
  expect_refusal(large, ErrorCode::format, {"extent of -2"});
  SmallNetwork circle;
  circle.add("Relu", {"b"}, "a");
  circle.add("Relu", {"a"}, "b");
  circle.conv("b", "out", 3, 2);
  expect_refusal(circle, ErrorCode::format, {"nothing makes before it"});
}

}  // namespace
}  // namespace terramask::tests
