#include "train/validation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "terramask/passes.hpp"

namespace terramask::train {
namespace {

/// @param confusion rows of classes + 1 columns, the last for pixels with non-finite results
void score(const std::vector<std::uint64_t>& confusion, std::size_t classes, Epoch& epoch) {
  const std::size_t columns = classes + 1;
  std::uint64_t all = 0, right = 0;
  double iou_sum = 0, f1_sum = 0;
  int occurring = 0;
  epoch.iou.clear();
  epoch.unseen.clear();
  for (std::size_t c = 0; c < classes; ++c) {
    std::uint64_t truth = 0, found = 0;
    for (std::size_t other = 0; other < classes; ++other) {
      truth += confusion[c * columns + other];
      found += confusion[other * columns + c];
    }
    truth += confusion[c * columns + classes];
    const std::uint64_t both = confusion[c * columns + c];
    all += truth;
    right += both;
    const auto hits = static_cast<double>(both), sum = static_cast<double>(truth + found);
    epoch.iou.push_back(truth + found > 0 ? hits / (sum - hits) : NAN);
    // A class that does not occur says nothing about the model.
    if (truth == 0) continue;
    if (found == 0) epoch.unseen.push_back(c);
    ++occurring;
    iou_sum += epoch.iou.back();
    f1_sum += 2 * hits / sum;
  }
  epoch.accuracy = all > 0 ? static_cast<double>(right) / static_cast<double>(all) : 0;
  epoch.mean_iou = occurring > 0 ? iou_sum / occurring : 0;
  epoch.mean_f1 = occurring > 0 ? f1_sum / occurring : 0;
}

}  // namespace

Validation::Validation(Executor& executor, const learn::TrainingSpec& spec,
                       const std::shared_ptr<const SamplerPlan>& plan, Part part)
    : executor_(executor),
      graph_(learn::make_validation_graph(spec)),
      loss_(spec.loss),
      batch_(static_cast<std::size_t>(spec.batch)),
      classes_(static_cast<std::size_t>(spec.network.classes)),
      part_(part),
      sampler_(plan),
      windows_(part_windows(plan->dataset, part, spec.width)) {}

void Validation::run(const Parameters& parameters, Epoch& epoch, Communicator& ranks, const StopFlag* stop) {
  const Network network = optimise_for_inference({graph_, parameters});
  const auto program = executor_.compile(network.graph, network.parameters);
  std::vector<std::uint64_t> confusion(classes_ * (classes_ + 1));
  std::array<double, 2> sums{};  // Σ w · loss and Σ w
  Batch batch;
  bool stopped = false;
  const auto rank = static_cast<std::size_t>(ranks.rank()), all = static_cast<std::size_t>(ranks.size());
  for (std::size_t first = rank * batch_; first < windows_.size(); first += all * batch_) {
    stopped = stop != nullptr && stop->requested();
    if (stopped) break;
    // The last batch is filled up with its first window, whose repetitions are ignored.
    const std::size_t count = std::min(batch_, windows_.size() - first);
    std::vector<PatchWindow> some(batch_, windows_[first]);
    std::copy_n(windows_.begin() + static_cast<std::ptrdiff_t>(first), count, some.begin());
    sampler_.fill_windows(some, part_, batch);
    const std::size_t pixels = batch.labels.size() / batch_;
    std::fill(batch.weights.begin() + static_cast<std::ptrdiff_t>(count * pixels), batch.weights.end(), 0.0F);
    std::ranges::copy(batch.image, program->input_as<float>(0, "image").begin());
    std::ranges::copy(batch.labels, program->input_as<std::int32_t>(0, "labels").begin());
    std::ranges::copy(batch.weights, program->input_as<float>(0, "weights").begin());
    learn::fill_loss_inputs(loss_, *program, 0);
    program->submit(0);
    program->wait(0);
    const auto total = program->output_as<float>(0, "total");
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(total[i]);
    const auto classes = program->output_as<std::int32_t>(0, "classes");
    for (std::size_t i = 0; i < classes.size(); ++i)
      if (batch.weights[i] > 0)
        ++confusion[static_cast<std::size_t>(batch.labels[i]) * (classes_ + 1) +
                    (classes[i] < 0 ? classes_ : static_cast<std::size_t>(classes[i]))];
  }
  ranks.barrier();
  if (ranks.any(stopped)) throw Error(ErrorCode::cancelled, "stopped on request");
  ranks.sum(std::span(sums));
  ranks.sum(std::span(confusion));
  epoch.validated = true;
  epoch.validation_loss = sums[1] > 0 ? sums[0] / sums[1] : 0;
  score(confusion, classes_, epoch);
}

}  // namespace terramask::train
