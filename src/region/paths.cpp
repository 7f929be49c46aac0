#include "region/paths.hpp"

#include <filesystem>

#include "keys/key_reader.hpp"

namespace terramask::region {

RegionJob with_paths(RegionJob job, const std::function<std::string(const std::string&)>& change) {
  const auto apply = [&](std::string& path) {
    if (!path.empty()) path = change(path);
  };
  apply(job.model);
  for (SourceSpec& source : job.sources) apply(source.path);
  for (std::string& path : job.raster.paths) apply(path);
  for (HeightPair& heights : job.raster.ndsm) {
    apply(heights.dsm);
    apply(heights.dtm);
  }
  apply(job.cutline);
  if (job.zones) apply(job.zones->path);
  return job;
}

RegionJob with_absolute_paths(RegionJob job) {
  const auto here = std::filesystem::current_path() / "job";
  std::string model = job.model;  // messages name it as it was typed
  RegionJob made =
      with_paths(std::move(job), [&](const std::string& path) { return keys::path_from(here, path); });
  made.model = std::move(model);
  return made;
}

}  // namespace terramask::region
