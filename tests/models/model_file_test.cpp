// The model file: what load_model accepts, refuses and warns of, and that save_model gives it back.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "models/model_json.hpp"
#include "models/safetensors.hpp"
#include "models/tiny.hpp"
#include "shared_data.hpp"

namespace terramask {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::error_of;

class ModelFile : public ::testing::Test {
 protected:
  /// Writes a model file of that description, with the tiny model's tensors.
  std::string file_of(const std::string& description,
                      const Parameters& parameters = tests::tiny_parameters()) {
    const std::string path = folder_ / "m.safetensors";
    safetensors::write(path, {{"terramask", description}}, parameters, true);
    return path;
  }
  static json description() { return json::parse(description_text(tests::tiny_info())); }

  const tests::TemporaryFolder folder_ = tests::TemporaryFolder::in_memory();
};

TEST_F(ModelFile, ComesBackAsItWasSaved) {
  const ModelInfo info = tests::tiny_info();
  const Parameters parameters = tests::tiny_parameters();
  save_model(folder_ / "a.safetensors", info, parameters, false);
  const Model model = load_model(folder_ / "a.safetensors");
  EXPECT_THAT(model.warnings, IsEmpty());
  EXPECT_EQ(model.info.network, info.network);
  ASSERT_EQ(model.info.bands.size(), 1u);
  EXPECT_EQ(model.info.bands[0].name, "grey");
  EXPECT_EQ(model.info.bands[0].type, "Byte");
  EXPECT_EQ(model.info.bands[0].mean, 83.25);
  EXPECT_EQ(model.info.bands[0].std, 50.1);
  EXPECT_EQ(model.info.pixel_size_m, 0.5);
  EXPECT_EQ(model.info.pad_multiple, 32);
  ASSERT_EQ(model.info.classes.size(), 2u);
  EXPECT_EQ(model.info.classes[1].value, 1);
  EXPECT_EQ(model.info.classes[1].name, "road");
  EXPECT_EQ(model.info.classes[1].color, "#ffd400");
  EXPECT_EQ(model.info.provenance, info.provenance);
  ASSERT_EQ(model.parameters.size(), parameters.size());
  for (const auto& [name, tensor] : parameters) {
    ASSERT_TRUE(model.parameters.contains(name)) << name;
    EXPECT_TRUE(std::ranges::equal(tensor->bytes(), model.parameters.at(name)->bytes())) << name;
  }
  save_model(folder_ / "b.safetensors", model.info, model.parameters, false);
  EXPECT_EQ(tests::read_file(folder_ / "a.safetensors"), tests::read_file(folder_ / "b.safetensors"));
}

TEST_F(ModelFile, HoldsDropoutWhereThereIsSome) {
  ModelInfo info = tests::tiny_info();
  EXPECT_FALSE(json::parse(description_text(info))["network"].contains("dropout"));
  info.network.keys["dropout"] = 0.25;
  save_model(folder_ / "a.safetensors", info, tests::tiny_parameters(), false);
  const Model model = load_model(folder_ / "a.safetensors");
  EXPECT_THAT(model.warnings, IsEmpty());
  EXPECT_EQ(model.info.network.number("dropout"), 0.25);
}

TEST_F(ModelFile, FillsInTheDefaultsOfKeysThatAreNotThere) {
  const NetworkSpec spec{.architecture = "unet", .bands = 1, .keys = {{"width", 2}}};
  ModelInfo info = tests::tiny_info();
  info.network = spec;
  json text = json::parse(description_text(info));
  text["network"].erase("depth");
  text["network"].erase("up");
  const Model model = load_model(file_of(text.dump(), random_parameters(build_network(spec, 1, 32, 32), 1)));
  EXPECT_EQ(model.info.network, spec);
}

TEST_F(ModelFile, WithoutADescriptionSaysWhatItIs) {
  safetensors::write(folder_ / "m", {{"format", "pt"}}, tests::tiny_parameters(), false);
  const Error error = error_of([&] { load_model(folder_ / "m"); });
  EXPECT_EQ(error.code(), ErrorCode::format);
  EXPECT_THAT(error.message(), HasSubstr("a safetensors file without a terramask entry"));
}

struct BadDescription {
  const char* name;
  const char* patch;  ///< RFC 6902
  const char* cause;
  ErrorCode code = ErrorCode::format;
};

TEST_F(ModelFile, BadDescriptionsAreNamed) {
  constexpr auto unsupported = ErrorCode::unsupported;
  const std::vector<BadDescription> table = {
      {"no format", R"([{"op":"remove","path":"/format"}])", "lacks \"format\""},
      {"format a text", R"([{"op":"replace","path":"/format","value":"1"}])", "format is not a whole number"},
      {"format 2", R"([{"op":"replace","path":"/format","value":2}])", "of format 2", unsupported},
      {"no network", R"([{"op":"remove","path":"/network"}])", "lacks \"network\""},
      {"network a list", R"([{"op":"replace","path":"/network","value":[]}])", "network is not an object"},
      {"no architecture", R"([{"op":"remove","path":"/network/architecture"}])", "lacks \"architecture\""},
      {"unknown architecture", R"([{"op":"replace","path":"/network/architecture","value":"vit"}])",
       "unknown architecture \"vit\"", unsupported},
      {"architecture a number", R"([{"op":"replace","path":"/network/architecture","value":7}])",
       "not a text"},
      {"unknown network key", R"([{"op":"add","path":"/network/attention","value":true}])",
       "unknown key \"attention\"", unsupported},
      {"no width", R"([{"op":"remove","path":"/network/width"}])", "lacks \"width\""},
      {"dropout 1", R"([{"op":"add","path":"/network/dropout","value":1}])", "dropout is 1"},
      {"dropout negative", R"([{"op":"add","path":"/network/dropout","value":-0.5}])", "dropout is -0.5"},
      {"dropout a text", R"([{"op":"add","path":"/network/dropout","value":"0.5"}])",
       "network: dropout is not a number"},
      {"width 0", R"([{"op":"replace","path":"/network/width","value":0}])", "width is 0"},
      {"width negative", R"([{"op":"replace","path":"/network/width","value":-1}])", "width is -1"},
      {"width huge", R"([{"op":"replace","path":"/network/width","value":9223372036854775807}])", "width is"},
      {"width beyond", R"([{"op":"replace","path":"/network/width","value":18446744073709551615}])",
       "too large"},
      {"width a fraction", R"([{"op":"replace","path":"/network/width","value":1.5}])", "not a whole number"},
      {"depth 0", R"([{"op":"replace","path":"/network/depth","value":0}])", "depth is 0"},
      {"depth huge", R"([{"op":"replace","path":"/network/depth","value":4000000000}])",
       "depth is 4000000000"},
      {"too many channels",
       R"([{"op":"replace","path":"/network/depth","value":10},{"op":"replace","path":"/network/width","value":4096}])",
       "channels at the bottom"},
      {"unknown up", R"([{"op":"replace","path":"/network/up","value":"bicubic"}])", "transpose or nearest"},
      {"up a number", R"([{"op":"replace","path":"/network/up","value":2}])", "up is not a text"},
      {"no bands", R"([{"op":"remove","path":"/bands"}])", "lacks \"bands\""},
      {"bands an object", R"([{"op":"replace","path":"/bands","value":{}}])", "bands is not a list"},
      {"too few bands", R"([{"op":"remove","path":"/bands/0"}])", "bands lists 0, the network takes 1"},
      {"two of a name",
       R"([{"op":"copy","from":"/bands/0","path":"/bands/1"},{"op":"replace","path":"/network/bands","value":2}])",
       "two bands are named \"grey\""},
      {"band without name", R"([{"op":"remove","path":"/bands/0/name"}])", "band 1 lacks \"name\""},
      {"band of empty name", R"([{"op":"replace","path":"/bands/0/name","value":""}])", "name is empty"},
      {"band of terminal codes", "[{\"op\":\"replace\",\"path\":\"/bands/0/name\",\"value\":\"\\u001b[2J\"}]",
       "control characters"},
      {"band a text", R"([{"op":"replace","path":"/bands/0","value":"red"}])", "band 1 is not an object"},
      {"unknown band type", R"([{"op":"replace","path":"/bands/0/type","value":"byte"}])",
       "unknown type \"byte\""},
      {"mean a text", R"([{"op":"replace","path":"/bands/0/mean","value":"0"}])", "mean is not a number"},
      {"mean null", R"([{"op":"replace","path":"/bands/0/mean","value":null}])", "mean is not a number"},
      {"mean infinite as float", R"([{"op":"replace","path":"/bands/0/mean","value":1e300}])",
       "mean is not finite"},
      {"std 0", R"([{"op":"replace","path":"/bands/0/std","value":0}])", "std is not above 0"},
      {"std negative", R"([{"op":"replace","path":"/bands/0/std","value":-1}])", "std is not above 0"},
      {"std 0 as float", R"([{"op":"replace","path":"/bands/0/std","value":1e-300}])", "std is not above 0"},
      {"no std", R"([{"op":"remove","path":"/bands/0/std"}])", "band 1 lacks \"std\""},
      {"pixel size 0", R"([{"op":"replace","path":"/pixel_size_m","value":0}])",
       "pixel_size_m is not above 0"},
      {"pixel size a text", R"([{"op":"replace","path":"/pixel_size_m","value":"0.5"}])", "not a number"},
      {"pad multiple 0", R"([{"op":"replace","path":"/pad_multiple","value":0}])", "pad_multiple is 0"},
      {"pad multiple odd", R"([{"op":"replace","path":"/pad_multiple","value":33}])", "multiple of 2"},
      {"pad multiple huge", R"([{"op":"replace","path":"/pad_multiple","value":1048576}])", "at most 65536"},
      {"nodata rule", R"([{"op":"add","path":"/nodata_rule","value":"some"}])", "nodata_rule is"},
      {"threshold 0", R"([{"op":"add","path":"/threshold","value":0}])", "threshold is not above 0"},
      {"threshold 1", R"([{"op":"add","path":"/threshold","value":1}])", "threshold is not below 1"},
      {"threshold a text", R"([{"op":"add","path":"/threshold","value":"0.4"}])",
       "threshold is not a number"},
      {"threshold of three classes",
       R"([{"op":"add","path":"/threshold","value":0.4},{"op":"replace","path":"/network/classes","value":3},{"op":"add","path":"/classes/2","value":{"value":2,"name":"c","color":"#000000"}}])",
       "threshold is for two classes, the network gives 3"},
      {"no classes", R"([{"op":"remove","path":"/classes"}])", "lacks \"classes\""},
      {"too many classes", R"([{"op":"copy","from":"/classes/0","path":"/classes/2"}])",
       "classes lists 3, the network gives 2"},
      {"two classes of a value", R"([{"op":"replace","path":"/classes/1/value","value":0}])",
       "two classes have the value 0"},
      {"two classes of a name", R"([{"op":"replace","path":"/classes/1/name","value":"background"}])",
       "two classes are named \"background\""},
      {"class value negative", R"([{"op":"replace","path":"/classes/0/value","value":-1}])", "value -1"},
      {"class value 65535", R"([{"op":"replace","path":"/classes/0/value","value":65535}])", "value 65535"},
      {"class value true", R"([{"op":"replace","path":"/classes/0/value","value":true}])",
       "not a whole number"},
      {"class without color", R"([{"op":"remove","path":"/classes/0/color"}])", "class 1 lacks \"color\""},
      {"color by name", R"([{"op":"replace","path":"/classes/0/color","value":"black"}])",
       "expected \"#rrggbb\""},
      {"color too short", R"([{"op":"replace","path":"/classes/0/color","value":"#000"}])",
       "expected \"#rrggbb\""},
      {"color of other digits", R"([{"op":"replace","path":"/classes/0/color","value":"#00000g"}])",
       "#rrggbb"},
  };
  for (const BadDescription& bad : table) {
    SCOPED_TRACE(bad.name);
    const std::string path = file_of(description().patch(json::parse(bad.patch)).dump());
    const Error error = error_of([&] { load_model(path); });
    EXPECT_EQ(error.code(), bad.code);
    EXPECT_THAT(error.message(), HasSubstr(path + ": "));
    EXPECT_THAT(error.message(), HasSubstr(bad.cause));
  }
  EXPECT_THAT(error_of([&] {
                load_model(file_of(description().patch(json::parse(table[6].patch)).dump()));
              }).remedy(),
              HasSubstr("unet, segnet, fcn"));
}

TEST_F(ModelFile, DescriptionsThatAreNoDescription) {
  const auto cause = [&](const std::string& text) {
    const std::string path = file_of(text);
    const Error error = error_of([&] { load_model(path); });
    EXPECT_EQ(error.code(), ErrorCode::format);
    return error.message();
  };
  EXPECT_THAT(cause(""), HasSubstr("not valid JSON"));
  EXPECT_THAT(cause("{"), HasSubstr("not valid JSON"));
  EXPECT_THAT(cause("[]"), HasSubstr("it is not an object"));
  EXPECT_THAT(cause("null"), HasSubstr("it is not an object"));
  EXPECT_THAT(cause(R"({"format":1,"format":1})"), HasSubstr("names \"format\" twice"));
  EXPECT_THAT(cause(R"({"format":1e999})"), HasSubstr("number too large"));
  EXPECT_THAT(cause(std::string("{}\0", 3)), HasSubstr("zero byte"));
  EXPECT_THAT(cause(R"({"provenance":)" + std::string(500000, '[')), HasSubstr("nested deeper than 32"));
  std::string keys = "{";
  for (int i = 0; i < 200000; ++i) keys += fmt::format("\"{}\":0,", i);
  EXPECT_THAT(cause(keys), HasSubstr("more than 1000 keys"));
  EXPECT_THAT(cause(std::string(kMaxDescriptionBytes + 1, ' ')), HasSubstr("bytes long"));
}

TEST_F(ModelFile, WarnsOfWhatItIgnores) {
  json text = description();
  text["licence"] = "CC0";
  text["bands"][0]["unit"] = "DN";
  text["network"]["fc"] = 4096;
  text["network"]["dropout"] = 0.5;
  Parameters parameters = tests::tiny_parameters();
  parameters["down.0.1.num_batches_tracked"] = std::make_shared<const Tensor>(Shape{}, DType::i64);
  parameters["ema.weight"] = std::make_shared<const Tensor>(Shape{3}, DType::u8);
  const Model model = load_model(file_of(text.dump(), parameters));
  EXPECT_THAT(
      model.warnings,
      ElementsAre(HasSubstr("fc does not apply to unet"), HasSubstr("band 1 has the unknown key \"unit\""),
                  HasSubstr("unknown key \"licence\""), HasSubstr("\"ema.weight\" is not used")));
  EXPECT_FALSE(model.parameters.contains("ema.weight"));
}

TEST_F(ModelFile, WeightsThatAreNoNumbersAreRefusedByTheirTensor) {
  const auto refused = [&](const std::string& name, float value) {
    Parameters parameters = tests::tiny_parameters();
    Tensor tensor(parameters.at(name)->shape(), DType::f32);
    tensor.values<float>()[0] = value;
    parameters[name] = std::make_shared<const Tensor>(std::move(tensor));
    const std::string path = file_of(description().dump(), parameters);
    const Error error = error_of([&] { load_model(path); });
    EXPECT_EQ(error.code(), ErrorCode::format);
    EXPECT_THAT(error.message(), HasSubstr(path + ": tensor \"" + name + "\": 1 of "));
    EXPECT_THAT(error_of([&] { save_model(path, tests::tiny_info(), parameters, true); }).message(),
                HasSubstr("tensor \"" + name + "\""));
    return error.message();
  };
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                  infinite = std::numeric_limits<float>::infinity();
  EXPECT_THAT(refused("head.bias", nan), HasSubstr("values are NaN or infinite"));
  EXPECT_THAT(refused("down.0.0.weight", -infinite), HasSubstr("values are NaN or infinite"));
  EXPECT_THAT(refused("down.0.1.running_mean", infinite), HasSubstr("values are NaN or infinite"));
  EXPECT_THAT(refused("down.0.1.running_var", nan), HasSubstr("values are NaN or infinite"));
  EXPECT_THAT(refused("down.0.1.running_var", -1), HasSubstr("variances are negative"));
}

TEST_F(ModelFile, WarningsHaveAnEnd) {
  Parameters parameters = tests::tiny_parameters();
  for (int i = 0; i < 100; ++i)
    parameters[fmt::format("x{}", i)] = std::make_shared<const Tensor>(Shape{1}, DType::u8);
  const Model model = load_model(file_of(description().dump(), parameters));
  ASSERT_EQ(model.warnings.size(), 51u);
  EXPECT_EQ(model.warnings.back(), "and 50 warnings more");
}

TEST_F(ModelFile, TensorsThatDoNotFitAreNamed) {
  const auto cause = [&](const Parameters& parameters) {
    const std::string path = file_of(description().dump(), parameters);
    const Error error = error_of([&] { load_model(path); });
    EXPECT_EQ(error.code(), ErrorCode::format);
    return error.message();
  };
  Parameters parameters = tests::tiny_parameters();
  parameters.erase("head.bias");
  EXPECT_THAT(cause(parameters), ::testing::EndsWith("tensor \"head.bias\" of shape 2 is missing"));
  parameters.erase("up.0.weight");
  EXPECT_THAT(cause(parameters), HasSubstr("is missing, and 1 more"));
  parameters = tests::tiny_parameters();
  parameters["head.bias"] = std::make_shared<const Tensor>(Shape{3}, DType::f32);
  EXPECT_THAT(cause(parameters), HasSubstr("tensor \"head.bias\": expected shape 2, found 3"));
  parameters["head.bias"] = std::make_shared<const Tensor>(Shape{2, 1}, DType::f32);
  EXPECT_THAT(cause(parameters), HasSubstr("expected shape 2, found 2×1"));
  parameters["head.bias"] = std::make_shared<const Tensor>(Shape{2}, DType::i32);
  EXPECT_THAT(cause(parameters), HasSubstr("expected type F32 (or F16, BF16, F64), found I32"));
}

class RealModel : public ::testing::TestWithParam<const char*> {};

TEST_P(RealModel, LoadsAndWarnsOfNothingButItsPixelSize) {
  const auto path = tests::shared_data(std::string("models/roads_") + GetParam() + ".safetensors");
  TERRAMASK_REQUIRE(path);
  const Model model = load_model(path.string());
  EXPECT_THAT(model.warnings, ElementsAre(HasSubstr("has no pixel size")));
  EXPECT_EQ(model.info.network.architecture, GetParam());
  EXPECT_EQ(model.info.network.whole("width"), 16);
  ASSERT_EQ(model.info.bands.size(), 3u);
  EXPECT_EQ(model.info.bands[2].name, "blue");
  EXPECT_EQ(model.info.bands[0].std, 48.778045654296875);
  EXPECT_EQ(model.info.pixel_size_m, std::nullopt);
  EXPECT_EQ(model.info.classes[1].name, "road");
  EXPECT_THAT(model.info.provenance, ::testing::StartsWith(R"({"trainer":"torch 1.13.0a0","data")"));
  // The file's tensors are the network's, but for the counters.
  safetensors::Reader reader(path.string());
  std::size_t tensors = 0;
  for (const auto& entry : reader.header().tensors)
    if (!entry.name.ends_with(".num_batches_tracked")) ++tensors;
  EXPECT_EQ(model.parameters.size(), tensors);
}

INSTANTIATE_TEST_SUITE_P(Models, RealModel, ::testing::Values("unet", "segnet", "fcn"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace terramask
