// Prefetches batches in worker threads.
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
  int workers = 2;               ///< threads; 0: batches are made on demand
  std::int64_t ahead = 0;        ///< maximum number of prefetched batches; 0: two more than workers
  std::int64_t first_batch = 0;  ///< counted over all epochs; where a resumed run continues
  BatchShare share{};            ///< of every batch
};

/// Yields the batches of all epochs in order, without end; their bytes do not depend on the number of
/// workers. Call `next` from one thread.
class Loader {
 public:
  /// Throws NoThread.
  Loader(std::shared_ptr<const SamplerPlan> plan, const LoaderOptions& options);
  /// Stops the threads and discards prefetched batches.
  ~Loader() = default;
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Waits for the next batch. An exception in a worker is rethrown here, in place of its batch.
  void next(Batch& batch);
  /// The number of the batch that `next` will return, counted over all epochs.
  std::int64_t position() const { return next_; }
  /// Total time that `next` has waited.
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
  std::unique_ptr<Sampler> own_;  ///< used without workers

  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t started_;               ///< the next batch to be started by a worker
  std::int64_t wanted_;                ///< the next batch to be returned
  std::map<std::int64_t, Made> made_;  ///< by batch number
  std::vector<Batch> spare_;           ///< to be reused
  bool stop_ = false;
  Team workers_;
};

}  // namespace terramask
