#include "geo/read/file_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "geo/files/open.hpp"

namespace terramask::geo {
namespace {

/// Types with values that a float cannot represent: nodata is compared in doubles.
bool wider_than_float(GDALDataType type) {
  return type == GDT_Int32 || type == GDT_UInt32 || type == GDT_Int64 || type == GDT_UInt64 ||
         type == GDT_Float64;
}

bool floating(GDALDataType type) {
  return type == GDT_Float32 || type == GDT_Float64;
}

constexpr std::int64_t kPieceSide = 512;

}  // namespace

void clear_common(std::span<const std::uint8_t> common, std::span<std::uint8_t> valid) {
  for (std::size_t i = 0; i < valid.size(); ++i) valid[i] &= static_cast<std::uint8_t>(common[i] ^ 1U);
}

FileReader::FileReader(const FileFacts& facts, std::vector<BandSlot> bands, const NodataOption& nodata)
    : facts_(facts), bands_(std::move(bands)), nodata_(nodata), dataset_(open_raster(facts.path)) {
  if (dataset_->GetRasterXSize() != facts.grid.width || dataset_->GetRasterYSize() != facts.grid.height ||
      static_cast<std::size_t>(dataset_->GetRasterCount()) != facts.bands.size()) {
    throw Error(ErrorCode::io, facts.path + ": changed since it was first opened",
                "leave it alone while it is read");
  }
  for (const auto& slot : bands_) {
    check_readable(facts_, slot.band);
    const BandFacts& band = facts_of(slot);
    tests_.push_back(test_of(band));
    const bool by_all = !nodata_.ignore && !nodata_.value && !facts_.dataset_nodata.empty();
    if (tests_.back().nodata || by_all || band.mask_band || floating(band.type)) always_valid_ = false;
  }
  // If one band declares a collar value, it also applies to bands of the same type that declare none.
  for (std::size_t i = 0; i < tests_.size(); ++i) {
    const auto told =
        std::find_if(tests_.begin(), tests_.end(), [](const Test& test) { return test.common; });
    if (told == tests_.end() || tests_[i].nodata) continue;
    const auto from = bands_.begin() + (told - tests_.begin());
    if (facts_of(bands_[i]).type == facts_of(*from).type) tests_[i] = *told;
  }
  for (std::size_t i = 0; i < facts_.bands.size(); ++i) {
    if (facts_.bands[i].alpha() && !nodata_.no_alpha && !is_data(static_cast<int>(i) + 1))
      always_valid_ = false;
  }
}

const BandFacts& FileReader::facts_of(const BandSlot& slot) const {
  return facts_.bands[static_cast<std::size_t>(slot.band - 1)];
}

FileReader::Test FileReader::test_of(const BandFacts& band) const {
  Test test;
  test.nodata = nodata_.value;
  if (!test.nodata && !nodata_.ignore && facts_.dataset_nodata.empty()) test.nodata = band.nodata;
  if (!test.nodata || !std::isfinite(*test.nodata)) return test;  // NaN is never a value
  test.common = nodata_.rule == NodataRule::all ||
                (nodata_.rule == NodataRule::automatic && fills_collars(*test.nodata, band.type_name));
  return test;
}

bool FileReader::is_data(int band) const {
  return std::any_of(bands_.begin(), bands_.end(), [&](const BandSlot& slot) { return slot.band == band; });
}

bool FileReader::has_common() const {
  return std::any_of(tests_.begin(), tests_.end(), [](const Test& test) { return test.common; });
}

void FileReader::read(const Window& window, Planes planes, std::span<std::uint8_t> valid) {
  if (!has_common()) {
    read_all(window, planes, valid, {});
    return;
  }
  common_.assign(pixels(window), 1);
  read_all(window, planes, valid, common_);
  clear_common(common_, valid);
}

void FileReader::read_common(const Window& window, Planes planes, std::span<std::uint8_t> valid,
                             std::span<std::uint8_t> common) {
  read_all(window, planes, valid, common);
}

void FileReader::read_all(const Window& window, Planes planes, std::span<std::uint8_t> valid,
                          std::span<std::uint8_t> common) {
  if (!facts_.resampling_vrt) {
    read_exactly(window, planes, valid, common);
    return;
  }
  // Such a VRT rounds differently for each window: always read the same windows.
  const std::size_t count = std::transform_reduce(
      bands_.begin(), bands_.end(), std::size_t{0}, [](auto a, auto b) { return std::max(a, b); },
      [](const BandSlot& slot) { return slot.plane + 1; });
  std::vector<float> piece_values(count * kPieceSide * kPieceSide);
  std::vector<std::uint8_t> piece_valid, piece_common;
  for (std::int64_t y = window.y / kPieceSide * kPieceSide; y < window.y + window.height; y += kPieceSide) {
    for (std::int64_t x = window.x / kPieceSide * kPieceSide; x < window.x + window.width; x += kPieceSide) {
      const Window piece = intersect({x, y, kPieceSide, kPieceSide}, facts_.grid.extent());
      const Planes piece_planes{piece_values.data(), pixels(piece)};
      piece_valid.assign(pixels(piece), 1);
      piece_common.assign(common.empty() ? 0 : pixels(piece), 1);
      read_exactly(piece, piece_planes, piece_valid, piece_common);
      const Window part = intersect(piece, window);
      for (std::int64_t row = part.y; row < part.y + part.height; ++row) {
        const std::int64_t from = (row - piece.y) * piece.width + part.x - piece.x;
        const std::int64_t to = (row - window.y) * window.width + part.x - window.x;
        for (const auto& slot : bands_)
          std::copy_n(piece_planes.plane(slot.plane) + from, part.width, planes.plane(slot.plane) + to);
        for (std::int64_t i = 0; i < part.width; ++i) {
          valid[static_cast<std::size_t>(to + i)] &= piece_valid[static_cast<std::size_t>(from + i)];
          if (!common.empty())
            common[static_cast<std::size_t>(to + i)] &= piece_common[static_cast<std::size_t>(from + i)];
        }
      }
    }
  }
}

void FileReader::advise(const Window& window) {
  if (window.empty()) return;
  GdalErrors silence;  // errors are reported when reading
  dataset_->AdviseRead(static_cast<int>(window.x), static_cast<int>(window.y), static_cast<int>(window.width),
                       static_cast<int>(window.height), static_cast<int>(window.width),
                       static_cast<int>(window.height), GDT_Float32, 0, nullptr, nullptr);
}

void FileReader::read_exactly(const Window& window, Planes planes, std::span<std::uint8_t> valid,
                              std::span<std::uint8_t> common) {
  read_values(window, planes);
  if (!always_valid_) clear_by_value(window, planes, valid, common);
  scale(window, planes);  // nodata is compared with stored values
  if (always_valid_) return;
  if (!facts_.dataset_nodata.empty() && !nodata_.ignore && !nodata_.value) clear_by_all_nodata(window, valid);
  for (std::size_t i = 0; i < facts_.bands.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    if (facts_.bands[i].alpha() && !nodata_.no_alpha && !is_data(number))
      clear_where_zero(window, *dataset_->GetRasterBand(number), valid);
  }
  for (const auto& slot : bands_) {
    if (!facts_.bands[static_cast<std::size_t>(slot.band - 1)].mask_band) continue;
    clear_where_zero(window, *dataset_->GetRasterBand(slot.band)->GetMaskBand(), valid);
    if (facts_.per_dataset_mask) break;
  }
}

void FileReader::read_values(const Window& window, Planes planes) {
  // Bands for consecutive planes are read in one call: pixel-interleaved files are decompressed once.
  for (std::size_t begin = 0; begin < bands_.size();) {
    std::size_t end = begin + 1;
    while (end < bands_.size() && bands_[end].plane == bands_[end - 1].plane + 1) ++end;
    std::vector<int> numbers;
    for (std::size_t i = begin; i < end; ++i) numbers.push_back(bands_[i].band);
    GdalErrors errors;
    const CPLErr result = dataset_->RasterIO(
        GF_Read, static_cast<int>(window.x), static_cast<int>(window.y), static_cast<int>(window.width),
        static_cast<int>(window.height), planes.plane(bands_[begin].plane), static_cast<int>(window.width),
        static_cast<int>(window.height), GDT_Float32, static_cast<int>(numbers.size()), numbers.data(),
        sizeof(float), static_cast<GSpacing>(sizeof(float)) * window.width,
        static_cast<GSpacing>(sizeof(float)) * static_cast<GSpacing>(planes.stride), nullptr);
    if (result != CE_None || errors.failed()) fail(errors, window);
    begin = end;
  }
}

void FileReader::clear_by_value(const Window& window, Planes planes, std::span<std::uint8_t> valid,
                                std::span<std::uint8_t> common) {
  for (std::size_t i = 0; i < bands_.size(); ++i) {
    const BandFacts& band = facts_of(bands_[i]);
    const std::optional<double>& nodata = tests_[i].nodata;
    const bool together = tests_[i].common;
    const auto test = [&](auto values, std::span<std::uint8_t> where, std::span<std::uint8_t> all) {
      const NodataTest by_value(nodata);
      if (together) by_value.keep(values, all);
      if (!together)
        by_value.apply(values, where);
      else if (floating(band.type))
        NodataTest({}).apply(values, where);
    };
    const std::span<const float> plane(planes.plane(bands_[i].plane), pixels(window));
    if (nodata && wider_than_float(band.type)) {
      for_doubles(window, bands_[i], [&](std::size_t first, std::span<const double> values) {
        test(values, valid.subspan(first, values.size()),
             common.empty() ? common : common.subspan(first, values.size()));
      });
      // A double may still be too large for a float.
      if (floating(band.type)) NodataTest({}).apply(plane, valid);
    } else if (nodata || floating(band.type)) {
      test(plane, valid, common);
    }
  }
}

void FileReader::scale(const Window& window, Planes planes) {
  for (const BandSlot& slot : bands_) {
    const BandFacts& band = facts_of(slot);
    if (!band.scaled()) continue;
    float* to = planes.plane(slot.plane);
    const auto scaled = [&band](double v) { return static_cast<float>(v * band.scale + band.offset); };
    if (wider_than_float(band.type)) {
      for_doubles(window, slot, [&](std::size_t first, std::span<const double> values) {
        std::transform(values.begin(), values.end(), to + first, scaled);
      });
    } else {
      std::transform(to, to + pixels(window), to, [&](float v) { return scaled(static_cast<double>(v)); });
    }
  }
}

template <class F>
void FileReader::for_doubles(const Window& window, const BandSlot& slot, const F& work) {
  const auto width = static_cast<std::size_t>(window.width);
  const std::int64_t rows = std::clamp<std::int64_t>((1 << 18) / window.width, 1, window.height);
  std::vector<double> values(width * static_cast<std::size_t>(rows));
  for (std::int64_t y = 0; y < window.height; y += rows) {
    const std::int64_t count = std::min(rows, window.height - y);
    GdalErrors errors;
    const CPLErr result = dataset_->GetRasterBand(slot.band)->RasterIO(
        GF_Read, static_cast<int>(window.x), static_cast<int>(window.y + y), static_cast<int>(window.width),
        static_cast<int>(count), values.data(), static_cast<int>(window.width), static_cast<int>(count),
        GDT_Float64, 0, 0, nullptr);
    if (result != CE_None || errors.failed()) fail(errors, window);
    work(width * static_cast<std::size_t>(y),
         std::span<const double>(values).first(width * static_cast<std::size_t>(count)));
  }
}

void FileReader::clear_by_all_nodata(const Window& window, std::span<std::uint8_t> valid) {
  // All bands of the file count here, including those that are not read.
  scratch_.resize(pixels(window));
  mask_scratch_.assign(pixels(window), 1);
  for (std::size_t i = 0; i < facts_.bands.size(); ++i) {
    GdalErrors errors;
    const CPLErr result = dataset_->GetRasterBand(static_cast<int>(i) + 1)
                              ->RasterIO(GF_Read, static_cast<int>(window.x), static_cast<int>(window.y),
                                         static_cast<int>(window.width), static_cast<int>(window.height),
                                         scratch_.data(), static_cast<int>(window.width),
                                         static_cast<int>(window.height), GDT_Float32, 0, 0, nullptr);
    if (result != CE_None || errors.failed()) fail(errors, window);
    const auto nodata = static_cast<float>(facts_.dataset_nodata[i]);
    for (std::size_t p = 0; p < mask_scratch_.size(); ++p)
      mask_scratch_[p] &= static_cast<std::uint8_t>(scratch_[p] == nodata);
  }
  for (std::size_t p = 0; p < valid.size(); ++p) valid[p] &= static_cast<std::uint8_t>(mask_scratch_[p] ^ 1U);
}

void FileReader::clear_where_zero(const Window& window, GDALRasterBand& band, std::span<std::uint8_t> valid) {
  scratch_.resize(pixels(window));
  GdalErrors errors;
  const CPLErr result = band.RasterIO(GF_Read, static_cast<int>(window.x), static_cast<int>(window.y),
                                      static_cast<int>(window.width), static_cast<int>(window.height),
                                      scratch_.data(), static_cast<int>(window.width),
                                      static_cast<int>(window.height), GDT_Float32, 0, 0, nullptr);
  if (result != CE_None || errors.failed()) fail(errors, window);
  for (std::size_t p = 0; p < valid.size(); ++p) valid[p] &= static_cast<std::uint8_t>(scratch_[p] != 0);
}

void FileReader::fail(const GdalErrors& errors, const Window& window) const {
  throw errors.error(ErrorCode::io, facts_.path,
                     fmt::format("reading columns {} to {}, rows {} to {} failed", window.x,
                                 window.x + window.width, window.y, window.y + window.height),
                     "the file is damaged or cut short, or a file it refers to is missing: copy it again "
                     "(`gdalinfo -checksum` reads all of it)");
}

}  // namespace terramask::geo
