// What `terramask evaluate` prints.
#pragma once

#include "terramask/evaluate.hpp"

namespace terramask::tools {

/// Four digits, or "-" where there is no score.
std::string score_text(double value);

void print_report(const EvaluationReport& report);

}  // namespace terramask::tools
