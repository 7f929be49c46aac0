// Does the tiles that a dispatcher hands out.
#pragma once

#include "region/dispatcher.hpp"
#include "region/plan.hpp"
#include "segment/network_runner.hpp"
#include "segment/pipeline.hpp"

namespace terramask::region {

struct WorkerOptions {
  std::string folder;
  std::int64_t patch = 0;  ///< side of the network's tiles; 0: 1024
  int workers = 0;         ///< threads that read; twice as many write; 0: one for each processor
  ExecutorOptions executor{};
  std::function<void(const std::string&)> log{};
  const StopFlag* stop = nullptr;
};

struct WorkTimes {
  segment::PipelineTimes pipeline;
  RegionRank rank;
};

/// A model on a device, and the threads around it.
class Worker {
 public:
  Worker(std::shared_ptr<const Model> model, WorkerOptions options);

  const Footprint& footprint() const { return runner_->footprint(); }
  /// That read, and as many that write.
  std::size_t threads() const;
  const Model& model() const { return *model_; }
  std::string device_name() const { return runner_->device_name(); }

  /// What the largest tile takes; the patch is then known to fit the device.
  SegmentEstimate estimate(const RegionPlan& plan);

  /// All tiles, until the dispatcher has no more or an error ends the work. Where the device runs out of
  /// memory a smaller patch is taken; a lost device is opened once more; the tiles in flight are done again.
  WorkTimes run(const RegionPlan& plan, Dispatcher& dispatcher);

 private:
  std::int64_t fit(const RegionPlan& plan);
  WorkTimes run_once(const RegionPlan& plan, Dispatcher& dispatcher, std::int64_t patch);

  std::shared_ptr<const Model> model_;
  WorkerOptions options_;
  std::unique_ptr<segment::NetworkRunner> runner_;
};

}  // namespace terramask::region
