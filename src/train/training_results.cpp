// Writes the results of a training: model, history and state.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/utf8.hpp"
#include "geo/base/disk_space.hpp"
#include "learn/transfer.hpp"
#include "models/atomic_file.hpp"
#include "train/training_state.hpp"

namespace terramask::train {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

// Tensors that the optimiser stores per parameter.
std::uint64_t moments(const learn::OptimizerSpec& optimizer) {
  if (optimizer.kind != learn::OptimizerKind::sgd) return 2;
  return optimizer.momentum > 0 ? 1 : 0;
}

}  // namespace

History Training::State::history() const {
  History history;
  history.title = paths.model.stem().string();
  for (const ClassInfo& one : project.classes) {
    history.classes.push_back(one.name);
    history.colors.push_back(one.color);
  }
  history.epochs = state.epochs;
  return history;
}

ModelInfo Training::State::model_info(const Epoch& epoch) const {
  ModelInfo info;
  info.network = spec.network;
  for (std::size_t i = 0; i < dataset->bands().size(); ++i)
    info.bands.push_back({dataset->bands()[i].name, dataset->bands()[i].type, plan->normalization.mean[i],
                          plan->normalization.std[i]});
  info.pixel_size_m = project.pixel_size_m;
  info.pad_multiple = std::max<std::int64_t>(32, total_stride(spec.network));
  info.nodata_rule = project.nodata_rule;
  info.classes = project.classes;
  // Contains no times and nothing specific to this machine: the same training gives the same file.
  Json provenance{{"program", "terramask " TERRAMASK_VERSION},
                  {"project", as_utf8(fs::path(options.project).filename().string())},
                  {"device", state.device},
                  {"ranks", ranks.size()},
                  {"seed", project.training.seed},
                  {"epoch", epoch.epoch},
                  {"steps", epoch.step},
                  {"training_pixels", dataset->labelled(Part::training)}};
  if (ranks.alone()) provenance.erase("ranks");
  for (const keys::Setting& setting : options.settings) provenance["set"][setting.key] = setting.value;
  if (!options.init.empty()) provenance["init"] = as_utf8(fs::path(options.init).filename().string());
  if (epoch.validated)
    provenance["validation"] = {{"loss", epoch.validation_loss},
                                {"accuracy", epoch.accuracy},
                                {"mean_iou", epoch.mean_iou},
                                {"mean_f1", epoch.mean_f1}};
  // File names may be in any encoding.
  info.provenance = provenance.dump(-1, ' ', false, Json::error_handler_t::replace);
  return info;
}

void Training::State::check_saving() const {
  Epoch validated;
  validated.validated = true;
  check_names(options.project, model_info(validated));
  if (!ranks.first() || !options.export_folder.empty()) return;
  // Missing folders will be created; the folder that will contain them must be writable.
  std::error_code failed;
  fs::path folder = fs::absolute(paths.model, failed).parent_path();
  while (!fs::exists(folder, failed) && folder.has_relative_path()) folder = folder.parent_path();
  if (fs::exists(paths.folder, failed) && !fs::is_directory(paths.folder, failed))
    throw Error(ErrorCode::io, paths.folder.string() + ": a file is in the way of the folder of the training",
                "move it, or name another model (`output`)");
  try {
    const AtomicFile probe((folder / paths.checkpoint.filename()).string(), true);
  } catch (const Error&) {
    throw Error(ErrorCode::io,
                fmt::format("{}: no file can be written in {}", paths.model.string(), folder.string()),
                "name a model in a folder that can be written (`output`)");
  }
  for (const fs::path& file : {paths.model, paths.checkpoint})
    if (fs::exists(file.parent_path(), failed)) const AtomicFile probe(file.string(), true);
  const std::uint64_t model = 4 * shapes.parameter_count;
  const std::uint64_t kept = model * (1 + moments(spec.optimizer));
  std::uint64_t needed = model + 2 * kept, free = geo::free_bytes(folder);
  for (const fs::path& file : {paths.model, paths.checkpoint})
    if (const auto size = fs::file_size(file, failed); !failed) needed -= std::min(needed, size);
  if (free > 0 && needed > free)
    throw Error(ErrorCode::io,
                fmt::format("{}: the model and the state of the training take {}, {} are free",
                            folder.string(), geo::bytes_text(needed), geo::bytes_text(free)),
                "make room on the disk, or name a model on another one (`output`)");
}

void Training::State::save_model_file(const Epoch& epoch) {
  if (!ranks.first()) return;
  pending.model.emplace(model_info(epoch),
                        learn::fold_band_matrix(network, step->parameters(), plan->normalization.matrix));
}

void Training::State::save_state() {
  if (!ranks.first()) return;
  pending.state = true;
  saved = Clock::now();
  (void)save_pending();
}

// The model is saved first: if killed in between, the end of the epoch is repeated, with the same bytes.
bool Training::State::save_pending() {
  if (!ranks.first() || !pending.any()) return true;
  const bool failed_before = pending.failure.has_value();
  try {
    if (pending.model) {
      save_model(paths.model.string(), pending.model->first, pending.model->second, true);
      pending.model.reset();
    }
    if (pending.state) {
      state.tensors = step->state();
      save_checkpoint(paths.checkpoint.string(), state);
      state.tensors.clear();
      pending.state = false;
    }
    if (pending.texts) {
      replace_file(paths.table.string(), to_csv(history()));
      replace_file(paths.page.string(), to_html(history()));
      pending.texts = false;
    }
    pending.failure.reset();
    if (failed_before && options.warn) options.warn(fmt::format("saved again after step {}", state.step));
    return true;
  } catch (const Error& error) {
    state.tensors.clear();
    if (error.code() != ErrorCode::io && error.code() != ErrorCode::exists) throw;
    pending.failure = error;
    pending.tried = Clock::now();
    if (!failed_before && options.warn)
      options.warn(fmt::format("cannot save: {}; the training continues, and tries again every {:.0f} s",
                               error.what(), options.retry_seconds));
    return false;
  }
}

// After the last step, waits until everything is saved.
void Training::State::save_at_end() {
  if (save_pending()) return;
  if (options.warn)
    options.warn(fmt::format("the training is over, but not saved: it tries for {:.0f} s more; {}",
                             options.save_seconds, pending.failure->what()));
  const auto end = Clock::now();
  while (!save_pending()) {
    if (since(end) > options.save_seconds || (stop != nullptr && stop->requested())) throw *pending.failure;
    const auto tried = Clock::now();
    while (since(tried) < options.retry_seconds && (stop == nullptr || !stop->requested()))
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void Training::State::end_on_request() {
  save_state();
  ranks.barrier();  // a rank that ends earlier would terminate rank 0
  if (pending.failure)
    throw Error(ErrorCode::cancelled,
                fmt::format("stopped on request after step {}, which cannot be saved: {}", state.step,
                            pending.failure->message()),
                pending.failure->remedy());
  throw Error(ErrorCode::cancelled,
              fmt::format("stopped on request after step {}; {} holds the state", state.step,
                          paths.checkpoint.string()),
              "`resume` continues from there");
}

}  // namespace terramask::train
