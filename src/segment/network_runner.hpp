// A model on a device: programs by patch shape, all with the same folded weights.
#pragma once

#include <list>
#include <memory>

#include "terramask/executor.hpp"
#include "terramask/model.hpp"
#include "terramask/passes.hpp"
#include "terramask/plan.hpp"

namespace terramask::segment {

/// The outputs requested of a run; fewer are faster to read back.
struct NetworkOutputs {
  bool mask = false;           ///< "mask": i32, class indices
  bool probabilities = false;  ///< "probabilities": f32, softmax
  bool logits = false;         ///< "logits": f32
  bool operator==(const NetworkOutputs&) const = default;
};

class NetworkRunner {
 public:
  NetworkRunner(std::shared_ptr<const Model> model, const ExecutorOptions& options);

  /// The receptive field, with the alignment that the device's kernels demand.
  const Footprint& footprint() const { return footprint_; }
  std::string device_name() const { return executor_->device_name(); }

  /// The plan for a patch, without taking device memory; out_of_memory where it cannot fit.
  Plan plan(std::int64_t height, std::int64_t width, const NetworkOutputs& wanted,
            const TileGrid& grid) const;
  /// The program for a patch shape and its place among the tiles; compiled once, the few used last are kept.
  /// Ask for the largest shape first: the others then share its memory.
  Program& program(std::int64_t height, std::int64_t width, const NetworkOutputs& wanted,
                   const TileGrid& grid);

 private:
  static constexpr std::size_t most_programs = 16;

  Graph graph(std::int64_t height, std::int64_t width, const NetworkOutputs& wanted) const;

  struct Entry {
    std::int64_t height, width;
    NetworkOutputs wanted;
    TileGrid grid;
    std::unique_ptr<Program> program;
  };

  std::shared_ptr<const Model> model_;
  std::unique_ptr<Executor> executor_;
  Parameters folded_;
  Footprint footprint_;
  std::list<Entry> programs_;  // the one used last in front
};

}  // namespace terramask::segment
