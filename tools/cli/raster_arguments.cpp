#include "cli/raster_arguments.hpp"

#include <filesystem>
#include <sstream>

#include "common/checks.hpp"
#include "common/option_group.hpp"
#include "region/enum_names.hpp"

namespace terramask::tools {

RasterOptions RasterArguments::options(std::vector<std::string> paths) const {
  RasterOptions made = typed;
  made.paths = std::move(paths);
  made.resample = value_of<Resample>(resample).value();
  made.nodata_rule = parse_nodata_rule(nodata_rule);
  if (!ndsm.empty()) made.ndsm = {{.dsm = ndsm[0], .dtm = ndsm[1]}};
  return made;
}

std::vector<std::string> stack_names(const std::vector<std::string>& values) {
  std::error_code failed;
  if (values.size() != 1 || std::filesystem::exists(values.front(), failed)) return values;
  std::vector<std::string> names;
  std::istringstream list(values.front());
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

void add_nodata_options(CLI::App& app, std::string& src_nodata, std::string& rule, bool& no_alpha) {
  OptionGroup input(app, "Input");
  input.add("--src-nodata", src_nodata,
            "Nodata value of the raster, instead of the one in the file; none: no nodata and no alpha",
            "V|none");
  input.add_choice(
      "--nodata-rule", rule,
      "A pixel is nodata if any band, or if all bands, have their nodata value; auto: all for integer "
      "data with nodata 0 or the type's maximum, otherwise any (default: the model's)",
      {"auto", "any", "all"});
  input.add_flag("--no-src-alpha,--nosrcalpha", no_alpha,
                 "Treat an alpha band as ordinary data (near infrared, for example)");
}

void add_raster_options(CLI::App& app, RasterArguments& a) {
  OptionGroup input(app, "Input");
  input
      .add("--ndsm", a.ndsm,
           "Surface and terrain model; their difference is added to each image as the band ndsm", "DSM DTM")
      ->expected(2);
  input.add_list(
      "--bands", a.typed.band_override,
      "Bands in the model's order, by number or name: 3,2,1 or 1-4 or red,green,blue (default: match "
      "them by name and colour interpretation)",
      "LIST");
  input.add_choice(
      "--resample", a.resample,
      "Resample to the model's pixel size: auto (if it differs by more than 10%), never or always",
      {"auto", "never", "always"});
  input.add("--crs", a.typed.crs, "CRS of the raster, if it has none or a wrong one: EPSG:25832, WKT or PROJ",
            "CRS");
  input
      .add("--pixel-size", a.typed.assumed_pixel_size_m,
           "Ground pixel size of the raster, if the file does not define it", "METRES")
      ->check(positive_number());
  add_nodata_options(app, a.typed.src_nodata, a.nodata_rule, a.typed.no_alpha);
}

void add_area_options(OptionGroup& group, std::vector<double>& bounds, std::string& bounds_crs,
                      std::string& cutline, const std::string& whose) {
  group
      .add_list("--bounds", bounds,
                "Process only this box: XMIN YMIN XMAX YMAX (or separated by commas); across 180 degrees "
                "XMIN is the larger one",
                "BOX")
      ->expected(1, 4)
      ->check(number());
  group.add("--bounds-crs", bounds_crs, "CRS of --bounds (default: the " + whose + "'s)", "CRS");
  group.add("--cutline", cutline, "Process only pixels whose centres lie in these polygons (any vector file)",
            "FILE");
}

std::optional<std::array<double, 4>> box_of(const std::vector<double>& bounds) {
  if (bounds.empty()) return std::nullopt;
  if (bounds.size() != 4)
    throw Error(ErrorCode::usage, "--bounds: takes four numbers", "XMIN YMIN XMAX YMAX");
  return {{bounds[0], bounds[1], bounds[2], bounds[3]}};
}

}  // namespace terramask::tools
