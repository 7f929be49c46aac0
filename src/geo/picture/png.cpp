#include "geo/picture/png.hpp"

#include <cpl_string.h>
#include <cpl_vsi.h>

#include <atomic>
#include <memory>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {

std::string encode_png(int width, int height, std::span<const std::uint8_t> rgb, int level) {
  ensure_gdal();
  GdalErrors errors;
  GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
  GDALDriver* png = GetGDALDriverManager()->GetDriverByName("PNG");
  if (memory == nullptr || png == nullptr) throw Error(ErrorCode::unsupported, "this GDAL writes no PNG");
  const DatasetPtr raster(memory->Create("", width, height, 3, GDT_Byte, nullptr));
  if (raster == nullptr ||
      raster->RasterIO(GF_Write, 0, 0, width, height, const_cast<std::uint8_t*>(rgb.data()), width, height,
                       GDT_Byte, 3, nullptr, 3, 3 * static_cast<GSpacing>(width), 1, nullptr) != CE_None)
    throw errors.error(ErrorCode::internal, "PNG", "a picture could not be made");
  static std::atomic<unsigned> count{0};
  const std::string name = "/vsimem/terramask-picture-" + std::to_string(count++) + ".png";
  CPLStringList options;
  options.SetNameValue("ZLEVEL", std::to_string(level).c_str());
  DatasetPtr(png->CreateCopy(name.c_str(), raster.get(), FALSE, options.List(), nullptr, nullptr)).reset();
  vsi_l_offset size = 0;
  const std::unique_ptr<GByte, void (*)(void*)> bytes(VSIGetMemFileBuffer(name.c_str(), &size, TRUE),
                                                      VSIFree);
  VSIUnlink((name + ".aux.xml").c_str());
  if (bytes == nullptr || errors.failed())
    throw errors.error(ErrorCode::internal, "PNG", "a picture could not be written");
  return {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)};
}

std::string png_data_url(int width, int height, std::span<const std::uint8_t> rgb) {
  const std::string bytes = encode_png(width, height, rgb);
  const std::unique_ptr<char, void (*)(void*)> text(
      CPLBase64Encode(static_cast<int>(bytes.size()), reinterpret_cast<const GByte*>(bytes.data())), VSIFree);
  return std::string("data:image/png;base64,") + text.get();
}

}  // namespace terramask::geo
