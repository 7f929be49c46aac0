// Losses for labels that are wrong, from the project's keys to a model.
#include "train/loss.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "support.hpp"

namespace terramask {
namespace {

using testing::HasSubstr;

class NoisyLabels : public tests::TrainingTest {};

TEST_F(NoisyLabels, BecomeChancesByTheNamesOfClasses) {
  project_.training.loss = learn::Loss::noisy_labels;
  project_.training.label_noise = {.background = "low vegetation",
                                   .omission = {{"road", 0.3}, {"tree", 0.5}},
                                   .commission = {{"road", 0.02}, {"water", 0.05}}};
  const learn::LossSpec loss = train::loss_of(project_);
  EXPECT_EQ(loss.pixel.kind, ops::LossKind::noisy_labels);
  ASSERT_EQ(loss.chances.size(), 36U);
  const auto chance = [&](std::size_t label, std::size_t truth) { return loss.chances[label * 6 + truth]; };
  for (std::size_t truth = 0; truth < 6; ++truth) {
    double sum = 0;
    for (std::size_t label = 0; label < 6; ++label) sum += chance(label, truth);
    EXPECT_NEAR(sum, 1, 1e-15) << truth;
  }
  EXPECT_DOUBLE_EQ(chance(1, 1), 0.7);
  EXPECT_DOUBLE_EQ(chance(4, 1), 0.3);
  EXPECT_DOUBLE_EQ(chance(3, 3), 0.5);
  EXPECT_DOUBLE_EQ(chance(4, 4), 0.93);
  EXPECT_DOUBLE_EQ(chance(1, 4), 0.02);
  EXPECT_DOUBLE_EQ(chance(5, 4), 0.05);
  EXPECT_DOUBLE_EQ(chance(0, 0), 1);
  // Without a name the background is the first class.
  project_.training.label_noise = {.background = {}, .omission = {{"road", 0.25}}, .commission = {}};
  EXPECT_DOUBLE_EQ(train::loss_of(project_).chances[1], 0.25);
  project_.training.label_noise = {};
  try {
    train::loss_of(project_);
    ADD_FAILURE() << "noise of nothing was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_THAT(error.remedy(), HasSubstr("\"omission\""));
  }
}

TEST_F(NoisyLabels, AreLearntFromByEveryLossThatHeedsThem) {
  project_.training.label_noise.omission = {{"tree", 0.2}};
  project_.training.learning_rate = 5e-3;
  for (const learn::Loss kind :
       {learn::Loss::noisy_labels, learn::Loss::bootstrap_soft, learn::Loss::bootstrap_hard}) {
    project_.training.loss = kind;
    const std::string name(name_of(kind));
    const train::TrainSummary summary = train(options(name + ".safetensors"));
    EXPECT_LT(summary.epochs.back().loss, summary.epochs.front().loss) << name;
    EXPECT_TRUE(std::isfinite(summary.epochs.back().validation_loss));
    EXPECT_GT(summary.epochs.back().validation_loss, 0);
  }
}

TEST_F(NoisyLabels, OfNoAmountAreCrossEntropy) {
  project_.training.loss = learn::Loss::noisy_labels;
  project_.training.label_noise.omission = {{"tree", 0}};
  const train::TrainSummary summary = train(options("aware.safetensors"));
  project_.training.loss = learn::Loss::cross_entropy;
  const train::TrainSummary plain = train(options("again.safetensors"));
  for (std::size_t i = 0; i < plain.epochs.size(); ++i)
    EXPECT_NEAR(summary.epochs[i].loss, plain.epochs[i].loss, 1e-3 * plain.epochs[i].loss);
}

}  // namespace
}  // namespace terramask
