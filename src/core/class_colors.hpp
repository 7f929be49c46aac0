// Colours for classes that have none of their own.
#pragma once

#include <array>

namespace terramask {

/// Colours that the colour-blind tell apart (Okabe and Ito 2008), and grey. More classes begin again.
inline constexpr std::array<const char*, 8> kClassColors{"#e69f00", "#56b4e9", "#009e73", "#f0e442",
                                                         "#0072b2", "#d55e00", "#cc79a7", "#969696"};

}  // namespace terramask
