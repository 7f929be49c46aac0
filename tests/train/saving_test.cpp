// What saving will check is checked before the first step, and what cannot be saved is tried again.
#include <gmock/gmock.h>

#include <thread>

#include "models/safetensors.hpp"
#include "support.hpp"
#include "train/checkpoint.hpp"

namespace terramask {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Saving : public tests::TrainingTest {
 protected:
  static std::string error_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  std::string setup_error(train::TrainOptions wanted) const {
    return error_of([&] { const train::Training training(wanted, {}, nullptr); });
  }
};

TEST_F(Saving, NamesThatNoModelMayHaveAreRefusedBeforeTheFirstStep) {
  for (const std::string& name : {std::string("ro\x01"
                                              "ad"),
                                  std::string(300, 'a'), std::string("a\nb")}) {
    project_.classes[1].name = name;
    project_.allow_missing[1] = name;
    train::TrainOptions wanted = options("a.safetensors");
    EXPECT_THAT(setup_error(wanted), AllOf(HasSubstr("project.json"), HasSubstr("class 2: name")));
    wanted.estimate_only = true;
    EXPECT_THAT(setup_error(wanted), HasSubstr("class 2: name"));
  }
}

TEST_F(Saving, PlacesThatTakeNoFileAreRefusedBeforeTheFirstStep) {
  std::ofstream(path("file")) << "no folder";
  train::TrainOptions wanted = options("file/a.safetensors");
  EXPECT_THAT(setup_error(wanted), HasSubstr("file"));
  wanted = options("b.safetensors");
  std::ofstream(path("b.training")) << "no folder";
  EXPECT_THAT(setup_error(wanted), HasSubstr("in the way"));
}

TEST_F(Saving, ANetworkBeyondTheMachineIsToldFromItsShapes) {
  project_.network = {.architecture = "unet", .keys = {{"width", 4096}, {"depth", 4}}};
  train::TrainOptions wanted = options("a.safetensors");
  for (const bool only : {true, false}) {
    wanted.estimate_only = only;
    EXPECT_THAT(setup_error(wanted), AllOf(HasSubstr("`width`"), testing::Not(HasSubstr("`tile`"))));
  }
}

TEST_F(Saving, WhatFailsIsSaidAndTriedAgainAndTheModelIsTheSame) {
  (void)train(options("straight.safetensors"));
  train::TrainOptions wanted = options("a.safetensors");
  wanted.retry_seconds = 0;
  std::vector<std::string> warnings;
  wanted.warn = [&](const std::string& warning) { warnings.push_back(warning); };
  // A file takes the place of the folder from the second step on; it goes in the third epoch.
  const auto obstruct = [&](const Progress& progress) {
    if (progress.unit != "steps") return;
    if (progress.done == 2) {
      fs::rename(path("a.training"), path("away"));
      std::ofstream(path("a.training")) << "in the way";
    }
    if (progress.done == 14) {
      fs::remove(path("a.training"));
      fs::rename(path("away"), path("a.training"));
    }
  };
  const train::TrainSummary summary = train(wanted, obstruct);
  EXPECT_EQ(summary.epochs.size(), 3U);
  ASSERT_EQ(warnings.size(), 2U) << testing::PrintToString(warnings);
  EXPECT_THAT(warnings[0], AllOf(HasSubstr("cannot save"), HasSubstr("last.safetensors"),
                                 HasSubstr("the training continues")));
  EXPECT_THAT(warnings[1], HasSubstr("saved again"));
  EXPECT_EQ(read("a.safetensors"), read("straight.safetensors"));
  EXPECT_EQ(train::load_checkpoint(path("a.training/last.safetensors"))->epochs.size(), 3U);
}

TEST_F(Saving, AfterTheLastEpochItTriesForAWhileAndThenFails) {
  train::TrainOptions wanted = options("a.safetensors");
  wanted.retry_seconds = 0.05;
  wanted.save_seconds = 0.2;
  int warnings = 0;
  wanted.warn = [&](const std::string&) { ++warnings; };
  const auto obstruct = [&](const Progress& progress) {
    if (progress.unit != "steps" || progress.done != 2) return;
    fs::remove_all(path("a.training"));
    std::ofstream(path("a.training")) << "in the way";
  };
  EXPECT_THAT(error_of([&] { (void)train(wanted, obstruct); }), HasSubstr("last.safetensors"));
  EXPECT_EQ(warnings, 2);
}

TEST_F(Saving, KeysGivenAsOptionsAreInTheProvenanceAndResumeWantsThemAgain) {
  train::TrainOptions wanted = options("a.safetensors");
  wanted.settings = {{"--set", "training.learning_rate", "0.002"}};
  (void)train(wanted);
  EXPECT_THAT(load_model(path("a.safetensors")).info.provenance,
              HasSubstr(R"("set":{"training.learning_rate":"0.002"})"));
  wanted.resume = true;
  wanted.epochs = 4;
  EXPECT_EQ(train(wanted).epochs.size(), 4U);
  wanted.settings.clear();
  EXPECT_THAT(error_of([&] { (void)train(wanted); }),
              HasSubstr("/training/learning_rate: 0.002 then, 0.001 now"));
}

TEST_F(Saving, DamagedCheckpointsAreToldInWords) {
  (void)train(options("a.safetensors"));
  const std::string state = path("a.training/last.safetensors");
  train::TrainOptions again = options("a.safetensors");
  again.resume = true;
  again.epochs = 4;
  const train::Checkpoint sound = *train::load_checkpoint(state);
  const auto refused = [&](const std::function<void(train::Checkpoint&)>& change, const std::string& said) {
    train::Checkpoint changed = sound;
    change(changed);
    save_checkpoint(state, changed);
    EXPECT_THAT(setup_error(again), AllOf(HasSubstr("last.safetensors: "), HasSubstr(said)));
  };
  refused([](auto& c) { c.step += 1; }, "damaged");
  refused([](auto& c) { c.batch = -3; }, "damaged");
  refused([](auto& c) { c.epochs.resize(1); }, "damaged");
  refused([](auto& c) { c.project_digest = "{"; }, "which project");
  refused([](auto& c) { c.tensors.erase(c.tensors.begin()); }, "missing");
  refused(
      [](auto& c) {
        Tensor tensor(c.tensors.at("head.bias")->shape(), DType::f32);
        tensor.template values<float>()[0] = NAN;
        c.tensors["head.bias"] = std::make_shared<const Tensor>(std::move(tensor));
      },
      "head.bias");
  save_checkpoint(state, sound);
  // Every key of the description in turn with a value of another kind.
  const std::string text = train::facts_text(sound);
  for (const char* key :
       {"format", "project", "device", "step", "batch", "loss", "best", "best_epoch", "epochs"}) {
    for (const char* value : {"[]", "\"x\"", "1.5e300", "null"}) {
      std::string changed = text;
      const std::size_t at = changed.find(std::string("\"") + key + "\":") + std::string(key).size() + 3;
      changed.insert(at, std::string(value) + ",\"was\":");
      const std::string said = error_of([&] { (void)train::parse_facts(changed); });
      EXPECT_THAT(said, testing::Not(HasSubstr("json.exception"))) << key << value;
    }
  }
}

TEST_F(Saving, CrossEntropyAndDiceTogetherAreTheMeanOfBoth) {
  project_.training.epochs = 1;
  project_.training.samples = 4;
  const auto first_loss = [&](learn::Loss loss) {
    project_.training.loss = loss;
    return train(options(std::string(name_of(loss)) + ".safetensors")).epochs.at(0);
  };
  std::vector<std::string> devices{device_};
#ifdef TERRAMASK_VULKAN
  devices.emplace_back("vulkan");
#endif
  for (const std::string& device : devices) {
    const std::string before = device_;
    device_ = device;
    const train::Epoch plain = first_loss(learn::Loss::cross_entropy), dice = first_loss(learn::Loss::dice),
                       both = first_loss(learn::Loss::cross_entropy_dice);
    for (const char* loss : {"cross_entropy", "dice", "cross_entropy_dice"}) {
      fs::remove(path(std::string(loss) + ".safetensors"));
      fs::remove_all(path(std::string(loss) + ".training"));
    }
    EXPECT_NEAR(both.loss, (plain.loss + dice.loss) / 2, 1e-5 * both.loss) << device;
    EXPECT_LT(both.norm, (plain.norm + dice.norm) / 2 * 1.0001) << device;
    EXPECT_GT(both.norm, std::abs(plain.norm - dice.norm) / 2) << device;
    device_ = before;
  }
}

}  // namespace
}  // namespace terramask
