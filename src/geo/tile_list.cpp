// Which rasters a call names: files, folders, patterns, lists.
#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "geo/file_ending.hpp"
#include "terramask/error.hpp"
#include "terramask/mosaic.hpp"

namespace terramask {
namespace {

namespace fs = std::filesystem;

bool is_raster_name(const fs::path& path) {
  const std::string ending = geo::file_ending(path);
  return ending == ".tif" || ending == ".tiff" || ending == ".vrt" || ending == ".jp2";
}

void add_folder(const fs::path& folder, std::vector<std::string>& tiles) {
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (entry.is_regular_file(failed) && is_raster_name(entry.path()) &&
        !entry.path().filename().string().starts_with('.'))
      found.push_back(entry.path().string());
  if (failed)
    throw Error(ErrorCode::io, fmt::format("{}: {}", folder.string(), failed.message()), "is it readable?");
  if (found.empty())
    throw Error(ErrorCode::usage, folder.string() + ": the folder holds no .tif, .tiff, .vrt or .jp2",
                "name the tiles themselves, or a pattern");
  std::sort(found.begin(), found.end());
  tiles.insert(tiles.end(), found.begin(), found.end());
}

void add_pattern(const std::string& pattern, std::vector<std::string>& tiles) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), GLOB_BRACE | GLOB_TILDE, nullptr, &found);
  for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i) tiles.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (status != 0)
    throw Error(ErrorCode::usage, pattern + ": no file fits this pattern", "is it spelt as in the folder?");
}

void add_list(const std::string& path, std::vector<std::string>& tiles) {
  std::ifstream file(path);
  if (!file)
    throw Error(ErrorCode::not_found, path + ": the list of tiles cannot be read", "name it as @FILE");
  const std::size_t before = tiles.size();
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const bool elsewhere = line.starts_with("/vsi") || fs::path(line).is_absolute();
    tiles.push_back(elsewhere ? line : (fs::path(path).parent_path() / line).string());
  }
  if (tiles.size() == before)
    throw Error(ErrorCode::usage, path + ": the list names no tile", "write a path a line");
}

}  // namespace

std::vector<std::string> list_tiles(const std::vector<std::string>& arguments) {
  std::vector<std::string> tiles;
  for (const std::string& argument : arguments) {
    std::error_code ignored;
    if (argument.starts_with('@'))
      add_list(argument.substr(1), tiles);
    else if (fs::is_directory(argument, ignored))
      add_folder(argument, tiles);
    else if (!fs::exists(argument, ignored) && argument.find_first_of("*?[{") != std::string::npos)
      add_pattern(argument, tiles);
    else
      tiles.push_back(argument);
  }
  if (tiles.empty())
    throw Error(ErrorCode::usage, "no tile is named", "name rasters, folders, patterns or @LIST");
  return tiles;
}

}  // namespace terramask
