// The settings that determine a job's result, as JSON, stored in the output folder and in each journal. A run
// that resumes them must have the same job.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "terramask/model.hpp"
#include "terramask/region.hpp"

namespace terramask::region {

using Json = nlohmann::ordered_json;

/// The sources are not part of it: they may come and go.
Json describe_job(const RegionJob& job, const Model& model);

/// "model.sha256: was 12ab, is 34cd; tile: was 512, is 1024"; empty where the two are of one job.
std::string differences(const Json& before, const Json& now);

/// The file in the output folder that describes its job.
struct JobFile {
  Json description;
  /// How the job was asked for last, of `remembered`: a run that names no job goes on with it. Null in files
  /// of older versions.
  Json given;
  Grid grid;
  Window window;
  std::vector<ClassInfo> classes;

  std::string text() const;
  /// Throws format, naming `path`.
  static JobFile parse(const std::string& text, const std::string& path);

  /// Empty where there is none; throws format for a damaged one.
  static std::optional<JobFile> read(const std::string& folder);
  /// Whole or not at all. Of several that begin at once the first wins: what it wrote is returned.
  static JobFile make(const std::string& folder, const JobFile& wanted, bool replace);
};

}  // namespace terramask::region
