#include "geo/style/style_file.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "geo/base/disk_space.hpp"
#include "geo/base/gdal_support.hpp"

namespace terramask::geo {
namespace {

namespace fs = std::filesystem;

/// Whether the folder contains another georeferenced raster of this name. Pictures written by Terramask,
/// which are not georeferenced, are meant for other programs.
bool has_namesake(const fs::path& file) {
  constexpr std::array endings{".tif",  ".tiff", ".vrt", ".jp2", ".png", ".jpg",
                               ".jpeg", ".webp", ".img", ".ecw", ".TIF", ".JP2"};
  for (const char* ending : endings) {
    const fs::path other = fs::path(file).replace_extension(ending);
    std::error_code failed;
    if (other == file || !fs::exists(other, failed) || fs::equivalent(other, file, failed)) continue;
    const GdalErrors silence;  // not a raster: needs no style
    const DatasetPtr dataset(
        GDALDataset::Open(other.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
    std::array<double, 6> place{};
    if (dataset != nullptr && dataset->GetGeoTransform(place.data()) == CE_None) return true;
  }
  return false;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

StyleFile::StyleFile(const std::string& file, Kind kind, const std::string& elements)
    : path_(fs::path(file).replace_extension(".qml").string()) {
  std::error_code failed;
  const fs::file_status there = fs::symlink_status(path_, failed);
  StyleElements all;
  std::string before;
  if (fs::exists(there)) {
    if (!fs::is_regular_file(there)) return;
    before = read_text(path_);
    const auto own = unchanged_style(before);
    if (!own) return;
    all = *own;
  }
  if (kind == Kind::raster && !elements.empty() && has_namesake(file)) return;
  (kind == Kind::raster ? all.raster : all.vectors) = elements;
  remove_ = all.empty() && !before.empty();
  if (all.empty()) return;
  const std::string text = style_document(all);
  if (text == before) return;
  folder_ = std::make_unique<WorkingFolder>(path_);
  std::ofstream made(folder_->finished(), std::ios::binary);
  made << text;
  made.close();
  if (!made) throw write_error(*folder_, text.size(), "writing the style failed", "");
}

void StyleFile::put_in_place() {
  std::error_code failed;
  if (remove_) fs::remove(path_, failed);
  if (folder_) folder_->put_in_place(true);
  folder_.reset();
  remove_ = false;
}

}  // namespace terramask::geo
