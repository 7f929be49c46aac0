// The names of a tile's states, in the journal, the tile index and messages between ranks.
#pragma once

#include <array>

#include "core/enum_names.hpp"
#include "terramask/region.hpp"

template <>
inline constexpr auto terramask::enum_names<terramask::TileStatus> =
    std::to_array<std::pair<terramask::TileStatus, std::string_view>>({
        {terramask::TileStatus::pending, "pending"},
        {terramask::TileStatus::running, "running"},
        {terramask::TileStatus::done, "done"},
        {terramask::TileStatus::failed, "failed"},
    });
