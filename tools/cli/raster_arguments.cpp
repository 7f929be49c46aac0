#include "cli/raster_arguments.hpp"

#include <filesystem>
#include <sstream>

#include "common/checks.hpp"
#include "region/enum_names.hpp"

namespace terramask::tools {

RasterOptions RasterArguments::options(std::vector<std::string> paths) const {
  RasterOptions made;
  made.paths = std::move(paths);
  made.band_override = bands;
  made.resample = value_of<Resample>(resample).value();
  made.crs = crs;
  made.assumed_pixel_size_m = pixel_size;
  made.src_nodata = src_nodata;
  made.nodata_rule = parse_nodata_rule(nodata_rule);
  made.no_alpha = no_alpha;
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
  app.add_option("--src-nodata", src_nodata,
                 "Nodata value of the raster, instead of the one in the file; none: no nodata and no alpha")
      ->type_name("V|none")
      ->group("Input");
  app.add_option(
         "--nodata-rule", rule,
         "A pixel is nodata if any band, or if all bands, have their nodata value; auto: all for integer "
         "data with nodata 0 or the type's maximum, otherwise any (default: the model's)")
      ->check(one_of({"auto", "any", "all"}))
      ->type_name("auto|any|all")
      ->group("Input");
  app.add_flag("--no-src-alpha,--nosrcalpha", no_alpha,
               "Treat an alpha band as ordinary data (near infrared, for example)")
      ->group("Input");
}

void add_raster_options(CLI::App& app, RasterArguments& a) {
  app.add_option("--ndsm", a.ndsm,
                 "Surface and terrain model; their difference is added to each image as the band ndsm")
      ->expected(2)
      ->type_name("DSM DTM")
      ->group("Input");
  app.add_option(
         "--bands", a.bands,
         "Bands in the model's order, by number or name: 3,2,1 or 1-4 or red,green,blue (default: match "
         "them by name and colour interpretation)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST")
      ->group("Input");
  app.add_option("--resample", a.resample,
                 "Resample to the model's pixel size: auto (if it differs by more than 10%), never or always")
      ->check(one_of({"auto", "never", "always"}))
      ->type_name("auto|never|always")
      ->capture_default_str()
      ->group("Input");
  app.add_option("--crs", a.crs, "CRS of the raster, if it has none or a wrong one: EPSG:25832, WKT or PROJ")
      ->type_name("CRS")
      ->group("Input");
  app.add_option("--pixel-size", a.pixel_size,
                 "Ground pixel size of the raster, if the file does not define it")
      ->check(positive_number())
      ->type_name("METRES")
      ->group("Input");
  add_nodata_options(app, a.src_nodata, a.nodata_rule, a.no_alpha);
}

}  // namespace terramask::tools
