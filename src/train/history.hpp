// What a training has reached, epoch by epoch, and how people see it: a table and a page of curves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace terramask::train {

struct Epoch {
  std::int64_t epoch = 0;  ///< counted from 1
  std::int64_t step = 0;   ///< steps done at its end
  double rate = 0;         ///< learning rate of its last step
  double loss = 0;         ///< on the training patches, augmented, while they were trained on
  double norm = 0;         ///< mean norm of the gradient
  bool validated = false;
  double validation_loss = 0;
  double accuracy = 0, mean_iou = 0, mean_f1 = 0;
  std::vector<double> iou;  ///< by class; NaN for one that neither occurs nor is predicted
  double seconds = 0;
  bool best = false;
  /// Indices of the classes that occur in the validation part and are never predicted; not kept.
  std::vector<std::size_t> unseen{};

  bool operator==(const Epoch&) const = default;
};

struct History {
  std::string title;
  std::vector<std::string> classes;
  std::vector<std::string> colors;  ///< "#rrggbb", by class
  std::vector<Epoch> epochs;
};

/// A row an epoch, a column a figure.
std::string to_csv(const History& history);
/// One page that needs nothing else: curves of loss and of IoU by class, and the table.
std::string to_html(const History& history);

}  // namespace terramask::train
