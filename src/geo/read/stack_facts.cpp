#include "geo/read/stack_facts.hpp"

#include <fmt/format.h>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/credits.hpp"
#include "geo/read/ndsm.hpp"
#include "geo/read/stack.hpp"
#include "geo/read/value_check.hpp"

namespace terramask::geo {
namespace {

/// The CRS that the options name, over what the files say.
void assign_crs(std::vector<FileFacts>& files, const std::string& text, std::vector<std::string>& warnings) {
  const std::string wkt = crs_from_user(text, "`crs`");
  for (std::size_t f = 0; f < files.size(); ++f) {
    std::string& crs = files[f].grid.crs;
    if (f > 0 && !crs.empty()) continue;
    if (!same_crs(crs, wkt)) files[f].grid.epoch = 0;
    if (!crs.empty() && !same_crs(crs, wkt)) {
      const auto labels = crs_labels(crs, wkt);
      warnings.push_back(
          fmt::format("{}: says {}, read as {} as asked", files[f].path, labels[0], labels[1]));
    }
    crs = wkt;
  }
}

}  // namespace

StackFacts describe_stack(const RasterOptions& options) {
  if (options.paths.empty() && options.ndsm.empty()) throw Error(ErrorCode::usage, "no raster named");
  StackFacts facts;
  for (const auto& path : options.paths) {
    const DatasetPtr dataset = open_raster(path);
    facts.files.push_back(describe(*dataset, path));
    use_vertical_unit(facts.files.back(), false);
  }
  for (const auto& heights : options.ndsm) facts.files.push_back(describe_ndsm(heights.dsm, heights.dtm));
  for (const auto& file : facts.files) add_credits(facts.credits, file.credits);
  for (const auto& file : facts.files)
    facts.warnings.insert(facts.warnings.end(), file.warnings.begin(), file.warnings.end());
  for (const auto& file : facts.files) facts.name += (facts.name.empty() ? "" : ", ") + file.path;
  if (!options.crs.empty()) assign_crs(facts.files, options.crs, facts.warnings);
  check_stack(facts.files);
  for (std::size_t f = 0; f < facts.files.size(); ++f) {
    const bool own = f < options.member_nodata.size() && !options.member_nodata[f].empty();
    facts.nodata.push_back(parse_nodata(own ? options.member_nodata[f] : options.src_nodata));
    facts.nodata.back().rule = options.nodata_rule.value_or(NodataRule::automatic);
    if (options.no_alpha || (f < options.member_no_alpha.size() && options.member_no_alpha[f]))
      call_no_alpha(facts.files[f]);
  }
  facts.bands = choose_bands(facts.files, options, facts.warnings);
  for (const auto& band : facts.bands) facts.found.push_back(band.found);
  if (!options.values_checked) check_values(facts);
  return facts;
}

}  // namespace terramask::geo
