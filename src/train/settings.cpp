#include "train/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/utf8.hpp"
#include "dataset/project_keys.hpp"
#include "terramask/tiles.hpp"
#include "train/loss.hpp"

namespace terramask::train {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string identity(Project project, const TrainOptions& options) {
  project.training.epochs = 0;
  project.training.patience = 0;
  project.training.workers = 0;
  Json all = Json::parse(
      without_secrets(project_text(project, fs::absolute(options.project).parent_path().string())));
  all["init"] = as_utf8(options.init);
  all["freeze"] = options.freeze;
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void check_names(const std::string& project_path, const ModelInfo& info) {
  try {
    check_description(project_path, info);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{} (a model of it could not be saved)", error.message()),
                "correct it in the project, or where the images name their bands");
  }
}

std::string first_difference(const std::string& then, const std::string& now) {
  const Json a = Json::parse(then, nullptr, false), b = Json::parse(now);
  if (a.is_discarded()) return "it does not say which";
  for (const Json& step : Json::diff(a, b)) {
    const Json::json_pointer at(step.at("path").get<std::string>());
    const auto text = [&](const Json& of) {
      return of.contains(at) ? of.at(at).dump() : std::string("nothing");
    };
    return fmt::format("{}: {} then, {} now", step.at("path").get<std::string>(), text(a), text(b));
  }
  return {};
}

namespace {

// Defaults: three plateaus, each with a tenth of the previous rate; or ten decays, to 0.6% of the initial
// rate.
constexpr double kStepsByDefault = 3, kStepGamma = 0.1;
constexpr double kDecaysByDefault = 10, kDecayGamma = 0.6;

}  // namespace

learn::ScheduleSpec schedule_of(const TrainingKeys& keys, std::int64_t steps_per_epoch) {
  learn::ScheduleSpec schedule;
  schedule.kind = keys.schedule;
  schedule.rate = keys.learning_rate;
  schedule.steps = steps_per_epoch * keys.epochs;
  schedule.warmup = keys.warmup;
  const bool stepwise = schedule.kind == learn::ScheduleKind::step;
  const auto epochs = static_cast<double>(keys.epochs);
  const double size = keys.step_size.value_or(epochs / (stepwise ? kStepsByDefault : kDecaysByDefault));
  schedule.step_size =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(size * static_cast<double>(steps_per_epoch)));
  schedule.gamma = keys.gamma.value_or(stepwise ? kStepGamma : kDecayGamma);
  schedule.power = keys.power;
  schedule.final_rate = keys.final_rate * keys.learning_rate;
  schedule.rise = keys.pct_start;
  schedule.div_factor = keys.div_factor;
  schedule.final_div_factor = keys.final_div_factor;
  return schedule;
}

learn::TrainingSpec spec_of(const Project& project, std::size_t bands,
                            const std::vector<std::string>& freeze) {
  const TrainingKeys& keys = project.training;
  learn::TrainingSpec spec;
  NetworkSpec& network = spec.network = project.network;
  network.bands = static_cast<std::int64_t>(bands);
  network.classes = static_cast<std::int64_t>(project.classes.size());
  spec.batch = keys.batch;
  spec.height = spec.width = keys.patch;
  spec.loss = loss_of(project);
  learn::OptimizerSpec& optimizer = spec.optimizer;
  optimizer.kind = keys.optimizer;
  if (optimizer.kind == learn::OptimizerKind::sgd) optimizer.momentum = keys.momentum;
  optimizer.nesterov = keys.nesterov;
  optimizer.group.weight_decay = keys.weight_decay;
  optimizer.group.l1 = keys.l1;
  for (const GroupKeys& group : keys.groups)
    optimizer.groups.push_back(
        {group.parameters, {.rate = group.rate, .weight_decay = group.weight_decay, .l1 = group.l1}});
  optimizer.clip_norm = keys.clip_norm;
  spec.frozen = freeze;
  if (const std::int64_t stride = total_stride(network); keys.patch % stride != 0)
    throw Error(ErrorCode::usage,
                fmt::format("training.patch is {}, {} needs a multiple of {}", keys.patch,
                            network.architecture, stride),
                fmt::format("take {}", (keys.patch + stride - 1) / stride * stride));
  return spec;
}

}  // namespace terramask::train
