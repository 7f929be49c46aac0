// The results of a training by epoch, as a table and a page of curves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace terramask::train {

struct Epoch {
  std::int64_t epoch = 0;  ///< numbered from 1
  std::int64_t step = 0;   ///< steps completed at its end
  double rate = 0;         ///< learning rate of its last step
  double loss = 0;         ///< on the augmented training patches, during training
  double norm = 0;         ///< mean norm of the gradient
  bool validated = false;
  double validation_loss = 0;
  double accuracy = 0, mean_iou = 0, mean_f1 = 0;
  std::vector<double> iou;  ///< by class; NaN for a class that neither occurs nor is predicted
  double seconds = 0;
  bool best = false;
  /// Indices of the classes that occur in the validation part but are never predicted; not stored.
  std::vector<std::size_t> unseen{};

  bool operator==(const Epoch&) const = default;
};

struct History {
  std::string title;
  std::vector<std::string> classes;
  std::vector<std::string> colors;  ///< "#rrggbb", by class
  std::vector<Epoch> epochs;
};

/// One row per epoch, one column per figure.
std::string to_csv(const History& history);
/// A self-contained page: curves of loss and of IoU by class, and the table.
std::string to_html(const History& history);

}  // namespace terramask::train
