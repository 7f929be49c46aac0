#include "tiles/folder_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "terramask/error.hpp"
#include "tiles/tile_map_resource.hpp"

namespace terramask::tiles {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kLargestTile = std::uintmax_t{64} << 20U;

/// Traverses the folders that match a template's parts.
class Walk {
 public:
  Walk(const TileTemplate& path, std::optional<int> zoom, std::map<TileAddress, std::string>& found)
      : parts_(path.components()), zoom_(zoom), found_(found) {}

  /// Returns the number of files named as tiles that cannot exist.
  std::size_t from(const fs::path& folder) {
    enter(folder, 0, {});
    return outside_;
  }

 private:
  void enter(const fs::path& path, std::size_t part, const TileTemplate::Values& values) {
    if (part == parts_.size()) {
      const auto address = TileTemplate::address_of(values, zoom_);
      std::error_code failed;
      if (!fs::is_regular_file(path, failed)) return;
      if (address)
        found_.try_emplace(*address, path.string());
      else
        ++outside_;
      return;
    }
    if (const auto literal = parts_[part].literal()) {
      std::error_code failed;
      if (fs::exists(path / *literal, failed)) enter(path / *literal, part + 1, values);
      return;
    }
    std::error_code failed;
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed))
      entries.push_back(entry->path());
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) {
      TileTemplate::Values here = values;
      if (parts_[part].match_values(entry.filename().string(), here)) enter(entry, part + 1, here);
    }
  }

  std::vector<TileTemplate> parts_;
  std::optional<int> zoom_;
  std::map<TileAddress, std::string>& found_;
  std::size_t outside_ = 0;
};

/// The folder above the first placeholder.
fs::path folder_of(const std::string& path) {
  const std::string fixed = path.substr(0, path.find('{'));
  return fs::path(fixed.substr(0, fixed.rfind('/') + 1));
}

/// The template of a folder's tiles, from the metadata beside them.
std::string template_of(const std::string& path, bool plain) {
  auto told = read_tile_map_resource(plain ? fs::path(path) : folder_of(path));
  const fs::path above = folder_of(path).parent_path();  // of the zoom in FOLDER/18/{x}/{y}.png
  const std::string name = above.filename().string();
  if (!plain && !told && !name.empty() && name.find_first_not_of("0123456789") == std::string::npos)
    told = read_tile_map_resource(above.parent_path());
  if (plain) return path + (told && told->rows_from_south ? "/{z}/{x}/{-y}.{ext}" : "/{z}/{x}/{y}.{ext}");
  const char* right = told && told->rows_from_south ? "{-y}" : "{y}";
  const char* wrong = told && told->rows_from_south ? "{y}" : "{-y}";
  if (told && path.find(wrong) != std::string::npos)
    throw Error(ErrorCode::usage,
                fmt::format("xyz:{}: {} counts rows from the {}, which {} does not say: {}", path, wrong,
                            told->rows_from_south ? "north" : "south", told->file, right),
                fmt::format("write {} in place of {}", right, wrong));
  return path;
}

}  // namespace

FolderSource::FolderSource(const std::string& path, std::optional<int> zoom) {
  const bool plain = path.find('{') == std::string::npos;
  std::error_code failed;
  if (plain && !fs::exists(path, failed))
    throw Error(ErrorCode::not_found, fmt::format("xyz:{}: no such folder", path), "check the path");
  if (plain && !fs::is_directory(path, failed))
    throw Error(ErrorCode::usage, fmt::format("xyz:{}: neither a folder of tiles nor an MBTiles file", path),
                "name a folder of z/x/y.png, a file that ends in .mbtiles, or a template with {z} {x} {y}");
  const TileTemplate where(template_of(path, plain));
  if (!where.has("z") && !where.has("q") && !zoom)
    throw Error(ErrorCode::usage, fmt::format("xyz:{}: does not say the zoom of its tiles", path),
                "give it: `zoom=N`, or #zoom=N after the template");
  outside_ = Walk(where, zoom, paths_).from(path.starts_with('/') ? "/" : ".");
  if (paths_.empty() && outside_ > 0)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("xyz:{}: its {} files are named as no tiles of Web Mercator: column or row is beyond "
                    "what the zoom has",
                    path, outside_),
        "check the template; tiles in degrees (profile geodetic) are not read");
  if (paths_.empty())
    throw Error(ErrorCode::not_found, fmt::format("xyz:{}: no tile is there", path),
                plain
                    ? "a folder holds tiles as z/x/y.png, .jpg or .webp; name others by a template, such as "
                      "xyz:FOLDER/TILE-{x}-{y}-{z}.png"
                    : "check the template against a file's name: {y} counts from the north, {-y} from the "
                      "south");
  for (const auto& [address, file] : paths_)
    extents_.try_emplace(address.zoom, address.zoom).first->second.add(address.x, address.y);
}

Tile FolderSource::read(const TileAddress& address) {
  const auto found = paths_.find(address);
  if (found == paths_.end()) {
    ledger().note(address, TileLedger::Entry::missing);
    return {};
  }
  const auto fail = [&](const std::string& cause) {
    const std::string text = found->second + ": " + cause;
    ledger().note(address, TileLedger::Entry::failed, text);
    return Tile{TileState::failed, {}, text};
  };
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(found->second, failed);
  if (failed) return fail(failed.message());
  if (size > kLargestTile) return fail(fmt::format("{} bytes, too many for a tile", size));
  std::ifstream file(found->second, std::ios::binary);
  Tile tile{TileState::present, std::string(size, '\0'), {}};
  if (!file.read(tile.bytes.data(), static_cast<std::streamsize>(size)))
    return fail(file.is_open() ? "cannot be read" : std::strerror(errno));
  ledger().note(address, TileLedger::Entry::local);
  return tile;
}

void FolderSource::report(TileReport& report) const {
  TileSource::report(report);
  if (outside_ > 0)
    report.notes.push_back(fmt::format(
        "{} file{} skipped: column or row is beyond what the zoom has (are these tiles of Web Mercator?)",
        outside_, outside_ == 1 ? " is" : "s are"));
}

std::vector<int> FolderSource::zooms() const {
  std::vector<int> found;
  for (const auto& [zoom, extent] : extents_) found.push_back(zoom);
  return found;
}

std::optional<TileRange> FolderSource::extent(int zoom) const {
  const auto found = extents_.find(zoom);
  return found == extents_.end() ? TileRange{} : found->second.range();
}

bool FolderSource::covers_others(int zoom) const {
  for (const auto& [other, extent] : extents_) {
    if (other >= zoom) continue;
    std::set<TileAddress> below;
    for (auto tile = paths_.lower_bound({zoom, 0, 0}); tile != paths_.end() && tile->first.zoom == zoom;
         ++tile)
      below.insert({other, tile->first.x >> (zoom - other), tile->first.y >> (zoom - other)});
    for (auto tile = paths_.lower_bound({other, 0, 0}); tile != paths_.end() && tile->first.zoom == other;
         ++tile)
      if (!below.contains(tile->first)) return false;
  }
  return true;
}

std::optional<TileAddress> FolderSource::example(int zoom, const TileRange& range) const {
  for (auto tile = paths_.lower_bound({zoom, range.x0, 0}); tile != paths_.end() && tile->first.zoom == zoom;
       ++tile)
    if (range.holds(tile->first.x, tile->first.y)) return tile->first;
  return std::nullopt;
}

}  // namespace terramask::tiles
