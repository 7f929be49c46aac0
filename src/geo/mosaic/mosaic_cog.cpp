#include "geo/mosaic/mosaic_cog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/utf8.hpp"
#include "geo/base/coverage.hpp"
#include "geo/base/creation_options.hpp"
#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"
#include "geo/style/qgis_style.hpp"
#include "geo/write/staged_cog.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask::geo {
namespace {

CPLErr read_band(GDALRasterBand& band, const Window& window, void* values, GDALDataType type) {
  const auto width = static_cast<int>(window.width), height = static_cast<int>(window.height);
  return band.RasterIO(GF_Read, static_cast<int>(window.x), static_cast<int>(window.y), width, height, values,
                       width, height, type, 0, 0, nullptr);
}

/// GDAL's message if any part of a window cannot be read; else empty.
std::string fault_of(const std::string& path, const Window& window) {
  GdalErrors errors;
  const DatasetPtr dataset(
      GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
  if (dataset == nullptr) return errors.text().empty() ? "it cannot be opened" : errors.text();
  std::vector<float> values(static_cast<std::size_t>(window.width * window.height));
  for (int band = 1; band <= dataset->GetRasterCount(); ++band)
    if (read_band(*dataset->GetRasterBand(band), window, values.data(), GDT_Float32) != CE_None ||
        errors.failed())
      return errors.text().empty() ? "it cannot be read" : errors.text();
  return "";
}

}  // namespace

MosaicSource::MosaicSource(const std::string& mosaic, const std::vector<FileFacts>& tiles,
                           const std::vector<std::string>& paths)
    : dataset_(open_raster(mosaic)), grid_(describe(*dataset_, mosaic).grid), tiles_(tiles), paths_(paths) {
  int has = FALSE;
  const double value = dataset_->GetRasterBand(1)->GetNoDataValue(&has);
  if (has != FALSE) nodata_ = value;
  for (std::size_t i = 0; i < paths.size(); ++i)
    places_.push_back(place_of(paths[i] == tiles[i].path ? tiles[i].grid
                                                         : describe(*open_raster(paths[i]), paths[i]).grid));
}

Window MosaicSource::place_of(const Grid& tile) const {
  const auto world = tile.to_world(0, 0);
  const auto corner = grid_.to_pixel(world[0], world[1]);
  return {std::llround(corner[0]), std::llround(corner[1]), tile.width, tile.height};
}

std::string MosaicSource::palette_color(int value) {
  return geo::palette_color(*open_raster(tiles_.front().path), value);
}

bool MosaicSource::needs_alpha() const {
  if (nodata_) return false;
  const bool hidden = std::any_of(tiles_.begin(), tiles_.end(), [](const FileFacts& tile) {
    return std::any_of(tile.bands.begin(), tile.bands.end(),
                       [](const BandFacts& band) { return band.alpha() || band.mask_band; });
  });
  // A tile resampled to another grid has its own alpha band.
  bool aligned = false;
  for (std::size_t i = 0; i < paths_.size(); ++i) aligned = aligned || paths_[i] != tiles_[i].path;
  return hidden || aligned || !cover(places_, grid_.extent());
}

template <class T>
void MosaicSource::read(const Window& window, int index, std::span<T> values) {
  GdalErrors errors;
  if (read_band(band(index), window, values.data(), kGdalType<T>) != CE_None || errors.failed())
    fail(window, errors.text());
}

void MosaicSource::fail(const Window& window, const std::string& said) const {
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const Window held = intersect(window, places_[i]);
    if (held.empty()) continue;
    const Window own{held.x - places_[i].x, held.y - places_[i].y, held.width, held.height};
    const std::string fault = fault_of(paths_[i], own);
    if (!fault.empty())
      throw Error(ErrorCode::format, fmt::format("{}: reading failed: {}", tiles_[i].path, fault),
                  "make or copy this tile again");
  }
  throw Error(ErrorCode::io, fmt::format("reading tiles failed: {}", said), "is their disk still there?");
}

std::string MosaicSource::tile_at(std::int64_t x, std::int64_t y) const {
  for (std::size_t i = places_.size(); i-- > 0;)
    if (!intersect(places_[i], {x, y, 1, 1}).empty()) return tiles_[i].path;
  return tiles_.front().path;
}

namespace {

template <class T>
class Cog final : public MosaicCog {
 public:
  Cog(const MosaicOptions& options, const TileSurvey& survey, MosaicSource& source)
      : source_(source), alpha_(source.needs_alpha()), file_(staged(options, survey, source, alpha_)) {
    const GdalErrors silence;  // only names and colours can be rejected
    const DatasetPtr first = open_raster(survey.first.path);
    int made = 0;
    for (int band = 1; band <= first->GetRasterCount(); ++band) {
      GDALRasterBand* from = first->GetRasterBand(band);
      if (from->GetColorInterpretation() == GCI_AlphaBand) continue;
      GDALRasterBand* to = file_.working().GetRasterBand(++made);
      to->SetDescription(as_utf8(from->GetDescription()).c_str());
      int has = FALSE;
      if (const double scale = from->GetScale(&has); has != FALSE && scale != 1) to->SetScale(scale);
      if (const double offset = from->GetOffset(&has); has != FALSE && offset != 0) to->SetOffset(offset);
      to->SetColorInterpretation(from->GetColorInterpretation());
    }
    if (alpha_) file_.working().GetRasterBand(made + 1)->SetColorInterpretation(GCI_AlphaBand);
  }

  std::size_t bands() const override {
    return static_cast<std::size_t>(source_.data_bands()) + (alpha_ ? 1 : 0);
  }

