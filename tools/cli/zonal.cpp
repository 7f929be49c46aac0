// terramask zonal: how much of each class lies in each zone of a polygon layer.
#include "terramask/zonal.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "common/progress_bar.hpp"
#include "terramask/gdal.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kZonalFooter =
    R"(A pixel belongs to each zone that contains its centre. Columns: the zone's id; covered_pct, the share of
the zone that lies on the mask; area_ha of what does; nodata_ha and nodata_pct of that; for each class
CLASS_ha, CLASS_pct (of what is classified) and CLASS_px. Hectares lie on the ellipsoid of the mask's
CRS. Zones may overlap, may reach beyond the mask, and may be in another CRS. A GeoPackage holds the
zones' geometries and attributes too. In a CSV, texts that a spreadsheet would take for formulas begin
with an apostrophe.

Examples:
  terramask zonal cover.tif --zones districts.gpkg -o districts.csv --zones-id name
  terramask zonal cover.tif --zones plan.gpkg --zones-layer parcels -o parcels.gpkg
)";

struct ZonalArguments {
  ZonalOptions options;
  Verbosity verbosity;
  std::string cache = "64M";
};

void print_summary(const ZonalArguments& a, const ZonalStatistics& found) {
  say("{}: {} zones, {} classes, {}\n", a.options.output, found.zones.size(), found.classes.size(),
      duration_text(found.seconds));
}

int zonal(const ZonalArguments& a) {
  start_messages("terramask zonal", a.verbosity);
  configure_gdal(parse_bytes(a.cache, "--cache"));
  begin_outputs(std::array{a.options.output}, a.options.overwrite,
                std::array{a.options.mask, a.options.zones});
  ProgressBar bar("");
  const ZonalStatistics found = zonal_statistics(a.options, progress_sink(a.verbosity, bar), &stop_flag());
  bar.finish();
  for (const std::string& warning : found.warnings) spdlog::warn("note: {}", warning);
  if (!a.verbosity.quiet) print_summary(a, found);
  return 0;
}

}  // namespace

void zonal_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<ZonalArguments>();
  app.add_option("MASK", a->options.mask, "A mask, or any raster of one band of class values")
      ->required()
      ->type_name("");
  OptionGroup input(app, "Input"), output(app, "Output");
  input.add("--zones", a->options.zones, "Polygons: any vector file, in any CRS", "FILE")->required();
  input.add("--zones-layer", a->options.layer, "Layer of the zones, if the file has several", "NAME");
  input.add("--zones-id", a->options.id_field, "Field that identifies a zone (default: its number)", "FIELD");
  input.add("--crs", a->options.crs, "CRS of the mask, if it has none or a wrong one", "CRS");
  input.add("--src-nodata", a->options.src_nodata,
            "Nodata value of the mask, instead of the one in the file; none: no nodata", "V|none");
  input.add_shown("--cache", a->cache, "Size of GDAL's block cache", "BYTES");
  output
      .add("-o,--output", a->options.output, "Output table, or GeoPackage with the zones, by its extension",
           "OUT.csv|.gpkg")
      ->required();
  output.add_flag("--overwrite", a->options.overwrite,
                  "Overwrite an existing output; in a GeoPackage only the layer of that name");
  add_verbosity_options(app, a->verbosity);
  app.footer(kZonalFooter);
  run = [a] { return zonal(*a); };
}

}  // namespace terramask::tools
