#include <fmt/format.h>

#include <filesystem>

#include "geo/canvas.hpp"
#include "geo/disk_space.hpp"
#include "geo/gdal_support.hpp"
#include "geo/working_folder.hpp"

namespace terramask::geo {

void save_png(const Canvas& canvas, const std::string& path, bool overwrite) {
  WorkingFolder folder(path);
  {
    GdalErrors errors;
    GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
    GDALDriver* png = GetGDALDriverManager()->GetDriverByName("PNG");
    if (memory == nullptr || png == nullptr)
      throw Error(ErrorCode::unsupported, fmt::format("{}: this GDAL writes no PNG", path));
    const DatasetPtr raster(memory->Create("", canvas.width(), canvas.height(), 3, GDT_Byte, nullptr));
    const CPLErr failed = raster == nullptr
                              ? CE_Failure
                              : raster->RasterIO(GF_Write, 0, 0, canvas.width(), canvas.height(),
                                                 const_cast<std::uint8_t*>(canvas.pixels().data()),
                                                 canvas.width(), canvas.height(), GDT_Byte, 3, nullptr, 3,
                                                 3 * static_cast<GSpacing>(canvas.width()), 1, nullptr);
    if (failed == CE_None) {
      const DatasetPtr written(
          png->CreateCopy(folder.finished().c_str(), raster.get(), FALSE, nullptr, nullptr, nullptr));
    }
    if (failed != CE_None || errors.failed() || !std::filesystem::exists(folder.finished()))
      throw write_error(folder, canvas.pixels().size(), "writing failed", errors.text());
  }
  folder.put_in_place(overwrite);
}

}  // namespace terramask::geo
