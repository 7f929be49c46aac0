// What `terramask evaluate` prints.
#pragma once

#include "terramask/evaluate.hpp"

namespace terramask::tools {

void print_report(const EvaluationReport& report);

}  // namespace terramask::tools
