// Tiles that are files of their own.
#pragma once

#include "tiles/tile_source.hpp"
#include "tiles/tile_template.hpp"

namespace terramask::tiles {

/// All files are listed when it is opened; of two that are the same tile the first in order of names counts.
class FolderSource final : public TileSource {
 public:
  /// @param path  a folder of z/x/y.png (.jpg, .jpeg, .webp), or a template of paths
  /// @param zoom  where the template does not say it
  /// What lies beside the tiles says whether a folder's rows are counted from the south; a template that
  /// contradicts it is refused.
  /// Throws not_found (no folder, no tile in it), usage, mismatch, and what read_tile_map_resource throws.
  FolderSource(const std::string& path, std::optional<int> zoom);

  Tile read(const TileAddress& address) override;
  std::vector<int> zooms() const override;
  std::optional<TileRange> extent(int zoom) const override;
  bool covers_others(int zoom) const override;
  std::optional<TileAddress> example(int zoom, const TileRange& range) const override;
  void report(TileReport& report) const override;

 private:
  std::map<TileAddress, std::string> paths_;
  std::map<int, TileExtent> extents_;
  std::size_t outside_ = 0;
};

}  // namespace terramask::tiles
