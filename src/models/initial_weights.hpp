// Names of the weight initialisations.
#pragma once

#include <array>

#include "core/enum_names.hpp"
#include "terramask/network.hpp"

template <>
inline constexpr auto terramask::enum_names<terramask::InitialWeights> =
    std::to_array<std::pair<terramask::InitialWeights, std::string_view>>({
        {terramask::InitialWeights::he, "he"},
        {terramask::InitialWeights::xavier, "xavier"},
        {terramask::InitialWeights::lecun, "lecun"},
        {terramask::InitialWeights::pytorch, "pytorch"},
    });
