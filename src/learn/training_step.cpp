#include "learn/training_step.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask::learn {
namespace {

// The programs share staging memory, one slot each.
constexpr std::size_t kAccumulateSlot = 0, kUpdateSlot = 1;

// Whether a variable is part of the state: gradients are recomputed at every step.
bool lasts(const std::string& name) {
  return !name.starts_with("gradient/") && name != "loss.total";
}

bool is_parameter(const std::string& name) {
  return lasts(name) && !name.starts_with("moment/") && !name.starts_with("square/");
}

void add_up(std::vector<Tensor>& tensors, std::vector<float>& bucket,
            const std::function<void(std::span<float> values)>& sum) {
  if (tensors.size() == 1) {
    sum(tensors[0].values<float>());
    return;
  }
  bucket.clear();
  for (const Tensor& tensor : tensors) {
    const auto values = tensor.values<float>();
    bucket.insert(bucket.end(), values.begin(), values.end());
  }
  sum(bucket);
  std::span<const float> rest(bucket);
  for (Tensor& tensor : tensors) {
    const auto values = tensor.values<float>();
    std::ranges::copy(rest.first(values.size()), values.begin());
    rest = rest.subspan(values.size());
  }
}

}  // namespace

TrainingStep::TrainingStep(Executor& executor, const TrainingSpec& spec, const Parameters& parameters)
    : spec_(spec), graphs_(make_training_graphs(spec)), variables_(executor.make_variables()) {
  for (const Value& value : graphs_.accumulate.values())
    if (value.role == Role::parameter)
      if (const auto found = parameters.find(value.name); found != parameters.end()) frozen_.insert(*found);
  accumulate_ = executor.compile(graphs_.accumulate, frozen_, variables_);
  update_ = executor.compile(graphs_.update, {}, variables_);
  for (const std::string& name : variables_->names())
    if (is_parameter(name)) {
      const auto found = parameters.find(name);
      if (found == parameters.end())
        throw Error(ErrorCode::mismatch, fmt::format("parameter {} is missing", name));
      variables_->write(name, *found->second);
    }
}

void TrainingStep::accumulate(const BatchView& batch, bool first, const DropoutKey& key) {
  if (accumulating_) accumulate_->wait(kAccumulateSlot);
  accumulating_ = false;
  const auto fill = [&](std::string_view name, auto values) {
    using T = std::remove_cv_t<typename decltype(values)::element_type>;
    const auto to = accumulate_->input_as<T>(kAccumulateSlot, name);
    if (to.size() != values.size())
      throw Error(ErrorCode::internal,
                  fmt::format("a batch's {}: expected {} values, found {}", name, to.size(), values.size()));
    std::ranges::copy(values, to.begin());
  };
  fill("image", batch.image);
  fill("labels", batch.labels);
  fill("weights", batch.weights);
  fill_loss_inputs(spec_.loss, *accumulate_, kAccumulateSlot);
  accumulate_->input_as<float>(kAccumulateSlot, "keep")[0] = first ? 0.0F : 1.0F;
  if (graphs_.dropout) {
    const auto words = accumulate_->input_as<std::uint32_t>(kAccumulateSlot, "dropout.key");
    words[0] = static_cast<std::uint32_t>(key.seed);
    words[1] = static_cast<std::uint32_t>(key.seed >> 32);
    words[2] = static_cast<std::uint32_t>(key.step);
    words[3] = static_cast<std::uint32_t>(key.first_sample);
  }
  accumulate_->submit(kAccumulateSlot);
  accumulating_ = true;
}

void TrainingStep::reduce(const std::function<void(std::span<float> values)>& sum) {
  if (!accumulating_) throw Error(ErrorCode::internal, "nothing was accumulated that could be added up");
  accumulate_->wait(kAccumulateSlot);
  std::vector<std::string> names{"loss.total"};
  for (const std::string& name : graphs_.trained) names.push_back("gradient/" + name);
  // Small tensors are combined: one message per bias would be dominated by latency.
  constexpr std::int64_t enough = std::int64_t{1} << 20;
  std::vector<Tensor> some;
  std::vector<float> bucket;
  for (std::size_t first = 0, next = 0; first < names.size(); first = next) {
    some.clear();
    for (std::int64_t count = 0; next < names.size() && count < enough; ++next) {
      some.push_back(variables_->read(names[next]));
      count += some.back().shape().elements();
    }
    add_up(some, bucket, sum);
    for (std::size_t i = 0; i < some.size(); ++i) variables_->write(names[first + i], some[i]);
    if (first == 0) {
      const auto total = some[0].values<float>();
      reduced_ = {total[0], total[1]};
    }
  }
}

void TrainingStep::update(double rate, std::int64_t step) {
  const auto schedule = update_schedule(rate, spec_.optimizer, step);
  std::ranges::transform(schedule, update_->input_as<float>(kUpdateSlot, "schedule").begin(),
                         [](double value) { return static_cast<float>(value); });
  update_->submit(kUpdateSlot);
  updating_ = true;
}

StepResult TrainingStep::finish() {
  if (!accumulating_ || !updating_)
    throw Error(ErrorCode::internal, "a step was finished that was not begun");
  accumulating_ = updating_ = false;
  if (!reduced_) accumulate_->wait(kAccumulateSlot);
  update_->wait(kUpdateSlot);
  std::array<float, 2> total{};
  std::ranges::copy(accumulate_->output_as<float>(kAccumulateSlot, "total"), total.begin());
  if (reduced_) total = *reduced_;
  reduced_.reset();
  StepResult result;
  result.weight = static_cast<double>(total[1]);
  result.loss = total[1] > 0 ? static_cast<double>(total[0]) / result.weight : 0.0;
  result.norm = static_cast<double>(update_->output_as<float>(kUpdateSlot, "norm")[0]);
  return result;
}

Parameters TrainingStep::parameters() const {
  Parameters found = frozen_;
  for (const std::string& name : variables_->names())
    if (is_parameter(name)) found[name] = std::make_shared<const Tensor>(variables_->read(name));
  return found;
}

Parameters TrainingStep::state() const {
  Parameters found = frozen_;
  for (const std::string& name : variables_->names())
    if (lasts(name)) found[name] = std::make_shared<const Tensor>(variables_->read(name));
  return found;
}

void TrainingStep::restore(const Parameters& state) {
  for (const std::string& name : variables_->names()) {
    if (!lasts(name)) continue;
    const auto found = state.find(name);
    if (found == state.end()) throw Error(ErrorCode::mismatch, fmt::format("tensor {} is missing", name));
    variables_->write(name, *found->second);
  }
}

}  // namespace terramask::learn
