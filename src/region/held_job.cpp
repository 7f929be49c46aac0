#include "region/held_job.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/utf8.hpp"
#include "keys/key_reader.hpp"
#include "region/job_text.hpp"
#include "region/paths.hpp"
#include "terramask/tiles.hpp"

namespace terramask::region {

Json remembered(const RegionJob& job) {
  const auto here = std::filesystem::current_path() / "job";
  const Json json =
      json_of(with_paths(job, [&](const std::string& path) { return keys::path_from(here, path); }));
  const Json texts = json.flatten();
  for (const auto& [key, value] : texts.items()) {
    if (!value.is_string()) continue;
    const std::string& text = value.get_ref<const std::string&>();
    if (!is_utf8(text)) return "names that are not UTF-8";
    if (without_secrets(text) != text) return "credentials, which are not kept";
  }
  return json;
}

}  // namespace terramask::region

namespace terramask {

namespace fs = std::filesystem;

std::string held_model(const std::string& folder) {
  const auto file = region::JobFile::read(folder);
  if (!file) return {};
  return file->description.at("model").at("file").get<std::string>();
}

RegionJob held_region_job(const std::string& folder) {
  constexpr const char* name_it = "name JOB.json, or a model and its sources";
  std::error_code unknown;
  if (!fs::exists(folder, unknown))
    throw Error(ErrorCode::not_found, folder + ": no such folder, so no job to continue", name_it);
  const auto file = region::JobFile::read(folder);
  if (!file) throw Error(ErrorCode::not_found, folder + ": holds no job to go on with", name_it);
  const std::string path = (fs::path(folder) / "job.json").string();
  if (file->given.is_string())
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: the job has {}", path, file->given.get<std::string>()),
                "name the job again beside `resume`");
  if (!file->given.is_object())
    throw Error(ErrorCode::format, path + ": does not say how the job was requested",
                "name the job again beside `resume`");
  return region::job_from(file->given, path);
}

}  // namespace terramask
