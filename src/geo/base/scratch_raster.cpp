#include "geo/base/scratch_raster.hpp"

namespace terramask::geo {

DatasetPtr create_scratch(const ScratchRaster& raster) {
  ensure_gdal();
  GdalErrors errors;
  CPLStringList options;
  const std::string block = std::to_string(raster.side);
  options.SetNameValue("TILED", "YES");
  options.SetNameValue("BLOCKXSIZE", block.c_str());
  options.SetNameValue("BLOCKYSIZE", block.c_str());
  options.SetNameValue("BIGTIFF", "IF_SAFER");
  if (raster.compressed)
    options.SetNameValue("COMPRESS", "LZW");
  else
    options.SetNameValue("SPARSE_OK", "TRUE");
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  DatasetPtr made(driver == nullptr
                      ? nullptr
                      : driver->Create(raster.path.c_str(), static_cast<int>(raster.width),
                                       static_cast<int>(raster.height), 1, raster.type, options.List()));
  if (!made)
    throw errors.error(ErrorCode::io, raster.path, "cannot be made", "name another folder with `scratch`");
  return made;
}

void transfer_scratch(GDALDataset& dataset, GDALRWFlag direction, const Window& window, void* values,
                      GDALDataType type, const std::string& path, const std::string& doing) {
  const GdalErrors errors;
  const CPLErr result = dataset.GetRasterBand(1)->RasterIO(
      direction, static_cast<int>(window.x), static_cast<int>(window.y), static_cast<int>(window.width),
      static_cast<int>(window.height), values, static_cast<int>(window.width),
      static_cast<int>(window.height), type, 0, 0, nullptr);
  if (result != CE_None || errors.failed())
    throw errors.error(ErrorCode::io, path, doing, "free some space, or name another folder with `scratch`");
}

}  // namespace terramask::geo
