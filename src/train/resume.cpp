#include "train/resume.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "train/settings.hpp"

namespace terramask::train {
namespace {

[[noreturn]] void refuse(const Paths& paths, const Checkpoint& then, const Checkpoint& now) {
  std::string difference = first_difference(then.project_digest, now.project_digest);
  std::string remedy = "take the project as it was, or start over (`overwrite`)";
  if (difference.starts_with("/training/batch:") && (then.ranks > 1 || now.ranks > 1)) {
    difference += fmt::format("; {} ranks then, {} now", then.ranks, now.ranks);
    remedy =
        "a step's patches are training.batch × ranks: start as many ranks as then, or change training.batch "
        "so that "
        "the product stays";
  }
  throw Error(ErrorCode::mismatch,
              fmt::format("{}: a checkpoint of another training ({})", paths.checkpoint.string(), difference),
              remedy);
}

}  // namespace

Parameters resume(const Paths& paths, Checkpoint& state, std::vector<std::string>& notes) {
  std::optional<Checkpoint> found = load_checkpoint(paths.checkpoint.string());
  if (!found) {
    if (std::filesystem::exists(paths.model))
      throw Error(ErrorCode::not_found, paths.checkpoint.string() + " is not there, nothing can be resumed",
                  "`overwrite` starts over");
    notes.push_back(paths.checkpoint.string() + " is not there: the training begins at its first step");
    return {};
  }
  if (found->project_digest != state.project_digest) refuse(paths, *found, state);
  if (found->device != state.device || found->ranks != state.ranks) {
    const auto ranks = found->ranks == 1 ? "1 rank" : fmt::format("{} ranks", found->ranks);
    notes.push_back(
        fmt::format("the training was begun on {}{}: the result may differ in the last digits from one "
                    "that was never stopped",
                    found->device, found->ranks != state.ranks ? " by " + ranks : ""));
  }
  Parameters tensors = std::move(found->tensors);
  found->tensors.clear();
  found->device = state.device;
  found->ranks = state.ranks;
  state = std::move(*found);
  return tensors;
}

}  // namespace terramask::train
