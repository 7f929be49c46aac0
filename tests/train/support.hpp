// A small training on the generated town, in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "dataset/project.hpp"
#include "temporary_folder.hpp"
#include "terramask/gdal.hpp"
#include "train/training.hpp"

namespace terramask::tests {

class TrainingTest : public testing::Test {
 protected:
  void SetUp() override {
    configure_gdal(std::uint64_t{64} << 20);
    const std::filesystem::path town = std::filesystem::path(TERRAMASK_SOURCE_DIR) / "sample_data";
    ProjectImage image;
    image.id = "town";
    image.stack = {RasterMember{.path = (town / "ortho.tif").string(), .bands = {}, .nodata = "auto"}};
    image.labels = {.path = (town / "labels.tif").string(), .map = {}, .ignore = {}};
    project_.images = {image};
    project_.classes = {{0, "background", "#b4aa96"},     {1, "road", "#606060"},
                        {2, "building", "#c83c3c"},       {3, "tree", "#1e7828"},
                        {4, "low vegetation", "#96c850"}, {5, "water", "#3c78c8"}};
    project_.allow_missing = {"background", "road", "building", "tree", "low vegetation", "water"};
    project_.split.block_m = 32;
    project_.network = {.architecture = "unet", .keys = {{"width", 4}, {"depth", 2}}};
    project_.training.patch = 32;
    project_.training.batch = 4;
    project_.training.epochs = 3;
    project_.training.samples = 24;
    project_.training.augment.flip = true;
    project_.training.augment.rotation = 10;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// Of a model by this name, of the project as it is now.
  train::TrainOptions options(const std::string& model) {
    write_project(path("project.json"), project_, true);
    train::TrainOptions options;
    options.project = path("project.json");
    options.output = path(model);
    options.executor = {.device = device_, .threads = 2};
    return options;
  }

  train::TrainSummary train(const train::TrainOptions& options, const ProgressSink& progress = {},
                            const StopFlag* stop = nullptr) {
    return train::Training(options, progress, stop).run({});
  }

  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_.path();
  Project project_;
#ifdef TERRAMASK_CPU
  std::string device_ = "cpu";
#else
  std::string device_ = "vulkan";
#endif
};

}  // namespace terramask::tests
