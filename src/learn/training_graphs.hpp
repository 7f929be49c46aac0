// The two graphs of a training step. They share variables: every trained parameter under its own name,
// "gradient/NAME", "moment/NAME" and "square/NAME" (as required by the optimiser), and "loss.total".
#pragma once

#include "learn/training_spec.hpp"
#include "terramask/executor.hpp"

namespace terramask::learn {

struct TrainingGraphs {
  /// Forward, loss, backward; gradients and loss are accumulated over micro-batches.
  /// Inputs: image [N, B, H, W]; labels (i32) and weights [N, 1, H, W] (see ops/pixel_loss); keep [1], 0 for
  /// the first micro-batch of a step; dropout.key (i32 [4]) if the network has dropout; label.chances [C, C]
  /// if the loss uses them; loss.one [1] if it is a mean of two (fill_loss_inputs). Output: total [2] = (Σ w
  /// · loss, Σ w) of the step so far.
  Graph accumulate;
  /// Divides the gradients by Σ w, clips them and updates the parameters. Input: schedule [3] (see ops/sgd).
  /// Outputs: norm and scale [1] (see ops/gradient_scale).
  Graph update;
  std::vector<std::string> trained;  ///< names of the parameters with gradients
  bool dropout = false;
};

inline constexpr const char* kChancesInput = "label.chances";
inline constexpr const char* kOneInput = "loss.one";
/// Fills the loss inputs, other than the batch, of a program of `accumulate` or of the validation graph.
void fill_loss_inputs(const LossSpec& loss, Program& program, std::size_t slot);

/// Errors: usage if a pattern of `frozen` or of a group matches no parameter, or if nothing is left to train.
TrainingGraphs make_training_graphs(const TrainingSpec& spec);

/// Evaluates the network on labelled patches, in evaluation mode: image in, "classes" (i32 [N, 1, H, W]) and
/// "total" out. Inputs are those of `accumulate`, without keep and key. Parameters are constant, to be
/// optimised for inference.
Graph make_validation_graph(const TrainingSpec& spec);

}  // namespace terramask::learn
