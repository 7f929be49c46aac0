// The names of settings and states, in job files, the journal, the tile index and on the command line.
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

template <>
inline constexpr auto terramask::enum_names<terramask::SourcePriority> =
    std::to_array<std::pair<terramask::SourcePriority, std::string_view>>({
        {terramask::SourcePriority::last, "last"},
        {terramask::SourcePriority::first, "first"},
        {terramask::SourcePriority::newest, "newest"},
        {terramask::SourcePriority::oldest, "oldest"},
    });

template <>
inline constexpr auto terramask::enum_names<terramask::Resample> =
    std::to_array<std::pair<terramask::Resample, std::string_view>>({
        {terramask::Resample::automatic, "auto"},
        {terramask::Resample::never, "never"},
        {terramask::Resample::always, "always"},
    });
