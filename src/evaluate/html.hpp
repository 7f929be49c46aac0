// The parts of the report's page.
#pragma once

#include <string>
#include <string_view>

#include "terramask/evaluate.hpp"

namespace terramask::evaluation {

/// "92.3%"
std::string percent_text(double share);
/// "12,345,678"
std::string count_text(std::uint64_t count);
/// "12.30 ± 0.45 ha" for m², or pixels.
std::string area_text(const Estimate& area, bool square_metres);

/// A class's colour and name.
std::string class_heading(const ClassInfo& one);

/// A picture of a patch, with its name; empty without `source`. All are shown at one scale: those at an
/// image's edge are narrower than the `widest`.
std::string patch_figure(const std::string& source, const char* name, std::int64_t width,
                         std::int64_t widest);

/// A matrix whose cells are shaded by their share of the row.
std::string matrix_table(const ConfusionMatrix& matrix, const std::vector<ClassInfo>& classes);

/// Precision over recall, with the best F1 and that of 0.5, and F1 over the threshold: inline SVG.
std::string sweep_charts(const ThresholdSweep& sweep);

/// The page's style.
std::string page_style();

}  // namespace terramask::evaluation
