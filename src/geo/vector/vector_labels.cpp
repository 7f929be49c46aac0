#include "geo/vector/vector_labels.hpp"

#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/vector/osm_options.hpp"
#include "geo/vector/vector_layer.hpp"

namespace terramask::geo {
namespace {

/// Quoted as one word for a shell.
std::string word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 ||
           std::string_view("_-./:=#@%+,").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// FILE=CLASS of --burn, with the class named after the file.
std::string burn(const std::string& path, const std::string& name) {
  const DatasetPtr file = open_vector(path);
  OGRLayer* first = nullptr;
  int layers = 0;
  for (int i = 0; i < file->GetLayerCount(); ++i) {
    if (!has_geometry(*file->GetLayer(i))) continue;
    ++layers;
    if (first == nullptr) first = file->GetLayer(i);
  }
  std::string text = path;
  bool areas = true;
  if (first != nullptr) {
    if (layers > 1) text += fmt::format("#layer={}", first->GetName());
    const OGRFeatureUniquePtr feature{first->GetNextFeature()};
    const OGRGeometry* geometry = feature ? feature->GetGeometryRef() : nullptr;
    areas = geometry == nullptr || geometry->getDimension() == 2;
  }
  return fmt::format("{}={}{}", text, name, areas ? "" : ":6m");
}

}  // namespace

std::string labels_command(const std::string& vectors, const std::string& image) {
  const std::filesystem::path path(vectors);
  std::string name = path.filename().string();
  name.resize(std::min(name.find('.', 1), name.size()));
  std::string labels = name + ".tif";
  if (std::filesystem::path(image).filename() == labels) labels = name + "_labels.tif";
  const std::string from = is_osm(vectors)
                               ? fmt::format("rules/buildings.json --source {}", word("osm=" + vectors))
                               : fmt::format("--burn {}", word(burn(vectors, name)));
  return fmt::format("terramask labels {} --like {} -o {}", from, word(image), word(labels));
}

void refuse_vectors(const std::string& labels, const std::string& image) {
  if (!is_vector_file(labels)) return;
  throw Error(ErrorCode::usage, labels + ": holds vectors, and labels are a raster",
              fmt::format("make one of it first: `{}`", labels_command(labels, image)));
}

}  // namespace terramask::geo
