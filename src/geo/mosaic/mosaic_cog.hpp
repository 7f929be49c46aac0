// Reads a mosaic's tiles, and writes those of continuous values.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "geo/base/gdal_support.hpp"
#include "geo/mosaic/mosaic_classes.hpp"
#include "terramask/mosaic.hpp"

namespace terramask::geo {

/// The virtual raster that build_mosaic made, and its tiles.
class MosaicSource {
 public:
  /// @param paths  the files the mosaic reads for each tile, in the order of `tiles`
  MosaicSource(const std::string& mosaic, const std::vector<FileFacts>& tiles,
               const std::vector<std::string>& paths);

  const Grid& grid() const { return grid_; }
  int data_bands() const { return dataset_->GetRasterCount() - 1; }
  GDALRasterBand& band(int index) { return *dataset_->GetRasterBand(index + 1); }
  /// Of the first band.
  std::optional<double> nodata() const { return nodata_; }
  std::string palette_color(int value);
  /// Whether there are pixels that no tile covers, or that a tile's alpha or mask hides.
  bool needs_alpha() const;

  /// Throws format naming the unreadable tile.
  template <class T>
  void read(const Window& window, int band, std::span<T> values);
  /// 0 where no tile covers a pixel.
  template <class T>
  void read_alpha(const Window& window, std::span<T> values) {
    read(window, data_bands(), values);
  }
  /// The tile visible at a pixel; the mosaic's first if there is none.
  std::string tile_at(std::int64_t x, std::int64_t y) const;

 private:
  [[noreturn]] void fail(const Window& window, const std::string& said) const;
  Window place_of(const Grid& tile) const;

  DatasetPtr dataset_;
  Grid grid_;
  std::optional<double> nodata_;
  const std::vector<FileFacts>& tiles_;
  std::vector<std::string> paths_;
  std::vector<Window> places_;
};

/// Writes bands of any values, with the first tile's metadata.
class MosaicCog {
 public:
  /// Throws unsupported for types that cannot be written.
  static std::unique_ptr<MosaicCog> create(const MosaicOptions& options, const TileSurvey& survey,
                                           MosaicSource& source);
  virtual ~MosaicCog() = default;
  virtual std::size_t bands() const = 0;
  /// Returns the number of valid pixels in the window (by nodata in the first band, or by alpha).
  virtual std::uint64_t copy(const Window& window) = 0;
  virtual void finish(const ProgressSink& progress, const StopFlag* stop) = 0;
};

}  // namespace terramask::geo
