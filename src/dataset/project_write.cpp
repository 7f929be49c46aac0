#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "core/json_text.hpp"
#include "dataset/project.hpp"
#include "dataset/project_keys.hpp"
#include "geo/base/working_folder.hpp"
#include "keys/key_lister.hpp"
#include "keys/key_writer.hpp"
#include "terramask/error.hpp"
#include "terramask/output.hpp"

namespace terramask {
std::string project_text(const Project& project, const std::string& folder) {
  Project copy = project;
  keys::KeyWriter writer(std::filesystem::absolute(folder).lexically_normal());
  dataset::visit_project(writer, copy);
  return json_text(writer.object_made, 2, "the project") + "\n";
}

void write_project(const std::string& path, const Project& project, bool overwrite) {
  check_output(path, overwrite, {});
  for (const ProjectImage& image : project.images) {
    for (const auto& member : image.stack)
      if (const auto* raster = std::get_if<RasterMember>(&member)) require_utf8(raster->path, path);
    require_utf8(image.labels.path, path);
  }
  const std::string text = project_text(project, std::filesystem::absolute(path).parent_path().string());
  geo::WorkingFolder folder(path);
  geo::write_finished(folder, text);
  folder.put_in_place(overwrite);
}

std::vector<std::string> project_keys() {
  std::set<std::string> names;
  keys::KeyLister lister(names, "");
  Project project;
  dataset::visit_project(lister, project);
  return {names.begin(), names.end()};
}

}  // namespace terramask
