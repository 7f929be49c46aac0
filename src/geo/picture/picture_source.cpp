#include "geo/picture/picture_source.hpp"

#include <fmt/format.h>
#include <gdal_rat.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "geo/base/crs.hpp"
#include "geo/files/open.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::geo {
namespace {

/// For rasters without colours: distinct from each other, and from most imagery.
constexpr std::array<Color, 8> kColors{{{230, 159, 0},
                                        {86, 180, 233},
                                        {0, 158, 115},
                                        {240, 228, 66},
                                        {0, 114, 178},
                                        {213, 94, 0},
                                        {204, 121, 167},
                                        {150, 150, 150}}};

void check(CPLErr result, const GdalErrors& errors, GDALDataset& raster) {
  if (result != CE_None || errors.failed())
    throw errors.error(ErrorCode::io, raster.GetDescription(), "reading failed", "copy the file again");
}

/// Maps values from a low to a high percentile to 0 to 255.
void stretch(std::vector<float>& values, std::span<const std::uint8_t> valid) {
  std::vector<float> sorted;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (valid[i] != 0) sorted.push_back(values[i]);
  if (sorted.empty()) return;
  const auto percentile = [&](double part) {
    const auto at =
        sorted.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), at, sorted.end());
    return *at;
  };
  const float low = percentile(0.01);
  const float high = percentile(0.99);
  const float range = high > low ? high - low : 1;
  for (float& value : values) value = (value - low) / range * 255;
}

}  // namespace

PictureSource::PictureSource(const std::string& image_path, const std::string& mask_path)
    : mask_path_(mask_path), image_(open_raster(image_path)), mask_(open_raster(mask_path)) {
  const FileFacts image = describe(*image_, image_path);
  for (const int band : color_bands()) check_readable(image, band);
  const Grid& image_grid = image.grid;
  FileFacts mask_facts = describe(*mask_, mask_path);
  (void)class_band(mask_facts);  // rejects an image specified instead of the mask
  check_readable(mask_facts, 1);
  mask_grid_ = mask_facts.grid;
  image_x1_ = static_cast<double>(image_grid.width);
  image_y1_ = static_cast<double>(image_grid.height);
  if (!image_grid.has_geotransform && !mask_grid_.has_geotransform) {
    if (image_grid.width == mask_grid_.width && image_grid.height == mask_grid_.height) return;
  } else if (image_grid.has_geotransform && mask_grid_.has_geotransform &&
             (image_grid.crs.empty() || mask_grid_.crs.empty() ||
              may_be_alike(image_grid.crs, mask_grid_.crs))) {
    const auto to_image = [&](std::int64_t column, std::int64_t row) {
      const auto world = mask_grid_.to_world(static_cast<double>(column), static_cast<double>(row));
      return image_grid.to_pixel(world[0], world[1]);
    };
    const auto first = to_image(0, 0);
    const auto right = to_image(mask_grid_.width, 0);
    const auto last = to_image(mask_grid_.width, mask_grid_.height);
    image_x0_ = first[0];
    image_y0_ = first[1];
    image_x1_ = last[0];
    image_y1_ = last[1];
    const bool upright = std::abs(right[1] - first[1]) < 0.5 && std::abs(right[0] - last[0]) < 0.5;
    const bool overlap = image_x1_ > 0 && image_y1_ > 0 &&
                         image_x0_ < static_cast<double>(image_grid.width) &&
                         image_y0_ < static_cast<double>(image_grid.height);
    if (upright && overlap && image_x1_ > image_x0_ && image_y1_ > image_y0_) return;
  }
  throw Error(ErrorCode::mismatch,
              fmt::format("{}: not a mask of {}: they do not lie on one grid", mask_path, image_path),
              "name the image that the mask was made from");
}

