// Zonal statistics as the rows of a table.
#pragma once

#include <string>
#include <vector>

#include "geo/vector/feature_writer.hpp"
#include "terramask/zonal.hpp"

namespace terramask::zones {

/// The first field is the zone's id, by this name.
std::vector<geo::Field> table_fields(const ZonalStatistics& statistics, const std::string& id_name);
/// Zones by the class that covers the most of them, as StyleElements::vectors.
std::string table_style(const ZonalStatistics& statistics);
std::vector<geo::FieldValue> table_row(const ZonalStatistics& statistics, const ZoneStatistics& zone);

}  // namespace terramask::zones
