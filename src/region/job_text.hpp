// Jobs as JSON: what a job file holds (schemas/job.schema.json), and what a folder remembers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "terramask/region.hpp"

namespace terramask::region {

/// The job that the JSON of a job file says. Paths begin at the folder of `file`.
RegionJob job_from(const nlohmann::ordered_json& json, const std::string& file);

/// The keys of a job file that say the job, with the job's paths as they are.
nlohmann::ordered_json json_of(const RegionJob& job);

}  // namespace terramask::region