PictureSource::Part PictureSource::covered(int width, int height) const {
  const auto along = [](double from, double to, int pixels, int extent, int& begin, int& count, double& start,
                        double& length) {
    const double scale = (to - from) / pixels;
    begin = std::clamp(static_cast<int>(std::lround(-from / scale)), 0, pixels);
    const int end = std::clamp(static_cast<int>(std::lround((extent - from) / scale)), begin, pixels);
    count = end - begin;
    start = std::clamp(from + begin * scale, 0.0, static_cast<double>(extent));
    length = std::clamp(from + end * scale, 0.0, static_cast<double>(extent)) - start;
  };
  Part part;
  along(image_x0_, image_x1_, width, image_->GetRasterXSize(), part.x, part.width, part.image_x,
        part.image_width);
  along(image_y0_, image_y1_, height, image_->GetRasterYSize(), part.y, part.height, part.image_y,
        part.image_height);
  if (part.image_width <= 0 || part.image_height <= 0) part.width = part.height = 0;
  return part;
}

std::vector<int> PictureSource::color_bands() const {
  std::array<int, 3> by_color{};
  std::vector<int> data;
  for (int number = 1; number <= image_->GetRasterCount(); ++number) {
    const GDALColorInterp color = image_->GetRasterBand(number)->GetColorInterpretation();
    if (color == GCI_RedBand && by_color[0] == 0) by_color[0] = number;
    if (color == GCI_GreenBand && by_color[1] == 0) by_color[1] = number;
    if (color == GCI_BlueBand && by_color[2] == 0) by_color[2] = number;
    if (color != GCI_AlphaBand) data.push_back(number);
  }
  if (std::all_of(by_color.begin(), by_color.end(), [](int band) { return band > 0; }))
    return {by_color.begin(), by_color.end()};
  if (data.size() >= 3) return {data[0], data[1], data[2]};
  return {data.empty() ? 1 : data[0]};
}

void PictureSource::read_image(int width, int height, std::vector<std::uint8_t>& rgb,
                               std::vector<std::uint8_t>& valid) {
  const Part part = covered(width, height);
  const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  rgb.assign(pixels * 3, 255);
  valid.assign(pixels, 0);
  if (part.width == 0 || part.height == 0) return;
  GdalErrors errors;
  GDALRasterIOExtraArg how;
  INIT_RASTERIO_EXTRA_ARG(how);
  how.bFloatingPointWindowValidity = TRUE;
  how.dfXOff = part.image_x;
  how.dfYOff = part.image_y;
  how.dfXSize = part.image_width;
  how.dfYSize = part.image_height;
  const int x = static_cast<int>(part.image_x);
  const int y = static_cast<int>(part.image_y);
  const int columns = std::clamp(static_cast<int>(std::ceil(part.image_x + part.image_width)) - x, 1,
                                 image_->GetRasterXSize() - x);
  const int rows = std::clamp(static_cast<int>(std::ceil(part.image_y + part.image_height)) - y, 1,
                              image_->GetRasterYSize() - y);
  const bool smaller = part.image_width > part.width;
  const auto read = [&](GDALRasterBand* band, GDALRIOResampleAlg method, auto& values, GDALDataType type) {
    how.eResampleAlg = method;
    check(band->RasterIO(GF_Read, x, y, columns, rows, values.data(), part.width, part.height, type, 0, 0,
                         &how),
          errors, *image_);
  };
  const auto count = static_cast<std::size_t>(part.width) * static_cast<std::size_t>(part.height);
  std::vector<std::uint8_t> here(count);
  std::vector<int> bands = color_bands();
  GDALRasterBand* first = image_->GetRasterBand(bands[0]);
  read(first->GetMaskBand(), GRIORA_NearestNeighbour, here, GDT_Byte);
  const GDALColorTable* palette = bands.size() == 1 ? first->GetColorTable() : nullptr;
  const auto place = [&](std::size_t i) {
    const std::size_t row = static_cast<std::size_t>(part.y) + i / static_cast<std::size_t>(part.width);
    return row * static_cast<std::size_t>(width) + static_cast<std::size_t>(part.x) +
           i % static_cast<std::size_t>(part.width);
  };
  for (std::size_t channel = 0; channel < 3; ++channel) {
    GDALRasterBand* band = image_->GetRasterBand(bands[std::min(channel, bands.size() - 1)]);
    std::vector<float> values(count);
    read(band,
         palette != nullptr ? GRIORA_NearestNeighbour
         : smaller          ? GRIORA_Average
                            : GRIORA_Bilinear,
         values, GDT_Float32);
    for (std::size_t i = 0; i < count; ++i)
      if (!std::isfinite(values[i])) here[i] = 0;
    if (palette == nullptr && band->GetRasterDataType() != GDT_Byte) stretch(values, here);
    for (std::size_t i = 0; i < count; ++i) {
      float value = std::isfinite(values[i]) ? values[i] : 0;
      if (palette != nullptr && value >= 0 && value < static_cast<float>(palette->GetColorEntryCount())) {
        const GDALColorEntry* entry = palette->GetColorEntry(static_cast<int>(value));
        value = channel == 0 ? entry->c1 : channel == 1 ? entry->c2 : entry->c3;
      }
      rgb[place(i) * 3 + channel] = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0f, 255.0f)));
    }
  }
  for (std::size_t i = 0; i < count; ++i) valid[place(i)] = here[i] != 0 ? 1 : 0;
}

