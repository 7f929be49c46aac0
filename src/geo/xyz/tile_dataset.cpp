#include "geo/xyz/tile_dataset.hpp"

#include <ogr_spatialref.h>

#include <algorithm>
#include <cstring>

#include "geo/xyz/tile_mosaic.hpp"
#include "tiles/source_name.hpp"

namespace terramask::geo {
namespace {

constexpr const char* kDriver = "SlippyTiles";

class TileDataset;

class TileBand final : public GDALRasterBand {
 public:
  TileBand(TileDataset& dataset, int number, const TileMosaic& mosaic);

  CPLErr IReadBlock(int column, int row, void* data) override;
  GDALColorInterp GetColorInterpretation() override { return interpretation_; }
  GDALColorTable* GetColorTable() override { return palette_ ? &*palette_ : nullptr; }

 private:
  GDALColorInterp interpretation_;
  std::optional<GDALColorTable> palette_;
};

class TileDataset final : public GDALDataset {
 public:
  explicit TileDataset(std::shared_ptr<const TileMosaic> mosaic) : mosaic_(std::move(mosaic)) {
    nRasterXSize = mosaic_->columns();
    nRasterYSize = mosaic_->rows();
    eAccess = GA_ReadOnly;
    crs_.importFromEPSG(3857);
    crs_.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    const int bands = mosaic_->pixels == tiles::Pixels::index ? 2 : 4;
    for (int number = 1; number <= bands; ++number) SetBand(number, new TileBand(*this, number, *mosaic_));
    SetDescription(mosaic_->name.c_str());
    poDriver = GetGDALDriverManager()->GetDriverByName(kDriver);
    SetMetadataItem("INTERLEAVE", "PIXEL", "IMAGE_STRUCTURE");
    if (!mosaic_->attribution.empty()) SetMetadataItem("ATTRIBUTION", mosaic_->attribution.c_str());
    if (!mosaic_->licence.empty()) SetMetadataItem("LICENSE", mosaic_->licence.c_str());
  }

  CPLErr GetGeoTransform(double* geotransform) override {
    std::ranges::copy(mosaic_->geotransform(), geotransform);
    return CE_None;
  }
  const OGRSpatialReference* GetSpatialRef() const override { return &crs_; }

  /// Prefetches tiles row by row from left to right, in reading order.
  CPLErr AdviseRead(int x, int y, int width, int height, int, int, GDALDataType, int, int*, char**) override {
    const int size = mosaic_->tile_size;
    std::vector<tiles::TileAddress> wanted;
    for (int row = y / size; row <= (y + height - 1) / size; ++row)
      for (int column = x / size; column <= (x + width - 1) / size; ++column)
        wanted.push_back(address(column, row));
    mosaic_->source->want(wanted);
    return CE_None;
  }

  CPLErr IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void* data, int to_width,
                   int to_height, GDALDataType type, int count, int* bands, GSpacing pixel, GSpacing line,
                   GSpacing band, GDALRasterIOExtraArg* how) override {
    AdviseRead(x, y, width, height, to_width, to_height, type, count, bands, nullptr);
    return GDALDataset::IRasterIO(flag, x, y, width, height, data, to_width, to_height, type, count, bands,
                                  pixel, line, band, how);
  }

  tiles::TileAddress address(int column, int row) const {
    const int zoom = mosaic_->zoom;
    return {zoom, tiles::world_column(zoom, mosaic_->range.x0 + column), mosaic_->range.y0 + row};
  }

  /// Reads a tile into the requested block, and into the other bands' blocks in GDAL's cache, so that it is
  /// decoded once.
  CPLErr read_block(int column, int row, int band, void* data) {
    std::optional<TileImage> image;
    try {
      image = mosaic_->read(address(column, row));
    } catch (const Error& error) {
      const bool stopped = error.code() == ErrorCode::cancelled;
      CPLError(CE_Failure, stopped ? CPLE_UserInterrupt : CPLE_FileIO, "%s", error.what());
      return CE_Failure;
    }
    const auto side = static_cast<std::size_t>(mosaic_->tile_size);
    const std::size_t area = side * side;
    const auto fill = [&](int number, void* to) {
      if (image)
        std::memcpy(to, image->planes.data() + static_cast<std::size_t>(number - 1) * area, area);
      else
        std::memset(to, 0, area);
    };
    fill(band, data);
    for (int other = 1; other <= nBands; ++other) {
      if (other == band) continue;
      GDALRasterBlock* block = GetRasterBand(other)->GetLockedBlockRef(column, row, TRUE);
      if (block == nullptr) return CE_Failure;
      fill(other, block->GetDataRef());
      block->DropLock();
    }
    return CE_None;
  }

 private:
  std::shared_ptr<const TileMosaic> mosaic_;
  OGRSpatialReference crs_;
};

TileBand::TileBand(TileDataset& dataset, int number, const TileMosaic& mosaic) {
  poDS = &dataset;
  nBand = number;
  eDataType = GDT_Byte;
  nBlockXSize = nBlockYSize = mosaic.tile_size;
  constexpr std::array<GDALColorInterp, 4> colours{GCI_RedBand, GCI_GreenBand, GCI_BlueBand, GCI_AlphaBand};
  if (mosaic.pixels == tiles::Pixels::colour) {
    interpretation_ = colours[static_cast<std::size_t>(number - 1)];
  } else if (number == 2) {
    interpretation_ = GCI_AlphaBand;
  } else {
    palette_ = mosaic.palette;
    interpretation_ = palette_ ? GCI_PaletteIndex : GCI_GrayIndex;
  }
}

CPLErr TileBand::IReadBlock(int column, int row, void* data) {
  return static_cast<TileDataset*>(poDS)->read_block(column, row, nBand, data);
}

int identify(GDALOpenInfo* info) {
  return tiles::is_source_name(info->pszFilename) ? TRUE : FALSE;
}

GDALDataset* open(GDALOpenInfo* info) {
  if (identify(info) == FALSE) return nullptr;
  if (info->eAccess == GA_Update) {
    CPLError(CE_Failure, CPLE_NotSupported, "tiles are only read");
    return nullptr;
  }
  try {
    return open_tile_dataset(info->pszFilename).release();
  } catch (const Error& error) {
    CPLError(CE_Failure, CPLE_OpenFailed, "%s", error.what());
    return nullptr;
  }
}

}  // namespace

DatasetPtr open_tile_dataset(const std::string& name) {
  return DatasetPtr(new TileDataset(open_tile_mosaic(name)));
}

void register_tile_driver() {
  auto* driver = new GDALDriver();
  driver->SetDescription(kDriver);
  driver->SetMetadataItem(GDAL_DCAP_RASTER, "YES");
  driver->SetMetadataItem(GDAL_DMD_LONGNAME, "Slippy-map tiles (xyz:)");
  driver->SetMetadataItem(GDAL_DMD_CONNECTION_PREFIX, "xyz:");
  driver->pfnIdentify = identify;
  driver->pfnOpen = open;
  GetGDALDriverManager()->RegisterDriver(driver);
}

}  // namespace terramask::geo
