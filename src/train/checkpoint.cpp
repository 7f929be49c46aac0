#include "train/checkpoint.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "models/safetensors.hpp"

namespace terramask::train {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* metadata_key = "terramask_training";

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

double number(const Json& json) {
  return json.is_null() ? NAN : json.get<double>();
}

Json to_json(const Epoch& e) {
  Json iou = Json::array();
  for (const double value : e.iou) iou.push_back(number_or_null(value));
  return {{"epoch", e.epoch},
          {"step", e.step},
          {"rate", e.rate},
          {"loss", number_or_null(e.loss)},
          {"norm", number_or_null(e.norm)},
          {"validated", e.validated},
          {"validation_loss", number_or_null(e.validation_loss)},
          {"accuracy", number_or_null(e.accuracy)},
          {"mean_iou", number_or_null(e.mean_iou)},
          {"mean_f1", number_or_null(e.mean_f1)},
          {"iou", iou},
          {"seconds", e.seconds},
          {"best", e.best}};
}

Epoch epoch_of(const Json& json) {
  Epoch e;
  e.epoch = json.at("epoch");
  e.step = json.at("step");
  e.rate = json.at("rate");
  e.loss = number(json.at("loss"));
  e.norm = number(json.at("norm"));
  e.validated = json.at("validated");
  e.validation_loss = number(json.at("validation_loss"));
  e.accuracy = number(json.at("accuracy"));
  e.mean_iou = number(json.at("mean_iou"));
  e.mean_f1 = number(json.at("mean_f1"));
  for (const Json& value : json.at("iou")) e.iou.push_back(number(value));
  e.seconds = json.at("seconds");
  e.best = json.at("best");
  return e;
}

constexpr const char* remedy = "remove it to begin anew, or name another model (-o)";

}  // namespace

std::string facts_text(const Checkpoint& checkpoint) {
  Json epochs = Json::array();
  for (const Epoch& epoch : checkpoint.epochs) epochs.push_back(to_json(epoch));
  const Json facts{{"format", 1},
                   {"project", checkpoint.project_digest},
                   {"device", checkpoint.device},
                   {"ranks", checkpoint.ranks},
                   {"step", checkpoint.step},
                   {"batch", checkpoint.batch},
                   {"loss", checkpoint.sums.loss},
                   {"weight", checkpoint.sums.weight},
                   {"norm", checkpoint.sums.norm},
                   {"seconds", checkpoint.sums.seconds},
                   {"best", checkpoint.best},
                   {"best_epoch", checkpoint.best_epoch},
                   {"epochs", epochs}};
  return facts.dump();
}

Checkpoint parse_facts(const std::string& text) {
  Checkpoint checkpoint;
  try {
    const Json facts = Json::parse(text);
    if (facts.at("format") != 1)
      throw Error(ErrorCode::unsupported, "a checkpoint of a later version", remedy);
    checkpoint.project_digest = facts.at("project");
    checkpoint.device = facts.at("device");
    checkpoint.ranks = facts.value("ranks", 1);
    checkpoint.step = facts.at("step");
    checkpoint.batch = facts.at("batch");
    checkpoint.sums = {facts.at("loss"), facts.at("weight"), facts.at("norm"), facts.at("seconds")};
    checkpoint.best = facts.at("best");
    checkpoint.best_epoch = facts.at("best_epoch");
    for (const Json& epoch : facts.at("epochs")) checkpoint.epochs.push_back(epoch_of(epoch));
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::format, fmt::format("a damaged checkpoint ({})", error.what()), remedy);
  }
  return checkpoint;
}

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  safetensors::write(path, {{metadata_key, facts_text(checkpoint)}}, checkpoint.tensors, true);
}

std::optional<Checkpoint> load_checkpoint(const std::string& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  safetensors::Reader reader(path);
  const auto entry = reader.header().metadata.find(metadata_key);
  if (entry == reader.header().metadata.end())
    throw Error(ErrorCode::format, path + ": not a checkpoint of a training", remedy);
  Checkpoint checkpoint;
  try {
    checkpoint = parse_facts(entry->second);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", path, error.message()), error.remedy());
  }
  checkpoint.tensors = reader.read([](const safetensors::Entry& e) { return e.shape.size() <= 4; });
  return checkpoint;
}

}  // namespace terramask::train
