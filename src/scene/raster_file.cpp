#include "scene/raster_file.hpp"

#include <cpl_string.h>
#include <gdal_alg.h>

#include <array>

#include "geo/base/gdal_support.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::scene {
namespace {

const char* const remedy = "make room, or choose another folder";

void describe_labels(GDALDataset& file) {
  CPLStringList names;
  for (const std::string& name : geo::category_names(scene_classes())) names.AddString(name.c_str());
  file.GetRasterBand(1)->SetColorTable(geo::palette(scene_classes()).get());
  // GDAL keeps the names in a sidecar: they stand in the file's own metadata too.
  file.GetRasterBand(1)->SetCategoryNames(names.List());
  file.SetMetadataItem(geo::kClassesItem, geo::classes_as_json(scene_classes()).c_str());
}

}  // namespace

struct RasterFile::State {
  std::string path;
  geo::DatasetPtr file;
  int width = 0, bands = 0;
};

RasterFile::RasterFile(const std::string& path, Kind kind, const SceneOptions& options,
                       const SceneFrame& frame)
    : state_(std::make_unique<State>()) {
  geo::ensure_gdal();
  geo::GdalErrors errors;
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  if (driver == nullptr)
    throw Error(ErrorCode::unsupported, path + ": this GDAL has no GeoTIFF driver", "install GDAL");
  CPLStringList creation;
  creation.SetNameValue("TILED", "YES");
  creation.SetNameValue("COMPRESS", "DEFLATE");
  creation.SetNameValue("ZLEVEL", "9");
  creation.SetNameValue("BIGTIFF", "IF_SAFER");
  creation.SetNameValue("PREDICTOR", kind == Kind::photograph ? "2" : kind == Kind::heights ? "3" : "1");
  if (kind == Kind::photograph) creation.SetNameValue("PHOTOMETRIC", "RGB");
  state_->path = path;
  state_->width = static_cast<int>(options.width);
  state_->bands = kind == Kind::photograph ? 3 : 1;
  const GDALDataType type = kind == Kind::heights ? GDT_Float32 : GDT_Byte;
  state_->file.reset(driver->Create(path.c_str(), state_->width, static_cast<int>(options.height),
                                    state_->bands, type, creation.List()));
  if (state_->file == nullptr) throw errors.error(ErrorCode::io, path, "cannot be created", remedy);
  std::array<double, 6> transform{options.origin_x,     options.pixel_size_m, 0, options.origin_y, 0,
                                  -options.pixel_size_m};
  state_->file->SetGeoTransform(transform.data());
  OGRSpatialReference crs;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  crs.importFromWkt(frame.wkt().c_str());
  state_->file->SetSpatialRef(&crs);
  GDALRasterBand& band = *state_->file->GetRasterBand(1);
  if (kind == Kind::heights) {
    band.SetNoDataValue(-9999);
    band.SetUnitType("metre");
  }
  if (kind == Kind::labels) describe_labels(*state_->file);
  if (errors.failed()) throw errors.error(ErrorCode::io, path, "cannot be described", remedy);
}

RasterFile::~RasterFile() = default;

void RasterFile::write(std::int64_t first_row, std::int64_t rows, std::span<const std::uint8_t> pixels) {
  write_raw(first_row, rows, pixels.data(), 1);
}

void RasterFile::write(std::int64_t first_row, std::int64_t rows, std::span<const float> pixels) {
  write_raw(first_row, rows, pixels.data(), 4);
}

void RasterFile::write_raw(std::int64_t first_row, std::int64_t rows, const void* pixels,
                           std::size_t bytes_each) {
  geo::GdalErrors errors;
  const auto size = static_cast<GSpacing>(bytes_each);
  const GSpacing pixel = size * state_->bands;
  const GDALDataType type = bytes_each == 4 ? GDT_Float32 : GDT_Byte;
  // GDAL takes a buffer it may write to, though it only reads it here.
  CPLErr result =
      state_->file->RasterIO(GF_Write, 0, static_cast<int>(first_row), state_->width, static_cast<int>(rows),
                             const_cast<void*>(pixels), state_->width, static_cast<int>(rows), type,
                             state_->bands, nullptr, pixel, pixel * state_->width, size, nullptr);
  // Tiles go to the file now and in order: so its bytes do not depend on when GDAL's cache is full.
  for (int band = 1; band <= state_->bands && result == CE_None; ++band)
    result = state_->file->GetRasterBand(band)->FlushCache(false);
  if (result != CE_None || errors.failed())
    throw errors.error(ErrorCode::io, state_->path, "cannot be written", remedy);
}

void RasterFile::close() {
  geo::close_checked(std::move(state_->file), state_->path);
  // Of a disk that fills up while it closes a TIFF, GDAL 3.10 says nothing: what was written is read again.
  const geo::GdalErrors errors;
  const geo::DatasetPtr written(GDALDataset::Open(state_->path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  for (int band = 1; written != nullptr && band <= state_->bands && !errors.failed(); ++band)
    GDALChecksumImage(written->GetRasterBand(band), 0, 0, written->GetRasterXSize(),
                      written->GetRasterYSize());
  if (written == nullptr || errors.failed())
    throw Error(ErrorCode::io, state_->path + ": could not be written whole; is the disk full?", remedy);
}

}  // namespace terramask::scene
