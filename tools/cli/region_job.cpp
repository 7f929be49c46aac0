#include "cli/region_job.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "common/printing.hpp"
#include "terramask/evaluate.hpp"
#include "terramask/output.hpp"
#include "terramask/tiles.hpp"

namespace terramask::tools {

RegionJob job_of_folder(const RegionArguments& a) {
  for (const CLI::Option* option : a.of_job)
    if (option->count() > 0)
      throw Error(ErrorCode::usage, option->get_name() + ": no job is named that it could be of",
                  "name a model and its sources; --resume alone takes all of the job from the folder");
  const std::string folder = make_run(a).output;
  if (a.resume || a.restart) return held_region_job(folder);
  const std::string model = held_model(folder);
  if (!model.empty())
    throw Error(ErrorCode::exists, fmt::format("{} holds a job of {}", a.output, model),
                "add --resume to continue, or --restart to start over");
  throw Error(ErrorCode::usage, "no job is named", "name JOB.json, or a model and its sources");
}

void write_job(const RegionArguments& a) {
  if (a.inputs.empty())
    throw Error(ErrorCode::usage, "--write-job: no job is named", "name a model and its sources");
  const std::string text = region_job_text(make_job(a), a.job_file);
  check_output(a.job_file, a.overwrite, a.inputs);
  write_report(a.job_file, text, a.overwrite);
  if (without_secrets(text) != text)
    spdlog::warn("warning: {}: holds credentials, as they were typed", a.job_file);
  if (!a.verbosity.quiet) say("{}\n", a.job_file);
}

}  // namespace terramask::tools
