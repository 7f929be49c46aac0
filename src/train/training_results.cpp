// What a training leaves behind: its model, its history and its state.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/utf8.hpp"
#include "learn/transfer.hpp"
#include "train/training_state.hpp"

namespace terramask::train {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

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
  info.classes = project.classes;
  // No clock time and nothing of this machine: the same training gives the same file.
  Json provenance{{"program", "terramask " TERRAMASK_VERSION},
                  {"project", as_utf8(fs::path(options.project).filename().string())},
                  {"device", state.device},
                  {"ranks", ranks.size()},
                  {"seed", project.training.seed},
                  {"epoch", epoch.epoch},
                  {"steps", epoch.step},
                  {"training_pixels", dataset->labelled(Part::training)}};
  if (ranks.alone()) provenance.erase("ranks");
  if (!options.init.empty()) provenance["init"] = as_utf8(fs::path(options.init).filename().string());
  if (epoch.validated)
    provenance["validation"] = {{"loss", epoch.validation_loss},
                                {"accuracy", epoch.accuracy},
                                {"mean_iou", epoch.mean_iou},
                                {"mean_f1", epoch.mean_f1}};
  info.provenance = provenance.dump();
  return info;
}

void Training::State::save_model_file(const Epoch& epoch) {
  if (!ranks.first()) return;
  const Parameters folded = learn::fold_band_matrix(network, step->parameters(), plan->normalization.matrix);
  save_model(paths.model.string(), model_info(epoch), folded, true);
}

void Training::State::save_state() {
  if (!ranks.first()) return;
  state.tensors = step->state();
  save_checkpoint(paths.checkpoint.string(), state);
  state.tensors.clear();
  saved = Clock::now();
}

void Training::State::end_on_request() {
  save_state();
  ranks.barrier();  // a rank that ends sooner would take rank 0 with it
  throw Error(ErrorCode::cancelled,
              fmt::format("stopped on request after step {}; {} holds the state", state.step,
                          paths.checkpoint.string()),
              "--resume goes on from there");
}

}  // namespace terramask::train
