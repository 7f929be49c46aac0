// Checks whether rectangles leave gaps.
#pragma once

#include <span>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Whether every pixel of `extent` is in one of the windows.
bool cover(std::span<const Window> windows, const Window& extent);

}  // namespace terramask::geo
