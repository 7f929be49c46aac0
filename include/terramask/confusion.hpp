// The confusion matrix, and the measures derived from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace terramask {

/// One class against the rest. NaN where it is 0/0.
struct ClassScore {
  std::uint64_t reference = 0;  ///< pixels of the class in the reference
  std::uint64_t predicted = 0;  ///< judged pixels that have the class in the mask
  std::uint64_t right = 0;
  double precision = 0, recall = 0, f1 = 0, iou = 0;

  bool occurs() const { return reference + predicted > 0; }
};

/// Means over classes; a class that occurs neither in the reference nor in the mask is in none of them, and a
/// class never predicted has precision 0, one that the reference lacks recall 0 (as in scikit-learn).
struct MeanScore {
  double precision = 0, recall = 0, f1 = 0, iou = 0;
};

struct Scores {
  std::vector<ClassScore> classes;
  std::uint64_t judged = 0;  ///< pixels where the reference is valid
  double coverage = 0;       ///< share of those where the mask is not nodata
  double overall = 0;        ///< overall accuracy
  double base = 0;           ///< overall accuracy of a mask of the most frequent class alone
  double kappa = 0;          ///< Cohen's; NaN where chance alone explains all
  MeanScore macro;           ///< every class has the same weight; macro.iou is the mean IoU
  MeanScore weighted;        ///< by the class's reference pixels
};

/// Pixels by reference (rows) and prediction (columns). The last column holds pixels where the mask is nodata
/// though the reference is valid: they are errors.
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(std::size_t classes = 0) : classes_(classes), counts_(classes * (classes + 1)) {}

  std::size_t classes() const { return classes_; }
  std::size_t nodata() const { return classes_; }  ///< the last column

  std::uint64_t& at(std::size_t reference, std::size_t predicted) {
    return counts_[reference * (classes_ + 1) + predicted];
  }
  std::uint64_t at(std::size_t reference, std::size_t predicted) const {
    return counts_[reference * (classes_ + 1) + predicted];
  }
  void add(const ConfusionMatrix& other);
  std::uint64_t total() const;
  std::uint64_t right() const;

  Scores scores() const;
  bool operator==(const ConfusionMatrix&) const = default;

 private:
  std::size_t classes_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace terramask
