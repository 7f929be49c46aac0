// The classes of the masks of an evaluation.
#pragma once

#include <optional>
#include <vector>

#include "terramask/evaluate.hpp"

namespace terramask::evaluation {

/// What was said (`classes`); else what the masks' legends say; else the references' legends and all
/// values found in the masks. Each class has a colour.
/// @throws Error usage, or mismatch where two masks call one value by two names
std::vector<ClassInfo> class_list(const EvaluationOptions& options, const StopFlag* stop);

/// The class that was named; else the second of two; else none.
std::optional<std::size_t> positive_class(const EvaluationOptions& options,
                                          const std::vector<ClassInfo>& classes);

}  // namespace terramask::evaluation