  std::uint64_t copy(const Window& window) override {
    values_.resize(static_cast<std::size_t>(window.width * window.height));
    std::uint64_t valid = values_.size();
    for (int band = 0; band < source_.data_bands(); ++band) {
      source_.read(window, band, std::span(values_));
      if (band == 0 && source_.nodata()) valid -= count_nodata();
      file_.write(window, band, values_);
    }
    if (!alpha_) return valid;
    source_.read_alpha(window, std::span(values_));
    valid = values_.size() - static_cast<std::size_t>(std::count(values_.begin(), values_.end(), T{}));
    if (spread_)
      for (T& value : values_) value = static_cast<T>(value * 257);
    file_.write(window, source_.data_bands(), values_);
    return valid;
  }

  void finish(const ProgressSink& progress, const StopFlag* stop) override {
    file_.complete([](GDALDataset&) {}, progress, stop);
    file_.put_in_place();
  }

 private:
  std::size_t count_nodata() const {
    const double nodata = *source_.nodata();
    return static_cast<std::size_t>(std::count_if(values_.begin(), values_.end(), [&](T value) {
      return static_cast<double>(value) == nodata || (value != value && std::isnan(nodata));
    }));
  }

  /// One band per class, named after it.
  static bool holds_probabilities(const TileSurvey& survey, MosaicSource& source) {
    if (survey.named_classes.size() != static_cast<std::size_t>(source.data_bands())) return false;
    const DatasetPtr first = open_raster(survey.first.path);
    for (int band = 0; band < source.data_bands(); ++band)
      if (survey.named_classes[static_cast<std::size_t>(band)].name !=
          first->GetRasterBand(band + 1)->GetDescription())
        return false;
    return true;
  }

  static StagedCogOptions staged(const MosaicOptions& options, const TileSurvey& survey, MosaicSource& source,
                                 bool alpha) {
    constexpr std::array<std::string_view, 3> overviews{"AVERAGE", "NEAREST", "NONE"};
    StagedCogOptions made;
    made.path = options.output;
    made.overwrite = options.overwrite;
    made.reduction = Reduction::average;
    made.contents = {source.grid(),
                     source.band(0).GetRasterDataType(),
                     source.data_bands() + (alpha ? 1 : 0),
                     source.nodata().value_or(0),
                     survey.metadata,
                     source.nodata().has_value()};
    if (!survey.named_classes.empty())
      made.contents.metadata[kClassesItem] = classes_as_json(survey.named_classes);
    if (holds_probabilities(survey, source)) made.style = probability_style(survey.named_classes);
    int side = 512;
    while (side > 128 &&
           static_cast<std::size_t>(side * side * made.contents.bands) * sizeof(T) > (16u << 20))
      side /= 2;
    made.creation_options = merge_creation_options({{"COMPRESS", "DEFLATE"},
                                                    {"PREDICTOR", "YES"},
                                                    {"BIGTIFF", "IF_SAFER"},
                                                    {"BLOCKSIZE", std::to_string(side)},
                                                    {"NUM_THREADS", "ALL_CPUS"}},
                                                   options.creation_options, overviews);
    made.peak_bytes =
        estimate_disk(options.output, source.grid(), static_cast<std::size_t>(made.contents.bands), true,
                      sizeof(T) == 1 ? ProbabilityType::byte : ProbabilityType::float32)
            .peak_bytes;
    return made;
  }

  MosaicSource& source_;
  bool alpha_;
  /// Byte alpha beside 16-bit bands.
  bool spread_ =
      std::is_same_v<T, std::uint16_t> && source_.band(source_.data_bands()).GetRasterDataType() == GDT_Byte;
  StagedCog<T> file_;
  std::vector<T> values_;
};

}  // namespace

std::unique_ptr<MosaicCog> MosaicCog::create(const MosaicOptions& options, const TileSurvey& survey,
                                             MosaicSource& source) {
  for (int band = 1; band < source.data_bands(); ++band) {
    int has = FALSE;
    const double nodata = source.band(band).GetNoDataValue(&has);
    const bool same =
        (has != FALSE) == source.nodata().has_value() &&
        (has == FALSE || nodata == *source.nodata() || (std::isnan(nodata) && std::isnan(*source.nodata())));
    if (!same || source.band(band).GetRasterDataType() != source.band(0).GetRasterDataType())
      throw Error(ErrorCode::unsupported,
                  fmt::format("{}: its bands differ in type or nodata, which one GeoTIFF cannot hold",
                              survey.first.path),
                  "convert them to one type, or say with `src_nodata` what holds for all");
  }
  switch (source.band(0).GetRasterDataType()) {
    case GDT_Byte:
      return std::make_unique<Cog<std::uint8_t>>(options, survey, source);
    case GDT_UInt16:
      return std::make_unique<Cog<std::uint16_t>>(options, survey, source);
    case GDT_Int16:
    case GDT_Float32:
      return std::make_unique<Cog<float>>(options, survey, source);
    default:
      throw Error(ErrorCode::unsupported,
                  fmt::format("{}: mosaics of {} are not written", survey.first.path,
                              GDALGetDataTypeName(source.band(0).GetRasterDataType())),
                  "convert the tiles: `gdal_translate -ot Float32`");
  }
}

template void MosaicSource::read(const Window&, int, std::span<std::uint8_t>);
template void MosaicSource::read(const Window&, int, std::span<std::uint16_t>);
template void MosaicSource::read(const Window&, int, std::span<float>);

}  // namespace terramask::geo