std::vector<int> PictureSource::read_mask(int width, int height) {
  GdalErrors errors;
  GDALRasterIOExtraArg how;
  INIT_RASTERIO_EXTRA_ARG(how);
  if (mask_->GetRasterXSize() > width) how.eResampleAlg = GRIORA_Mode;
  GDALRasterBand* band = mask_->GetRasterBand(1);
  std::vector<int> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  check(band->RasterIO(GF_Read, 0, 0, mask_->GetRasterXSize(), mask_->GetRasterYSize(), values.data(), width,
                       height, GDT_Int32, 0, 0, &how),
        errors, *mask_);
  int has_nodata = FALSE;
  const double nodata = band->GetNoDataValue(&has_nodata);
  if (has_nodata != FALSE)
    for (int& value : values)
      if (value == nodata) value = -1;
  return values;
}

std::vector<PictureClass> PictureSource::classes() {
  GdalErrors silence;
  const GDALRasterAttributeTable* table = mask_->GetRasterBand(1)->GetDefaultRAT();
  std::vector<ClassInfo> listed = read_classes(*mask_);
  // Counted at reduced size; an attribute table, if there is one, is more accurate.
  std::map<int, double> pixels;
  const double larger = static_cast<double>(std::max(mask_grid_.width, mask_grid_.height));
  const double scale = std::min(1.0, 1000 / larger);
  for (const int value :
       read_mask(std::max(1, static_cast<int>(static_cast<double>(mask_grid_.width) * scale)),
                 std::max(1, static_cast<int>(static_cast<double>(mask_grid_.height) * scale))))
    if (value >= 0) pixels[value] += 1;
  if (listed.empty())
    for (const auto& [value, unused] : pixels) listed.push_back({value, fmt::format("class {}", value), ""});
  std::map<int, double> areas;
  if (table != nullptr) {
    const int value_column = table->GetColOfUsage(GFU_MinMax);
    const int count_column = table->GetColOfUsage(GFU_PixelCount);
    int area_column = -1;
    for (int i = 0; i < table->GetColumnCount(); ++i)
      if (std::string(table->GetNameOfCol(i)) == "Area_m2") area_column = i;
    if (value_column >= 0 && count_column >= 0) {
      pixels.clear();
      for (int row = 0; row < table->GetRowCount(); ++row) {
        const int value = table->GetValueAsInt(row, value_column);
        pixels[value] = table->GetValueAsDouble(row, count_column);
        if (area_column >= 0) areas[value] = table->GetValueAsDouble(row, area_column);
      }
    }
  }
  const std::map<int, double>& weights = areas.empty() ? pixels : areas;
  double sum = 0;
  for (const ClassInfo& one : listed) sum += weights.contains(one.value) ? weights.at(one.value) : 0;
  std::vector<PictureClass> result;
  for (const ClassInfo& one : listed) {
    PictureClass shown{one.value, one.name, kColors[result.size() % kColors.size()], 0, std::nullopt};
    if (shown.name.empty()) shown.name = fmt::format("class {}", one.value);
    if (const auto color = parse_color(one.color)) shown.color = *color;
    if (weights.contains(one.value) && sum > 0) shown.share = weights.at(one.value) / sum;
    if (areas.contains(one.value)) shown.area_m2 = areas.at(one.value);
    result.push_back(shown);
  }
  return result;
}

}  // namespace terramask::geo
