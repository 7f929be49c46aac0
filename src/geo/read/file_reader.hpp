// Reads bands and validity of one raster file, on its own grid.
#pragma once

#include <vector>

#include "geo/base/gdal_support.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/read/grid_reader.hpp"
#include "geo/read/validity.hpp"

namespace terramask::geo {

/// Values have the file's scale and offset applied. A pixel is invalid if any of the bands read is: by
/// nodata, NaN, the file's alpha (0) or its mask bands. Where by the nodata rule a single band is not
/// decisive, the pixel is invalid if all such bands are nodata.
class FileReader final : public GridReader {
 public:
  FileReader(const FileFacts& facts, std::vector<BandSlot> bands, const NodataOption& nodata);

  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override;
  void advise(const Window& window) override;
  bool always_valid() const override { return always_valid_; }

  /// Whether there are bands that are nodata only together.
  bool has_common() const;
  /// As read(), but the caller decides on bands that are nodata only together: `common` is cleared where one
  /// of them is not nodata.
  void read_common(const Window& window, Planes planes, std::span<std::uint8_t> valid,
                   std::span<std::uint8_t> common);

 private:
  /// The nodata test of a band.
  struct Test {
    std::optional<double> nodata;
    bool common = false;  ///< one of the bands that are nodata only together
  };

  const BandFacts& facts_of(const BandSlot& slot) const;
  Test test_of(const BandFacts& band) const;
  bool is_data(int band) const;
  void read_all(const Window& window, Planes planes, std::span<std::uint8_t> valid,
                std::span<std::uint8_t> common);
  void read_exactly(const Window& window, Planes planes, std::span<std::uint8_t> valid,
                    std::span<std::uint8_t> common);
  void read_values(const Window& window, Planes planes);
  void clear_by_value(const Window& window, Planes planes, std::span<std::uint8_t> valid,
                      std::span<std::uint8_t> common);
  void scale(const Window& window, Planes planes);
  /// Calls work(first, values) for strips of a band in double precision; `first` is the strip's first pixel
  /// in the window.
  template <class F>
  void for_doubles(const Window& window, const BandSlot& slot, const F& work);
  void clear_by_all_nodata(const Window& window, std::span<std::uint8_t> valid);
  void clear_where_zero(const Window& window, GDALRasterBand& band, std::span<std::uint8_t> valid);
  void fail(const GdalErrors& errors, const Window& window) const;

  const FileFacts facts_;
  const std::vector<BandSlot> bands_;
  const NodataOption nodata_;
  std::vector<Test> tests_;  ///< one per band of `bands_`
  bool always_valid_ = true;
  DatasetPtr dataset_;
  std::vector<float> scratch_;
  std::vector<std::uint8_t> mask_scratch_;
  std::vector<std::uint8_t> common_;
};

/// Clears `valid` where `common` is set.
void clear_common(std::span<const std::uint8_t> common, std::span<std::uint8_t> valid);

}  // namespace terramask::geo
