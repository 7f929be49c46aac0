// What `train --export` writes is what the training sees.
#include "train/export.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "dataset/support.hpp"
#include "train/training.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string bytes_of(const fs::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

// Read without the code that wrote it: safetensors' reader of models makes F32 of everything.
template <class T>
std::vector<T> tensor_of(const std::string& file, const std::string& name, const std::string& type,
                         const std::vector<std::int64_t>& shape) {
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof(length));
  const Json entry = Json::parse(file.substr(8, length)).at(name);
  EXPECT_EQ(entry.at("dtype"), type);
  EXPECT_EQ(entry.at("shape").get<std::vector<std::int64_t>>(), shape);
  const std::uint64_t begin = entry.at("data_offsets")[0], end = entry.at("data_offsets")[1];
  std::vector<T> values((end - begin) / sizeof(T));
  std::memcpy(values.data(), file.data() + 8 + length + begin, end - begin);
  return values;
}

class ExportTest : public ReadTest {
 protected:
  void SetUp() override {
    ReadTest::SetUp();
    write_raster(file("a.tif"), {.width = 100, .height = 70, .bands = 3, .dress = dress_rgb});
    write_raster(file("labels.tif"), {.width = 100, .height = 70, .value = [](int, int column, int row) {
                                        return (column / 9 + row / 7) % 3 == 0 ? 9 : column / 20 % 2;
                                      }});
    project = small_project();
    project.images = {image_of("a", file("a.tif"), file("labels.tif"))};
    project.images[0].labels.ignore = {9};
    project.network.keys["width"] = 2;
    project.network.keys["depth"] = 2;
    project.training.patch = 32;
    project.training.batch = 2;
    project.training.samples = 6;  // three batches
    project.training.accumulate = 2;
    project.training.epochs = 2;
    project.training.weight_decay = 0.25;
    project.training.groups = {{.parameters = "up.*", .rate = 0.5, .weight_decay = 0.125}};
    project.training.augment = {.flip = true, .turn = true, .rotation = 20, .brightness = 0.3};
    options.project = file("project.json");
    options.export_folder = file("export");
    options.executor.threads = 2;
  }
  std::int64_t write() {
    write_project(options.project, project, true);
    return train::Training(options, {}, nullptr).write_export();
  }
  std::set<std::string> names(const std::string& in) const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(file(in))) found.insert(entry.path().filename().string());
    return found;
  }
  void expect_refusal(ErrorCode code, const std::string& part) {
    try {
      write();
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }

  Project project;
  train::TrainOptions options;
};

TEST_F(ExportTest, BatchesAreTheSamplers) {
  ASSERT_EQ(write(), 6);
  const Dataset dataset(project, {});
  Sampler sampler(plan_of(dataset));
  ASSERT_EQ(sampler.batches_per_epoch(), 3);
  Batch batch;
  double counted = 0;
  for (std::int64_t number = 0; number < 6; ++number) {
    sampler.fill(number / 3, number % 3, batch);
    const std::string bytes =
        bytes_of(file("export/batch-00000" + std::to_string(number + 1) + ".safetensors"));
    EXPECT_EQ(tensor_of<float>(bytes, "image", "F32", {2, 3, 32, 32}), batch.image);
    EXPECT_EQ(tensor_of<std::int32_t>(bytes, "labels", "I32", {2, 32, 32}), batch.labels);
    EXPECT_EQ(tensor_of<float>(bytes, "weights", "F32", {2, 32, 32}), batch.weights);
    for (const float weight : batch.weights) counted += static_cast<double>(weight);
  }
  EXPECT_GT(counted, 1000);
  EXPECT_EQ(names("export"), (std::set<std::string>{"initial.safetensors", "training.json",
                                                    "batch-000001.safetensors", "batch-000002.safetensors",
                                                    "batch-000003.safetensors", "batch-000004.safetensors",
                                                    "batch-000005.safetensors", "batch-000006.safetensors"}));
}

