// Batches made ahead, by threads of their own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/team.hpp"
#include "dataset/sampler.hpp"

namespace terramask {

struct LoaderOptions {
  int workers = 2;               ///< threads; 0: batches are made when they are asked for
  std::int64_t ahead = 0;        ///< batches made ahead at most; 0: two more than workers
  std::int64_t first_batch = 0;  ///< counted over all epochs: where a run that was stopped goes on
  BatchShare share{};            ///< of every batch
};

/// Yields the batches of epoch after epoch in order, without end; their bytes do not depend on the number of
/// workers. `next` is called by one thread.
class Loader {
 public:
  /// Throws NoThread.
  Loader(std::shared_ptr<const SamplerPlan> plan, const LoaderOptions& options);
  /// Ends the threads; batches made ahead are lost.
  ~Loader() = default;
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Waits for the next batch. What a worker throws comes out here, where its batch would have.
  void next(Batch& batch);
  /// Of the batch that `next` will yield: counted over all epochs.
  std::int64_t position() const { return next_; }
  /// How long `next` has waited in all.
  double seconds_waited() const { return waited_; }

 private:
  struct Made {
    Batch batch;
    std::exception_ptr failure;
  };

  void stop();
  void work();
  void fill(Sampler& sampler, std::int64_t number, Batch& batch) const;

  std::shared_ptr<const SamplerPlan> plan_;
  BatchShare share_;
  std::int64_t ahead_;
  std::int64_t next_;
  double waited_ = 0;
  std::unique_ptr<Sampler> own_;  ///< without workers

  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t started_;               ///< the next batch that a worker takes up
  std::int64_t wanted_;                ///< the next batch that is handed out
  std::map<std::int64_t, Made> made_;  ///< by number
  std::vector<Batch> spare_;           ///< to be filled again
  bool stop_ = false;
  Team workers_;
};

}  // namespace terramask
