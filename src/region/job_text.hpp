// Jobs as JSON: in job files (schemas/job.schema.json) and in output folders.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "terramask/region.hpp"

namespace terramask::region {

/// Parses the JSON of a job file. Paths are relative to the folder of `file`.
RegionJob job_from(const nlohmann::ordered_json& json, const std::string& file);

/// The keys of a job file that say the job, with the job's paths as they are.
nlohmann::ordered_json json_of(const RegionJob& job);

}  // namespace terramask::region
