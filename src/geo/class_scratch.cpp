#include "geo/class_scratch.hpp"

#include <array>

#include "geo/crs.hpp"

namespace terramask::geo {

ClassScratch::ClassScratch(const Grid& grid, const std::string& path, int side) : path_(path) {
  ensure_gdal();
  GdalErrors errors;
  CPLStringList options;
  const std::string block = std::to_string(side);
  options.SetNameValue("TILED", "YES");
  options.SetNameValue("BLOCKXSIZE", block.c_str());
  options.SetNameValue("BLOCKYSIZE", block.c_str());
  options.SetNameValue("COMPRESS", "LZW");
  options.SetNameValue("BIGTIFF", "IF_SAFER");
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  dataset_.reset(driver == nullptr
                     ? nullptr
                     : driver->Create(path.c_str(), static_cast<int>(grid.width),
                                      static_cast<int>(grid.height), 1, GDT_Byte, options.List()));
  if (!dataset_)
    throw errors.error(ErrorCode::io, path, "cannot be made", "name another folder with --scratch");
  std::array<double, 6> transform = grid.geotransform;
  if (grid.has_geotransform) dataset_->SetGeoTransform(transform.data());
  if (!grid.crs.empty()) dataset_->SetProjection(grid.crs.c_str());
}

void ClassScratch::write(const Window& window, std::span<const std::uint8_t> values) {
  const GdalErrors errors;
  // GDAL's writing takes no const, and changes nothing.
  auto* bytes = const_cast<std::uint8_t*>(values.data());
  const CPLErr result = dataset_->GetRasterBand(1)->RasterIO(
      GF_Write, static_cast<int>(window.x), static_cast<int>(window.y), static_cast<int>(window.width),
      static_cast<int>(window.height), bytes, static_cast<int>(window.width), static_cast<int>(window.height),
      GDT_Byte, 0, 0, nullptr);
  if (result != CE_None || errors.failed())
    throw errors.error(ErrorCode::io, path_, "writing failed",
                       "free some space, or name another folder with --scratch");
}

void ClassScratch::finish() {
  close_checked(std::move(dataset_), path_);
}

}  // namespace terramask::geo
