// Tiles in individual files.
#pragma once

#include "tiles/tile_source.hpp"
#include "tiles/tile_template.hpp"

namespace terramask::tiles {

/// All files are listed on opening; if two are the same tile, the first in order of names is used.
class FolderSource final : public TileSource {
 public:
  /// @param path  a folder of z/x/y.png (.jpg, .jpeg, .webp), or a template of paths
  /// @param zoom  if the template does not specify it
  /// Metadata files beside the tiles specify whether a folder's rows are counted from the south; a template
  /// that contradicts them is an error.
  /// Throws not_found (no folder, no tile in it), usage, mismatch, and the errors of read_tile_map_resource.
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
