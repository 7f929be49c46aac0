// One measurement of terramask-bench: a network with random parameters, compiled and run again and again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "terramask/executor.hpp"
#include "terramask/model.hpp"
#include "terramask/passes.hpp"

namespace terramask::tools {

struct BenchCase {
  NetworkSpec network;
  std::int64_t patch = 512;
  std::int64_t batch = 1;
  std::int64_t runs = 5;
  std::int64_t warmup = 1;
};

/// Times of one kernel of one node, run by run.
struct StepTimes {
  std::string op, attributes, kernel, node;
  std::vector<std::string> operands;  ///< shapes
  std::string result;                 ///< shape
  double flops = 0;
  std::vector<double> seconds;
};

struct Measurement {
  std::vector<double> seconds;  ///< from submission to the end of the wait, a run each
  double compile_seconds = 0;   ///< planning, building pipelines, packing and uploading the parameters
  double flops = 0;
  std::uint64_t device_bytes = 0, arena_bytes = 0, parameter_bytes = 0;
  std::size_t steps = 0;
  std::vector<StepTimes> profile;  ///< empty unless the executor profiles
  std::size_t profile_split = 0;   ///< of training: where the update's steps begin
};

/// The inference graph as segmenting runs it: image in, class indices out.
Network inference_network(const NetworkSpec& spec, std::int64_t batch, std::int64_t patch);

/// Runs a case. Throws what the library throws.
Measurement measure(Executor& executor, const BenchCase& bench);

/// Training steps of a case: forward, cross-entropy, backward and Adam, batch in and loss out.
Measurement measure_training(Executor& executor, const BenchCase& bench);

double median(std::vector<double> values);

}  // namespace terramask::tools
