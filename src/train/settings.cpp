#include "train/settings.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
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
  return all.dump();
}

std::string first_difference(const std::string& then, const std::string& now) {
  const Json a = Json::parse(then), b = Json::parse(now);
  for (const Json& step : Json::diff(a, b)) {
    const Json::json_pointer at(step.at("path").get<std::string>());
    const auto text = [&](const Json& of) {
      return of.contains(at) ? of.at(at).dump() : std::string("nothing");
    };
    return fmt::format("{}: {} then, {} now", step.at("path").get<std::string>(), text(a), text(b));
  }
  return {};
}

learn::ScheduleSpec schedule_of(const TrainingKeys& keys, std::int64_t steps_per_epoch) {
  learn::ScheduleSpec schedule;
  using Kind = learn::ScheduleKind;
  const std::map<std::string, Kind> kinds{
      {"constant", Kind::constant},     {"step", Kind::step},     {"exponential", Kind::exponential},
      {"polynomial", Kind::polynomial}, {"cosine", Kind::cosine}, {"one_cycle", Kind::one_cycle}};
  schedule.kind = kinds.at(keys.schedule);
  schedule.rate = keys.learning_rate;
  schedule.steps = steps_per_epoch * keys.epochs;
  schedule.warmup = keys.warmup;
  // Steps and decay count epochs: a tenth after every third of the training, or by every tenth.
  schedule.step_size = std::max<std::int64_t>(1, schedule.steps / (schedule.kind == Kind::step ? 3 : 10));
  schedule.gamma = schedule.kind == Kind::step ? 0.1 : 0.6;
  return schedule;
}

learn::TrainingSpec spec_of(const Project& project, std::size_t bands,
                            const std::vector<std::string>& freeze) {
  const TrainingKeys& keys = project.training;
  learn::TrainingSpec spec;
  NetworkSpec& network = spec.network;
  network.architecture = project.network.architecture;
  network.bands = static_cast<std::int64_t>(bands);
  network.classes = static_cast<std::int64_t>(project.classes.size());
  network.width = project.network.width;
  network.depth = project.network.depth;
  network.up = project.network.up;
  network.fc = project.network.fc;
  network.skips = project.network.skips;
  network.dropout = project.network.dropout;
  spec.batch = keys.batch;
  spec.height = spec.width = keys.patch;
  spec.loss = loss_of(project);
  learn::OptimizerSpec& optimizer = spec.optimizer;
  optimizer.kind = keys.optimizer == "sgd"     ? learn::OptimizerKind::sgd
                   : keys.optimizer == "adamw" ? learn::OptimizerKind::adamw
                                               : learn::OptimizerKind::adam;
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
