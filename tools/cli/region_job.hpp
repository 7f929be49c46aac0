// Jobs of `terramask region` that are kept: in the folder that holds one, and in a job file.
#pragma once

#include "cli/region_arguments.hpp"

namespace terramask::tools {

/// The job to go on with where the call names none. Throws where the folder holds none, or the call does not
/// say what to do with it.
RegionJob job_of_folder(const RegionArguments& arguments);

/// Writes the job that the arguments mean as a job file (--write-job), and says so.
void write_job(const RegionArguments& arguments);

}  // namespace terramask::tools
