// What a pixel is, once class values became indices into the list of classes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::evaluation {

using Code = std::int32_t;  ///< 0, 1, ...: a class

inline constexpr Code kNotJudged = -1;  ///< of a reference: nothing is known there
inline constexpr Code no_data = -2;     ///< of a mask
inline constexpr Code unknown = -3;     ///< a value that is no class

/// Codes of a window of a mask's grid, row by row.
struct CodeBlock {
  Window window;
  std::vector<Code> codes;

  Code at(std::int64_t x, std::int64_t y) const {
    return codes[static_cast<std::size_t>((y - window.y) * window.width + x - window.x)];
  }
};

}  // namespace terramask::evaluation
