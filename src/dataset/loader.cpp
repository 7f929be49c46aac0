#include "dataset/loader.hpp"

#include <chrono>
#include <utility>

#include "terramask/error.hpp"

namespace terramask {

Loader::Loader(std::shared_ptr<const SamplerPlan> plan, const LoaderOptions& options)
    : plan_(std::move(plan)),
      share_(options.share),
      ahead_(options.ahead > 0 ? options.ahead : options.workers + 2),
      next_(options.first_batch),
      started_(options.first_batch),
      wanted_(options.first_batch),
      workers_("lower training.workers", [this] { stop(); }) {
  if (plan_->batches_per_epoch() == 0)
    throw Error(ErrorCode::mismatch, "no valid training pixel to load", "see split.fractions and labels.map");
  if (options.workers == 0) own_ = std::make_unique<Sampler>(plan_);
  for (int i = 0; i < options.workers; ++i) workers_.start([this] { work(); });
}

void Loader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
}

void Loader::fill(Sampler& sampler, std::int64_t number, Batch& batch) const {
  const std::int64_t per_epoch = plan_->batches_per_epoch();
  sampler.fill(number / per_epoch, number % per_epoch, batch, share_);
}

void Loader::work() {
  std::unique_ptr<Sampler> sampler;
  while (true) {
    std::int64_t number = 0;
    Made made;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || started_ < wanted_ + ahead_; });
      if (stop_) return;
      number = started_++;
      if (!spare_.empty()) {
        made.batch = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    try {
      if (!sampler) sampler = std::make_unique<Sampler>(plan_);
      fill(*sampler, number, made.batch);
    } catch (...) {
      made.failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    made_.emplace(number, std::move(made));
    changed_.notify_all();
  }
}

void Loader::next(Batch& batch) {
  const auto begin = std::chrono::steady_clock::now();
  if (own_) {
    fill(*own_, next_, batch);
  } else {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || made_.contains(next_); });
    if (!made_.contains(next_)) {
      // A worker ended before it had a batch to report its failure in.
      lock.unlock();
      workers_.check();
    }
    auto node = made_.extract(next_);
    if (node.mapped().failure) {
      made_.insert(std::move(node));  // further calls fail again
      std::rethrow_exception(made_.at(next_).failure);
    }
    std::swap(batch, node.mapped().batch);
    spare_.push_back(std::move(node.mapped().batch));
    ++wanted_;
    lock.unlock();
    changed_.notify_all();
  }
  ++next_;
  waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace terramask
