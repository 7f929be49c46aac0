#include "train/export.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/claimed_folder.hpp"
#include "dataset/loader.hpp"
#include "geo/base/disk_space.hpp"
#include "models/atomic_file.hpp"
#include "models/safetensors.hpp"

namespace terramask::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// A hidden temporary folder beside its final place, removed unless renamed.
class PartFolder {
 public:
  explicit PartFolder(const std::string& final_path) : final_(fs::absolute(final_path)) {
    if (final_.filename().empty()) final_ = final_.parent_path();  // "DIR/"
    std::error_code failed;
    fs::create_directories(final_.parent_path(), failed);
    if (failed) fail(failed);
    claim_.emplace(final_.parent_path() / fmt::format(".{}.part-inwork", final_.filename().string()),
                   final_.string());
    part_ = claim_->path() / final_.filename();
    fs::create_directory(part_, failed);
    if (failed) fail(failed);
  }
  PartFolder(const PartFolder&) = delete;
  PartFolder& operator=(const PartFolder&) = delete;

  std::string file(const std::string& name) const { return (part_ / name).string(); }
  const fs::path& path() const { return part_; }
  void put_in_place() const {
    std::error_code failed;
    fs::rename(part_, final_, failed);
    if (failed) fail(failed);
  }

 private:
  [[noreturn]] void fail(const std::error_code& cause) const {
    throw Error(ErrorCode::io, fmt::format("{}: {}", final_.string(), cause.message()),
                "name a folder that can be made (`export_folder`)");
  }

  fs::path final_, part_;
  std::optional<ClaimedFolder> claim_;
};

std::string batch_name(std::int64_t number) {
  return fmt::format("batch-{:06}.safetensors", number);
}

void write_batch(const std::string& path, const Batch& batch) {
  const Shape plane{batch.n, batch.size, batch.size};
  const auto tensor = [](const Shape& shape, const auto& values) {
    return std::make_shared<const Tensor>(shape, std::span(values));
  };
  safetensors::write(path, {},
                     {{"image", tensor({batch.n, batch.bands, batch.size, batch.size}, batch.image)},
                      {"labels", tensor(plane, batch.labels)},
                      {"weights", tensor(plane, batch.weights)}},
                     false);
}

void check_room(const fs::path& folder, const Exported& training, std::int64_t batches) {
  const learn::TrainingSpec& spec = training.spec;
  const auto values = static_cast<std::uint64_t>(spec.batch * spec.height * spec.width) *
                      static_cast<std::uint64_t>(spec.network.bands + 2);
  const std::uint64_t needed = static_cast<std::uint64_t>(batches) * values * sizeof(float);
  const std::uint64_t free = geo::free_bytes(folder);
  if (free > 0 && needed > free)
    throw Error(
        ErrorCode::io,
        fmt::format("{}: {} batches take {}, {} are free", folder.parent_path().parent_path().string(),
                    batches, geo::bytes_text(needed), geo::bytes_text(free)),
        "take fewer epochs (`epochs`), or another disk");
}

Json loss_json(const SamplerPlan& plan, const learn::LossSpec& loss) {
  using learn::Loss;
  const Loss kind = plan.training.loss;
  Json json{{"kind", name_of(kind)}};
  if (kind == Loss::cross_entropy || kind == Loss::cross_entropy_dice)
    json["label_smoothing"] = loss.pixel.label_smoothing;
  if (kind == Loss::bootstrap_soft || kind == Loss::bootstrap_hard) json["trust"] = loss.pixel.trust;
  if (!loss.chances.empty()) json["chances"] = loss.chances;
  if (kind == Loss::focal) json["gamma"] = loss.pixel.gamma;
  return json;
}

Json optimizer_json(const learn::OptimizerSpec& optimizer) {
  Json json{{"kind", name_of(optimizer.kind)}};
  if (optimizer.kind == learn::OptimizerKind::sgd)
    json.update({{"momentum", optimizer.momentum}, {"nesterov", optimizer.nesterov}});
  else
    json.update({{"beta1", optimizer.beta1}, {"beta2", optimizer.beta2}, {"epsilon", optimizer.epsilon}});
  json["clip_norm"] = optimizer.clip_norm;
  return json;
}

Json trained_json(const Exported& training) {
  Json json = Json::array();
  for (const std::string& name : training.trained) {
    const ops::ParameterGroup& group = learn::group_of(training.spec.optimizer, name);
    json.push_back(
        {{"name", name}, {"rate", group.rate}, {"weight_decay", group.weight_decay}, {"l1", group.l1}});
  }
  return json;
}

}  // namespace

void check_export_folder(const std::string& folder) {
  std::error_code ignored;
  const fs::file_status status = fs::status(folder, ignored);
  if (!fs::exists(status) || (fs::is_directory(status) && fs::is_empty(folder, ignored))) return;
  throw Error(ErrorCode::exists, folder + " already exists", "name another folder, or remove it");
}

std::int64_t export_training(const std::string& folder, const Exported& training,
                             const ProgressSink& progress, const StopFlag* stop) {
  check_export_folder(folder);
  const SamplerPlan& plan = *training.plan;
  const TrainingKeys& keys = plan.training;
  const std::int64_t per_epoch = plan.batches_per_epoch(), batches = per_epoch * keys.epochs;
  const PartFolder part(folder);
  check_room(part.path(), training, batches);
  save_model(part.file("initial.safetensors"), training.info, training.initial, false);

  Json steps = Json::array();
  LoaderOptions loading;
  loading.workers = static_cast<int>(keys.workers);
  Loader loader(training.plan, loading);
  Batch batch;
  for (std::int64_t number = 0; number < batches; ++number) {
    if (stop != nullptr) stop->check();
    if (progress)
      progress({"writing batches", "batches", static_cast<std::uint64_t>(number),
                static_cast<std::uint64_t>(batches)});
    // Steps restart with every epoch: the last step of an epoch may have fewer batches.
    if (number % per_epoch % keys.accumulate == 0) {
      const auto step = static_cast<std::int64_t>(steps.size());
      steps.push_back({{"epoch", number / per_epoch + 1},
                       {"learning_rate", learn::learning_rate(training.schedule, step)},
                       {"batches", Json::array()}});
    }
    loader.next(batch);
    write_batch(part.file(batch_name(number + 1)), batch);
    steps.back()["batches"].push_back(batch_name(number + 1));
  }

  const Json facts{{"format", 1},
                   {"model", "initial.safetensors"},
                   {"loss", loss_json(plan, training.spec.loss)},
                   {"optimizer", optimizer_json(training.spec.optimizer)},
                   {"trained", trained_json(training)},
                   {"epochs", keys.epochs},
                   {"steps", steps}};
  const std::string text = facts.dump(1) + "\n";
  AtomicFile file(part.file("training.json"), false);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
  part.put_in_place();
  return batches;
}

}  // namespace terramask::train
