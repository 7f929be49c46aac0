#include "train/checkpoint.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "models/safetensors.hpp"

namespace terramask::train {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadataKey = "terramask_training";

constexpr const char* kRemedy = "remove it to start over, or name another model (`output`)";

[[noreturn]] void damaged(const std::string& what) {
  throw Error(ErrorCode::format, "a damaged checkpoint: " + what, kRemedy);
}

std::int64_t whole(const Json& json) {
  if (!json.is_number_integer()) damaged("a count in it is not a whole number");
  return json.get<std::int64_t>();
}

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
  e.epoch = whole(json.at("epoch"));
  e.step = whole(json.at("step"));
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

void check_facts(const Checkpoint& found) {
  if (!Json::accept(found.project_digest)) damaged("it does not say of which project");
  const auto epochs = static_cast<std::int64_t>(found.epochs.size());
  bool sound = found.ranks >= 1 && found.step >= 0 && found.batch >= found.step && found.best_epoch >= 0 &&
               found.best_epoch <= epochs;
  std::int64_t step = 0;
  for (std::int64_t i = 0; i < epochs; ++i) {
    const Epoch& epoch = found.epochs[static_cast<std::size_t>(i)];
    sound = sound && epoch.epoch == i + 1 && epoch.step > step;
    step = epoch.step;
  }
  if (!sound || found.step < step) damaged("its counts of steps and epochs contradict each other");
}

// Rejects values that would produce only NaNs.
void check_tensors(const Parameters& tensors) {
  for (const auto& [name, tensor] : tensors) {
    const bool never_negative = name.starts_with("square/") || name.ends_with(".running_var");
    for (const float value : tensor->values<float>())
      if (!std::isfinite(value) || (never_negative && value < 0))
        damaged(fmt::format("tensor {} holds values that are {}", quotation(name),
                            std::isfinite(value) ? "negative" : "NaN or infinite"));
  }
}

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
      throw Error(ErrorCode::unsupported, "a checkpoint of a later version", kRemedy);
    checkpoint.project_digest = facts.at("project");
    checkpoint.device = facts.at("device");
    checkpoint.ranks = facts.value("ranks", 1);
    checkpoint.step = whole(facts.at("step"));
    checkpoint.batch = whole(facts.at("batch"));
    checkpoint.sums = {facts.at("loss"), facts.at("weight"), facts.at("norm"), facts.at("seconds")};
    checkpoint.best = facts.at("best");
    checkpoint.best_epoch = whole(facts.at("best_epoch"));
    for (const Json& epoch : facts.at("epochs")) checkpoint.epochs.push_back(epoch_of(epoch));
  } catch (const Json::exception&) {
    throw Error(ErrorCode::format, "a damaged checkpoint: its description cannot be read", kRemedy);
  }
  check_facts(checkpoint);
  return checkpoint;
}

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  safetensors::write(path, {{kMetadataKey, facts_text(checkpoint)}}, checkpoint.tensors, true);
}

std::optional<Checkpoint> load_checkpoint(const std::string& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  safetensors::Reader reader(path);
  const auto entry = reader.header().metadata.find(kMetadataKey);
  if (entry == reader.header().metadata.end())
    throw Error(ErrorCode::format, path + ": not a checkpoint of a training", kRemedy);
  Checkpoint checkpoint;
  try {
    checkpoint = parse_facts(entry->second);
    for (const safetensors::Entry& tensor : reader.header().tensors)
      if (tensor.dtype != "F32" || tensor.shape.size() > 4)
        damaged(fmt::format("tensor {} is of no kind that a training has", quotation(tensor.name)));
    checkpoint.tensors = reader.read([](const safetensors::Entry&) { return true; });
    check_tensors(checkpoint.tensors);
  } catch (const Error& error) {
    if (error.message().starts_with(path)) throw;
    throw Error(error.code(), fmt::format("{}: {}", path, error.message()), error.remedy());
  }
  return checkpoint;
}

}  // namespace terramask::train
