#include "train/loss.hpp"

#include <algorithm>
#include <map>

#include "terramask/error.hpp"

namespace terramask::train {
namespace {

std::vector<double> chances_of(const std::vector<ClassInfo>& classes, const LabelNoiseKeys& noise) {
  const std::size_t count = classes.size();
  const auto share = [](const std::map<std::string, double>& shares, const std::string& name) {
    const auto found = shares.find(name);
    return found == shares.end() ? 0.0 : found->second;
  };
  const auto named = std::ranges::find(classes, noise.background, &ClassInfo::name);
  const auto background = named == classes.end() ? 0 : static_cast<std::size_t>(named - classes.begin());
  std::vector<double> chances(count * count, 0.0);
  const auto at = [&](std::size_t label, std::size_t truth) -> double& {
    return chances[label * count + truth];
  };
  at(background, background) = 1;
  for (std::size_t c = 0; c < count; ++c) {
    if (c == background) continue;
    const double omission = share(noise.omission, classes[c].name);
    const double commission = share(noise.commission, classes[c].name);
    at(c, c) = 1 - omission;
    at(background, c) = omission;
    at(c, background) = commission;
    at(background, background) -= commission;
  }
  return chances;
}

}  // namespace

learn::LossSpec loss_of(const Project& project) {
  const TrainingKeys& keys = project.training;
  learn::LossSpec loss = learn::loss_spec(keys.loss);
  loss.pixel.label_smoothing = keys.label_smoothing;
  loss.pixel.gamma = keys.focal_gamma;
  loss.pixel.trust = keys.bootstrap_trust;
  if (keys.loss != learn::Loss::noisy_labels) return loss;
  if (keys.label_noise.omission.empty() && keys.label_noise.commission.empty())
    throw Error(ErrorCode::usage, "training.loss is noisy_labels, but training.label_noise is empty",
                R"(say what share of a class the map lacks: "label_noise": {"omission": {"road": 0.3}})");
  loss.chances = chances_of(project.classes, keys.label_noise);
  return loss;
}

}  // namespace terramask::train
