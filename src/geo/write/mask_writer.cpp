#include "terramask/mask_writer.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "geo/base/creation_options.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/style/mask_classes.hpp"
#include "geo/style/qgis_style.hpp"
#include "geo/write/class_tally.hpp"
#include "geo/write/raster_table.hpp"
#include "geo/write/staged_cog.hpp"

namespace terramask {
namespace {

geo::StagedCogOptions staged_options(const MaskOptions& options) {
  geo::ensure_gdal();
  geo::check_classes(options.classes);
  const int nodata = geo::nodata_for(options.classes);
  // MODE keeps values class values; NEAREST does too, and is faster.
  constexpr std::array<std::string_view, 3> overviews{"MODE", "NEAREST", "NONE"};
  geo::StagedCogOptions staged;
  staged.path = options.path;
  staged.overwrite = options.overwrite;
  staged.contents = {options.grid, nodata == 255 ? GDT_Byte : GDT_UInt16, 1, static_cast<double>(nodata),
                     options.metadata};
  staged.contents.metadata[geo::kClassesItem] = geo::classes_as_json(options.classes);
  staged.creation_options = geo::merge_creation_options({{"COMPRESS", "DEFLATE"},
                                                         {"PREDICTOR", "NO"},
                                                         {"BIGTIFF", "IF_SAFER"},
                                                         {"BLOCKSIZE", "512"},
                                                         {"NUM_THREADS", "ALL_CPUS"}},
                                                        options.creation_options, overviews);
  staged.peak_bytes =
      estimate_disk(options.path, options.grid, nodata == 255 ? 1 : 256, false, ProbabilityType::byte)
          .peak_bytes;
  staged.style =
      geo::mask_style(options.classes, options.see_through.value_or(transparent_values(options.classes)));
  return staged;
}

class CogMaskWriter final : public MaskWriter {
 public:
  explicit CogMaskWriter(const MaskOptions& options)
      : classes_(options.classes),
        nodata_(geo::nodata_for(options.classes)),
        file_(staged_options(options)),
        tally_(options.grid, options.classes, nodata_) {
    const geo::GdalErrors silence;  // a rejected palette is detected below
    GDALRasterBand* band = file_.working().GetRasterBand(1);
    band->SetColorTable(geo::palette(classes_).get());
    if (band->GetColorTable() == nullptr)
      throw Error(ErrorCode::internal, fmt::format("{}: GDAL did not take the palette", options.path));
  }

  void write(const Window& window, std::span<const std::uint16_t> values) override {
    file_.write(window, 0, values);
    tally_.add(window, values);
  }

  int nodata() const override { return nodata_; }

  void complete(const ProgressSink& progress, const StopFlag* stop) override {
    const auto decorate = [&](GDALDataset& cog) {
      CPLStringList names;
      for (const std::string& name : geo::category_names(classes_)) names.AddString(name.c_str());
      GDALRasterBand* band = cog.GetRasterBand(1);
      band->SetCategoryNames(names.List());
      band->SetDefaultRAT(geo::raster_table(classes_, tally_).get());
    };
    file_.complete(decorate, progress, stop);
  }

  void put_in_place() override { file_.put_in_place(); }

 private:
  std::vector<ClassInfo> classes_;
  int nodata_;
  geo::StagedCog<std::uint16_t> file_;
  geo::ClassTally tally_;
};

}  // namespace

void MaskWriter::finish(const ProgressSink& progress, const StopFlag* stop) {
  complete(progress, stop);
  put_in_place();
}

std::unique_ptr<MaskWriter> MaskWriter::create(const MaskOptions& options) {
  return std::make_unique<CogMaskWriter>(options);
}

}  // namespace terramask
