#include "geo/xyz/tile_image.hpp"

#include <cpl_vsi.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "tiles/image_bytes.hpp"

namespace terramask::geo {
namespace {

[[noreturn]] void refuse(const std::string& cause) {
  throw Error(ErrorCode::format, cause);
}

/// Bytes as a file that GDAL can open, without a copy.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& bytes) {
    static std::atomic<std::uint64_t> made{0};
    path_ = fmt::format("/vsimem/terramask_tiles/{}", made.fetch_add(1));
    // GDAL requires a non-const pointer, but only reads.
    auto* data = reinterpret_cast<GByte*>(const_cast<char*>(bytes.data()));
    VSIFCloseL(VSIFileFromMemBuffer(path_.c_str(), data, bytes.size(), FALSE));
  }
  ~MemoryFile() { VSIUnlink(path_.c_str()); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// GDAL settings for this thread during the object's lifetime.
class Strict {
 public:
  Strict() {
    CPLSetThreadLocalConfigOption("GDAL_ERROR_ON_LIBJPEG_WARNING", "YES");
    CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", "NO");
  }
  ~Strict() {
    CPLSetThreadLocalConfigOption("GDAL_ERROR_ON_LIBJPEG_WARNING", nullptr);
    CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", nullptr);
  }
  Strict(const Strict&) = delete;
  Strict& operator=(const Strict&) = delete;
};

class Decoder {
 public:
  Decoder(GDALDataset& dataset, const GdalErrors& errors) : dataset_(dataset), errors_(errors) {
    image_.width = dataset.GetRasterXSize();
    image_.height = dataset.GetRasterYSize();
    area_ = static_cast<std::size_t>(image_.width) * static_cast<std::size_t>(image_.height);
  }

  TileImage colours() {
    image_.planes.resize(4 * area_);
    const int bands = data_bands();
    const GDALColorTable* palette = dataset_.GetRasterBand(1)->GetColorTable();
    for (int i = 0; i < 3; ++i) read(*dataset_.GetRasterBand(bands >= 3 ? i + 1 : 1), plane(i));
    mask(plane(3));
    if (bands < 3 && palette != nullptr) expand(*palette);
    return std::move(image_);
  }

  TileImage index() {
    if (data_bands() != 1)
      refuse(fmt::format("{} bands, an image of class values (pixels=index) has one", data_bands()));
    image_.planes.resize(2 * area_);
    read(*dataset_.GetRasterBand(1), plane(0));
    mask(plane(1));
    if (const GDALColorTable* palette = dataset_.GetRasterBand(1)->GetColorTable()) image_.palette = *palette;
    return std::move(image_);
  }

 private:
  int data_bands() const {
    const int count = dataset_.GetRasterCount();
    const bool alpha = dataset_.GetRasterBand(count)->GetColorInterpretation() == GCI_AlphaBand;
    return alpha ? count - 1 : count;
  }
  std::uint8_t* plane(int i) { return image_.planes.data() + static_cast<std::size_t>(i) * area_; }

  void read(GDALRasterBand& band, std::uint8_t* to) {
    if (band.GetRasterDataType() != GDT_Byte)
      refuse(
          fmt::format("{} values; tiles have 8 bits a band", GDALGetDataTypeName(band.GetRasterDataType())));
    const CPLErr result = band.RasterIO(GF_Read, 0, 0, image_.width, image_.height, to, image_.width,
                                        image_.height, GDT_Byte, 0, 0, nullptr);
    if (result != CE_None || errors_.failed()) refuse("a damaged image: " + errors_.text());
  }

  /// Alpha, a transparent colour, or 255 everywhere.
  void mask(std::uint8_t* to) { read(*dataset_.GetRasterBand(1)->GetMaskBand(), to); }

  void expand(const GDALColorTable& palette) {
    struct Colour {
      std::array<std::uint8_t, 4> parts{};
    };
    std::vector<Colour> colours(256);
    for (int i = 0; i < std::min(256, palette.GetColorEntryCount()); ++i) {
      const GDALColorEntry* entry = palette.GetColorEntry(i);
      const auto byte = [](short v) { return static_cast<std::uint8_t>(v); };
      colours[static_cast<std::size_t>(i)].parts = {byte(entry->c1), byte(entry->c2), byte(entry->c3),
                                                    byte(entry->c4)};
    }
    for (std::size_t p = 0; p < area_; ++p) {
      const auto& parts = colours[image_.planes[p]].parts;
      const std::uint8_t seen = image_.planes[3 * area_ + p];
      for (std::size_t i = 0; i < 3; ++i) image_.planes[i * area_ + p] = parts[i];
      image_.planes[3 * area_ + p] = std::min(seen, parts[3]);
    }
  }

  GDALDataset& dataset_;
  const GdalErrors& errors_;
  TileImage image_;
  std::size_t area_ = 0;
};

}  // namespace

bool TileImage::transparent() const {
  const auto area = static_cast<std::ptrdiff_t>(width) * height;
  return std::all_of(planes.end() - area, planes.end(), [](std::uint8_t alpha) { return alpha == 0; });
}

TileImage decode_tile(const std::string& bytes, tiles::Pixels pixels) {
  ensure_gdal();
  if (const std::string fault = tiles::image_fault(bytes); !fault.empty()) refuse(fault);
  const Strict strict;
  const MemoryFile file(bytes);
  GdalErrors errors;
  constexpr std::array<const char*, 4> drivers{"PNG", "JPEG", "WEBP", nullptr};
  const DatasetPtr dataset(GDALDataset::Open(file.path().c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY,
                                             drivers.data(), nullptr, nullptr));
  if (!dataset || dataset->GetRasterCount() == 0) refuse("a damaged image: " + errors.text());
  Decoder decoder(*dataset, errors);
  return pixels == tiles::Pixels::index ? decoder.index() : decoder.colours();
}

}  // namespace terramask::geo
