#include "raster_arguments.hpp"

#include <filesystem>
#include <sstream>

#include "checks.hpp"

namespace terramask::tools {

RasterOptions RasterArguments::options(std::vector<std::string> paths) const {
  RasterOptions made;
  made.paths = std::move(paths);
  made.band_override = bands;
  made.resample = resample == "never"    ? Resample::never
                  : resample == "always" ? Resample::always
                                         : Resample::automatic;
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
                 "The raster's nodata value, in place of what it says; none: it has none, and no alpha")
      ->type_name("V|none")
      ->group("Input");
  app.add_option("--nodata-rule", rule,
                 "A pixel is nodata where any band has its nodata value, or where all have; auto: all for "
                 "integers whose value is 0 or the type's maximum, else any (default: the model's)")
      ->check(CLI::IsMember({"auto", "any", "all"}).description(""))
      ->type_name("auto|any|all")
      ->group("Input");
  app.add_flag("--no-src-alpha,--nosrcalpha", no_alpha,
               "What the raster calls alpha is a band as any other (near infrared, for instance)")
      ->group("Input");
}

void add_raster_options(CLI::App& app, RasterArguments& a) {
  app.add_option("--ndsm", a.ndsm,
                 "Surface and terrain, whose difference is joined to each image as the band ndsm")
      ->expected(2)
      ->type_name("DSM DTM")
      ->group("Input");
  app.add_option("--bands", a.bands,
                 "Bands in the model's order, by number or name: 3,2,1 or 1-4 or red,green,blue; else they "
                 "are matched by name and colour interpretation")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST")
      ->group("Input");
  app.add_option("--resample", a.resample,
                 "To the model's pixel size: auto (where it differs by more than 10%), never, always")
      ->check(CLI::IsMember({"auto", "never", "always"}).description(""))
      ->type_name("auto|never|always")
      ->capture_default_str()
      ->group("Input");
  app.add_option("--crs", a.crs, "The raster's CRS, where it has none or a wrong one: EPSG:25832, WKT, PROJ")
      ->type_name("CRS")
      ->group("Input");
  app.add_option("--pixel-size", a.pixel_size, "The raster's pixel size on the ground, where it is not known")
      ->check(positive_number())
      ->type_name("METRES")
      ->group("Input");
  add_nodata_options(app, a.src_nodata, a.nodata_rule, a.no_alpha);
}

}  // namespace terramask::tools
