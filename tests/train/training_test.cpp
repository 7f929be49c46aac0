// The job as a whole: the same bytes whatever interrupts it, and what it says when it cannot go on.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "models/safetensors.hpp"
#include "support.hpp"

namespace terramask {
namespace {

using testing::HasSubstr;

class Training : public tests::TrainingTest {};

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(Training, LearnsAndSaysHowWell) {
  project_.training.epochs = 6;
  project_.training.samples = 64;
  project_.training.learning_rate = 5e-3;
  const train::TrainSummary summary = train(options("a.safetensors"));
  ASSERT_EQ(summary.epochs.size(), 6U);
  EXPECT_LT(summary.epochs.back().loss, summary.epochs.front().loss * 0.8);
  const train::Epoch& best = summary.epochs.at(static_cast<std::size_t>(summary.best_epoch - 1));
  EXPECT_TRUE(best.best && best.validated);
  for (const train::Epoch& epoch : summary.epochs) EXPECT_LE(epoch.mean_iou, best.mean_iou);
  const Model model = load_model(path("a.safetensors"));
  EXPECT_EQ(model.info.classes.size(), 6U);
  EXPECT_EQ(model.info.bands.at(0).name, "red");
  EXPECT_GT(model.info.bands.at(0).std, 1);
  EXPECT_THAT(model.info.provenance, HasSubstr("\"steps\":96"));
  EXPECT_THAT(read("a.training/history.csv"), HasSubstr("iou low vegetation"));
  EXPECT_THAT(read("a.training/curves.html"), HasSubstr("</svg>"));
}

TEST_F(Training, GivesTheSameFileEveryTimeAndHoweverOftenItIsStopped) {
  (void)train(options("straight.safetensors"));
  (void)train(options("again.safetensors"));
  const std::string straight = read("straight.safetensors");
  ASSERT_EQ(read("again.safetensors"), straight);

  // Stopped at every third step, and resumed.
  train::TrainOptions stopped = options("stopped.safetensors");
  stopped.resume = true;
  int stops = 0;
  for (bool done = false; !done;) {
    StopFlag stop;
    int reports = 0;
    const auto count = [&](const Progress& progress) {
      if (progress.unit == "steps" && ++reports == 4) stop.request();
    };
    try {
      (void)train(stopped, count, &stop);
      done = true;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::cancelled) << error.what();
      ++stops;
    }
  }
  EXPECT_GE(stops, 4);
  EXPECT_EQ(read("stopped.safetensors"), straight);
  EXPECT_EQ(safetensors::Reader(path("stopped.training/last.safetensors")).header().tensors.size(),
            safetensors::Reader(path("straight.training/last.safetensors")).header().tensors.size());
}

TEST_F(Training, GivesTheSameFileWhateverTheNumberOfLoadingThreads) {
  (void)train(options("two.safetensors"));
  project_.training.workers = 5;
  (void)train(options("five.safetensors"));
  EXPECT_EQ(read("two.safetensors"), read("five.safetensors"));
}

TEST_F(Training, RunsOnVulkanAndStartsWhereTheCpuDoes) {
#ifndef TERRAMASK_VULKAN
  GTEST_SKIP() << "this build has no Vulkan";
#endif
  project_.training.epochs = 1;
  project_.training.samples = 8;
  const double here = train(options("here.safetensors")).epochs.at(0).loss;
  device_ = "vulkan";
  const double there = train(options("there.safetensors")).epochs.at(0).loss;
  EXPECT_NEAR(here, there, 1e-4 * here);
}

TEST_F(Training, GoesOnForMoreEpochsButNotWithAnotherProject) {
  (void)train(options("a.safetensors"));
  train::TrainOptions more = options("a.safetensors");
  EXPECT_THAT(error_of([&] { (void)train(more); }), HasSubstr("already exists"));
  more.resume = true;
  more.epochs = 4;
  const train::TrainSummary summary = train(more);
  EXPECT_EQ(summary.epochs.size(), 4U);
  EXPECT_GT(summary.first_step, 0);
  project_.training.learning_rate = 0.5;
  train::TrainOptions other = options("a.safetensors");
  other.resume = true;
  EXPECT_THAT(error_of([&] { (void)train(other); }),
              HasSubstr("/training/learning_rate: 0.001 then, 0.5 now"));
}

TEST_F(Training, AccumulatesMicroBatches) {
  project_.network = {.architecture = "fcn", .keys = {{"width", 2}, {"fc", 4}}};
  project_.training.samples = 8;
  project_.training.epochs = 1;
  project_.training.batch = 4;
  const double whole = train(options("whole.safetensors")).epochs.at(0).norm;
  project_.training.batch = 1;
  project_.training.accumulate = 4;
  project_.training.samples = 8;
  const train::TrainSummary parts = train(options("parts.safetensors"));
  EXPECT_EQ(parts.epochs.at(0).step, 2);
  // Other patches are drawn for other batches, so that only the size of things agrees.
  EXPECT_GT(parts.epochs.at(0).norm, whole / 10);
  EXPECT_LT(parts.epochs.at(0).norm, whole * 10);
}

TEST_F(Training, StopsEarlyWhereNothingGetsBetter) {
  project_.training.learning_rate = 1e-12;
  project_.training.epochs = 20;
  project_.training.patience = 2;
  const train::TrainSummary summary = train(options("a.safetensors"));
  EXPECT_TRUE(summary.stopped_early);
  EXPECT_LT(summary.epochs.size(), 20U);
}

TEST_F(Training, SaysWhatToDoWhenItDiverges) {
  project_.training.optimizer = learn::OptimizerKind::sgd;
  project_.training.momentum = 0.9;
  project_.training.learning_rate = 100;
  project_.training.weight_decay = 10;  // each step multiplies the weights by about −1000
  project_.training.epochs = 10;
  const std::string said = error_of([&] { (void)train(options("a.safetensors")); });
  EXPECT_THAT(said, HasSubstr("the training diverged"));
  EXPECT_THAT(said, HasSubstr("lower training.learning_rate"));
}

TEST_F(Training, BeginsFromAnotherModelAndLeavesFrozenParameters) {
  (void)train(options("first.safetensors"));
  const Model first = load_model(path("first.safetensors"));
  // Other classes: water alone.
  project_.images[0].labels.map = {{"0-4", "land"}, {"5", "water"}};
  project_.classes = {{0, "land", "#808080"}, {1, "water", "#0000ff"}};
  project_.allow_missing = {"land", "water"};
  project_.training.epochs = 1;
  train::TrainOptions begun = options("second.safetensors");
  begun.init = path("first.safetensors");
  begun.freeze = {"down.*"};
  (void)train(begun);
  const Model second = load_model(path("second.safetensors"));
  EXPECT_EQ(second.parameters.at("head.weight")->shape(), (Shape{2, 4, 1, 1}));
  int frozen = 0, moved = 0;
  for (const auto& [name, tensor] : second.parameters) {
    const auto found = first.parameters.find(name);
    if (found == first.parameters.end() || tensor->shape() != found->second->shape()) continue;
    const bool same = std::ranges::equal(tensor->bytes(), found->second->bytes());
    if (name.starts_with("down."))
      EXPECT_TRUE(same) << name;
    else if (!same)
      ++moved;
    frozen += name.starts_with("down.") ? 1 : 0;
  }
  EXPECT_GT(frozen, 20);
  EXPECT_GT(moved, 10);
  begun.freeze = {"up.nine"};
  begun.overwrite = true;
  EXPECT_THAT(error_of([&] { (void)train(begun); }), HasSubstr("\"up.nine\" fits no parameter"));
}

TEST_F(Training, WhitenedBandsAreTakenOverByTheFirstConvolution) {
  project_.training.normalization = NormalizationMethod::whiten;
  project_.training.epochs = 2;
  const train::TrainSummary summary = train(options("a.safetensors"));
  EXPECT_TRUE(std::isfinite(summary.epochs.back().loss));
  // The model file alone gives what the training saw: its description holds no matrix.
  EXPECT_NO_THROW((void)load_model(path("a.safetensors")));
}

TEST_F(Training, RefusesWhatCannotBe) {
  project_.training.patch = 30;
  EXPECT_THAT(error_of([&] { (void)train(options("a.safetensors")); }),
              HasSubstr("needs a multiple of 4; take 32"));
  project_.training.patch = 32;
  EXPECT_THAT(error_of([&] { (void)train(options("a.tif")); }), HasSubstr("ends in .safetensors"));
  std::ofstream(path("b.safetensors")) << "no model";
  train::TrainOptions resume = options("b.safetensors");
  resume.resume = true;
  EXPECT_THAT(error_of([&] { (void)train(resume); }), HasSubstr("nothing can be resumed"));
}

TEST_F(Training, EstimatesWithoutLeavingATrace) {
  train::TrainOptions wanted = options("a.safetensors");
  train::Training training(wanted, {}, nullptr);
  const train::TrainEstimate estimate = training.estimate();
  EXPECT_EQ(estimate.patches, 24);
  EXPECT_EQ(estimate.steps, 6);
  EXPECT_GT(estimate.device_bytes, 0U);
  EXPECT_GT(estimate.seconds_per_step, 0);
  EXPECT_FALSE(std::filesystem::exists(path("a.training")));
  EXPECT_FALSE(std::filesystem::exists(path("a.safetensors")));
}

}  // namespace
}  // namespace terramask
