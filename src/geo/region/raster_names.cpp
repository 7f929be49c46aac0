#include "terramask/raster_names.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

#include "geo/base/file_ending.hpp"
#include "geo/base/gdal_support.hpp"
#include "terramask/error.hpp"
#include "terramask/mosaic.hpp"
#include "terramask/tiles.hpp"

namespace terramask {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSpecial = "*?[{";

bool exists(const std::string& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

/// Names that GDAL reads with a driver of its own, not through the file system.
bool is_no_file(const std::string& name) {
  return is_tile_source(name) || name.starts_with("/vsi") || name.starts_with("<");
}

bool is_list(const std::string& name) {
  return name.starts_with('@') && !exists(name);
}

bool is_pattern(const std::string& name) {
  return !is_no_file(name) && name.find_first_of(kSpecial) != std::string::npos && !exists(name);
}

/// A folder of files; some formats are themselves folders.
bool is_folder(const std::string& name) {
  std::error_code failed;
  if (is_no_file(name) || !fs::is_directory(name, failed)) return false;
  geo::ensure_gdal();
  const geo::GdalErrors quiet;
  return GDALIdentifyDriverEx(name.c_str(), GDAL_OF_RASTER, nullptr, nullptr) == nullptr;
}

bool hidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

template <class Iterator>
std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (Iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    if constexpr (std::is_same_v<Iterator, fs::recursive_directory_iterator>)
      if (hidden(entry->path()) && entry->is_directory(failed)) entry.disable_recursion_pending();
    if (!hidden(entry->path()) && entry->is_regular_file(failed)) found.push_back(entry->path());
    failed.clear();  // of one entry: errors are reported when it is opened
  }
  if (failed)
    throw Error(ErrorCode::io, fmt::format("{}: {}", folder.string(), failed.message()), "is it readable?");
  return found;
}

std::vector<std::string> with_ending(const std::vector<fs::path>& files,
                                     std::span<const char* const> endings) {
  std::vector<std::string> found;
  for (const fs::path& file : files) {
    const std::string ending = geo::file_ending(file);
    if (std::find(endings.begin(), endings.end(), ending) != endings.end()) found.push_back(file.string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Whether the folder contains slippy-map tiles: subfolders with numeric names.
bool looks_like_tiles(const fs::path& folder) {
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos && entry->is_directory(failed)) return true;
  }
  return false;
}

std::vector<std::string> of_folder(const std::string& folder, bool recursive) {
  constexpr std::array<const char*, 4> rasters{".tif", ".tiff", ".vrt", ".jp2"};
  constexpr std::array<const char*, 4> pictures{".png", ".jpg", ".jpeg", ".webp"};
  const std::vector<fs::path> files = recursive ? files_of<fs::recursive_directory_iterator>(folder)
                                                : files_of<fs::directory_iterator>(folder);
  std::vector<std::string> found = with_ending(files, rasters);
  if (found.empty()) found = with_ending(files, pictures);
  if (!found.empty()) return found;
  throw Error(ErrorCode::not_found, folder + ": the folder holds no .tif, .tiff, .vrt or .jp2",
              looks_like_tiles(folder) ? fmt::format("name a folder of slippy-map tiles as xyz:{}", folder)
              : recursive              ? "name the rasters themselves, or a pattern"
                                       : "name the rasters themselves, or a pattern; `recursive` takes those "
                                         "of subfolders");
}

/// The pattern with special characters escaped in names of folders that exist literally.
std::string escaped(const std::string& pattern) {
  std::string done, plain;
  for (std::size_t begin = 0; begin < pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', begin), pattern.size() - 1) + 1;
    const std::string part = pattern.substr(begin, end - begin);
    if (!exists(plain + part)) return done + pattern.substr(begin);
    plain += part;
    for (const char c : part) {
      if (std::string_view("*?[]{}\\").find(c) != std::string_view::npos) done.push_back('\\');
      done.push_back(c);
    }
    begin = end;
  }
  return done;
}

std::vector<std::string> of_pattern(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(escaped(pattern).c_str(), GLOB_BRACE | GLOB_TILDE | GLOB_NOSORT, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// The text without a byte order mark.
std::string text_of_list(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw Error(ErrorCode::not_found, path + ": the list of rasters cannot be read", "name it as @FILE");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    throw Error(ErrorCode::format, path + ": the list is UTF-16", "save it as UTF-8");
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

std::vector<std::string> of_list(const std::string& path, bool recursive) {
  const std::string text = text_of_list(path);
  const fs::path folder = fs::path(path).parent_path();
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    line.erase(line.find_last_not_of(" \t") + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::string beside = (folder / line).string();
    // There is no file named as a driver's "NETCDF:file:variable", but there may be a folder "a:b".
    const bool driver = line.find(':') != std::string::npos && !exists(beside) &&
                        !(is_pattern(beside) && !of_pattern(beside).empty());
    const std::string name = is_no_file(line) || driver ? line : beside;
    if (is_list(name))
      throw Error(ErrorCode::format, path + ": a list in a list: " + line, "name its rasters");
    for (std::string& one : list_rasters(name, recursive)) all.push_back(std::move(one));
  }
  if (all.empty())
    throw Error(ErrorCode::not_found, path + ": the list names no tile", "write the path of a raster a line");
  return all;
}

}  // namespace

bool is_raster_list(const std::string& name) {
  return is_list(name) || is_pattern(name) || is_folder(name);
}

std::vector<std::string> list_rasters(const std::string& name, bool recursive) {
  if (is_list(name)) return of_list(name.substr(1), recursive);
  if (is_folder(name)) return of_folder(name, recursive);
  if (!is_pattern(name)) return {name};
  std::vector<std::string> found = of_pattern(name);
  // A driver's name, such as NETCDF:"a[1].nc":band.
  if (found.empty() && name.find(':') != std::string::npos) return {name};
  if (found.empty())
    throw Error(ErrorCode::not_found, name + ": no file matches this pattern",
                "correct the pattern, or name files");
  return found;
}

std::vector<std::string> list_rasters(const std::vector<std::string>& names, bool recursive) {
  std::vector<std::string> all;
  for (const std::string& name : names)
    for (std::string& one : list_rasters(name, recursive)) all.push_back(std::move(one));
  return all;
}

std::vector<std::string> list_tiles(const std::vector<std::string>& arguments, bool recursive) {
  std::vector<std::string> tiles = list_rasters(arguments, recursive);
  if (tiles.empty())
    throw Error(ErrorCode::usage, "no tile is named", "name rasters, folders, patterns or @LIST");
  return tiles;
}

}  // namespace terramask
