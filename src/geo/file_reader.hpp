// Bands and validity of one raster file, on its own grid.
#pragma once

#include <vector>

#include "geo/file_facts.hpp"
#include "geo/gdal_support.hpp"
#include "geo/grid_reader.hpp"
#include "geo/validity.hpp"

namespace terramask::geo {

/// A pixel is invalid where any of the bands read is: by nodata, NaN, the file's alpha (0) or its mask bands.
class FileReader final : public GridReader {
 public:
  FileReader(const FileFacts& facts, std::vector<BandSlot> bands, const NodataOption& nodata);

  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override;
  void advise(const Window& window) override;
  bool always_valid() const override { return always_valid_; }

 private:
  bool is_data(int band) const;
  void read_exactly(const Window& window, Planes planes, std::span<std::uint8_t> valid);
  void read_values(const Window& window, Planes planes);
  void clear_by_value(const Window& window, Planes planes, std::span<std::uint8_t> valid);
  void clear_by_double(const Window& window, const BandSlot& slot, std::span<std::uint8_t> valid);
  void clear_by_all_nodata(const Window& window, std::span<std::uint8_t> valid);
  void clear_where_zero(const Window& window, GDALRasterBand& band, std::span<std::uint8_t> valid);
  void fail(const GdalErrors& errors, const Window& window) const;

  const FileFacts facts_;
  const std::vector<BandSlot> bands_;
  const NodataOption nodata_;
  bool always_valid_ = true;
  DatasetPtr dataset_;
  std::vector<float> scratch_;
  std::vector<std::uint8_t> mask_scratch_;
};

}  // namespace terramask::geo
