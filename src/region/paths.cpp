#include "region/paths.hpp"

#include <filesystem>

#include "keys/key_reader.hpp"

namespace terramask::region {
namespace {

void make_absolute(std::string& path) {
  if (!path.empty()) path = keys::path_from(std::filesystem::current_path() / "job", path);
}

}  // namespace

RegionJob with_absolute_paths(RegionJob job) {
  for (SourceSpec& source : job.sources) make_absolute(source.path);
  for (std::string& path : job.raster.paths) make_absolute(path);
  for (HeightPair& heights : job.raster.ndsm) {
    make_absolute(heights.dsm);
    make_absolute(heights.dtm);
  }
  make_absolute(job.cutline);
  if (job.zones) make_absolute(job.zones->path);
  return job;
}

}  // namespace terramask::region
