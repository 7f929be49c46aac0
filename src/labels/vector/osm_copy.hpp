// Copies of OSM files that GDAL's driver reads as they are meant.
#pragma once

#include "labels/vector/osm_reader.hpp"

namespace terramask::labels {

/// Copies what is there into an .osm.pbf at `to`: unpacked, without what is deleted or replaced.
/// @throws Error format, io; cancelled
OsmLeftOut copy_osm(const OsmFile& file, const OsmDeletions& deletions, const std::string& to,
                    const ProgressSink& progress, const StopFlag* stop);

/// The same for what an editor has written: in any order, and with ids below 1 for what the database does not
/// know yet, which get ids of their own above all others.
/// @param memory bytes that all objects together may take
/// @throws Error unsupported where they take more
OsmLeftOut sort_osm(const OsmFile& file, const OsmDeletions& deletions, const std::string& to,
                    std::uint64_t memory, const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::labels