TEST_F(ExportTest, TellsHowTheTrainingGoes) {
  options.freeze = {"head.*"};
  write();
  const Json facts = Json::parse(bytes_of(file("export/training.json")));
  EXPECT_EQ(facts.at("epochs"), 2);
  EXPECT_EQ(facts.at("loss"), Json({{"kind", "cross_entropy"}, {"label_smoothing", 0.0}}));
  EXPECT_EQ(
      facts.at("optimizer"),
      Json({{"kind", "adam"}, {"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-8}, {"clip_norm", 0.0}}));
  std::map<std::string, Json> trained;
  for (const Json& one : facts.at("trained")) trained[one.at("name")] = one;
  EXPECT_EQ(trained.at("down.0.0.weight"),
            Json({{"name", "down.0.0.weight"}, {"rate", 1.0}, {"weight_decay", 0.25}, {"l1", 0.0}}));
  EXPECT_EQ(trained.at("up.0.weight"),
            Json({{"name", "up.0.weight"}, {"rate", 0.5}, {"weight_decay", 0.125}, {"l1", 0.0}}));
  EXPECT_FALSE(trained.contains("head.weight"));

  // Three batches an epoch, two a step: the second step of an epoch has one. A cosine over four steps.
  const Json& steps = facts.at("steps");
  ASSERT_EQ(steps.size(), 4U);
  const std::vector<double> rates{1e-3, 1e-3 * (2 + std::sqrt(2.0)) / 4, 5e-4,
                                  1e-3 * (2 - std::sqrt(2.0)) / 4};
  std::size_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(steps[i].at("epoch"), i / 2 + 1);
    EXPECT_NEAR(steps[i].at("learning_rate").get<double>(), rates[i], 1e-12);
    EXPECT_EQ(steps[i].at("batches").size(), i % 2 == 0 ? 2U : 1U);
    for (const Json& name : steps[i].at("batches"))
      EXPECT_EQ(name, "batch-00000" + std::to_string(++number) + ".safetensors");
  }
  EXPECT_EQ(number, 6U);
}

TEST_F(ExportTest, TheModelIsTheOneThatTrainingBeginsFrom) {
  project.pixel_size_m = 1;
  project.training.learning_rate = 1e-12;  // the least there is: Adam moves a parameter by so much a step
  write();
  const Model initial = load_model(file("export/initial.safetensors"));
  EXPECT_TRUE(initial.warnings.empty());
  options.export_folder.clear();
  options.output = file("model.safetensors");
  train::Training(options, {}, nullptr).run({});
  const Model trained = load_model(options.output);
  ASSERT_EQ(initial.parameters.size(), trained.parameters.size());
  for (const auto& [name, tensor] : initial.parameters) {
    if (name.find("running_") != std::string::npos) continue;  // these follow the batches
    const auto begun = tensor->values<float>(), left = trained.parameters.at(name)->values<float>();
    for (std::size_t i = 0; i < begun.size(); ++i) ASSERT_NEAR(begun[i], left[i], 1e-11) << name;
  }
  EXPECT_EQ(initial.info.bands.size(), trained.info.bands.size());
  for (std::size_t i = 0; i < initial.info.bands.size(); ++i) {
    EXPECT_EQ(initial.info.bands[i].mean, trained.info.bands[i].mean);
    EXPECT_EQ(initial.info.bands[i].std, trained.info.bands[i].std);
  }
}

TEST_F(ExportTest, AFolderThatIsNoPlaceForItIsRefused) {
  fs::create_directory(file("export"));
  write_text(file("export/mine.txt"), "mine");
  expect_refusal(ErrorCode::exists, file("export") + " already exists");
  EXPECT_EQ(names("export"), (std::set<std::string>{"mine.txt"}));

  options.export_folder = file("export/mine.txt");
  expect_refusal(ErrorCode::exists, "mine.txt already exists");
  options.export_folder = file("export/mine.txt/below");
  expect_refusal(ErrorCode::io, "mine.txt/below");
  EXPECT_EQ(bytes_of(file("export/mine.txt")), "mine");

  fs::create_directory(file("empty"));
  options.export_folder = file("empty") + "/";
  EXPECT_EQ(write(), 6);
  EXPECT_EQ(names("empty").size(), 8U);
}

TEST_F(ExportTest, WhatIsStoppedLeavesNothing) {
  write_project(options.project, project, true);
  StopFlag stop;
  const ProgressSink sink = [&](const Progress& progress) {
    if (progress.unit == "batches" && progress.done == 2) stop.request();
  };
  train::Training training(options, sink, &stop);
  const std::set<std::string> before = names("");
  EXPECT_THROW(training.write_export(), Error);
  EXPECT_EQ(names(""), before);
}

}  // namespace
}  // namespace terramask::tests
