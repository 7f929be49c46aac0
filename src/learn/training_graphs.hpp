// The two graphs of a training step. They share variables: every trained parameter by its own name,
// "gradient/NAME", "moment/NAME" and "square/NAME" (as the optimiser needs), and "loss.total".
#pragma once

#include "learn/training_spec.hpp"
#include "terramask/executor.hpp"

namespace terramask::learn {

struct TrainingGraphs {
  /// Forward, loss, backward; gradients and loss are added up over micro-batches.
  /// Inputs: image [N, B, H, W]; labels (i32) and weights [N, 1, H, W] (see ops/pixel_loss); keep [1], 0 for
  /// the first micro-batch of a step; dropout.key (i32 [4]) where the network has dropout; label.chances [C,
  /// C] where the loss takes them, loss.one [1] where it is a mean of two (fill_loss_inputs). Output: total
  /// [2] = (Σ w · loss, Σ w) of the step so far.
  Graph accumulate;
  /// Divides the gradients by Σ w, clips, and moves the parameters. Input: schedule [3] (see ops/sgd).
  /// Outputs: norm and scale [1] (see ops/gradient_scale).
  Graph update;
  std::vector<std::string> trained;  ///< names of what has a gradient
  bool dropout = false;
};

inline constexpr const char* kChancesInput = "label.chances";
inline constexpr const char* kOneInput = "loss.one";
/// Gives a program of `accumulate` or of the validation graph what its loss takes beside the batch.
void fill_loss_inputs(const LossSpec& loss, Program& program, std::size_t slot);

/// Errors: usage where a pattern of `frozen` or a group fits no parameter, or nothing is left to train.
TrainingGraphs make_training_graphs(const TrainingSpec& spec);

/// Image in, "classes" (i32 [N, 1, H, W]) and "total" out, in evaluation mode: how good the network is on
/// labelled patches. Inputs as those of `accumulate`, without keep and key. With constant parameters, to be
/// optimised for inference.
Graph make_validation_graph(const TrainingSpec& spec);

}  // namespace terramask::learn
