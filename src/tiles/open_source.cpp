#include "tiles/open_source.hpp"

#include <filesystem>

#include "tiles/folder_source.hpp"
#include "tiles/mbtiles_source.hpp"
#include "tiles/server_source.hpp"

namespace terramask::tiles {
namespace {

std::string local_path(const std::string& location) {
  constexpr std::string_view scheme = "file://";
  return location.starts_with(scheme) ? location.substr(scheme.size()) : location;
}

}  // namespace

std::shared_ptr<TileSource> open_source(const SourceName& name, const TileSettings& settings,
                                        const ImageCheck& check) {
  if (on_a_server(name)) return std::make_shared<ServerSource>(name, settings, check);
  const std::string path = local_path(name.location);
  std::error_code failed;
  const bool file = std::filesystem::is_regular_file(path, failed) || path.ends_with(".mbtiles");
  if (!is_template(name) && file) return std::make_shared<MbtilesSource>(path, settings.stop);
  return std::make_shared<FolderSource>(path, name.zoom ? name.zoom : settings.zoom);
}

}  // namespace terramask::tiles
