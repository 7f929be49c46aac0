// `terramask evaluate --model`: the inputs are segmented first.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/evaluate_pairs.hpp"
#include "cli/hidden_folder.hpp"
#include "common/progress_bar.hpp"
#include "terramask/segment.hpp"

namespace terramask::tools {

/// Masks and probabilities in a hidden folder beside the outputs; they go with the object.
class SegmentedInputs {
 public:
  /// Segments all inputs, and fills in what the pairs lack. Throws as the Segmenter does; usage where the
  /// threshold that is to be stored has no place in the model.
  SegmentedInputs(const EvaluateArguments& arguments, std::vector<EvaluationPair>& pairs);
  ~SegmentedInputs();
  SegmentedInputs(const SegmentedInputs&) = delete;
  SegmentedInputs& operator=(const SegmentedInputs&) = delete;

 private:
  void segment(const EvaluateArguments& arguments, Segmenter& segmenter,
               std::vector<EvaluationPair>& pairs) const;

  std::unique_ptr<HiddenFolder> folder_;
};

}  // namespace terramask::tools
