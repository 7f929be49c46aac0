#include "dataset/imagery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/bands.hpp"
#include "terramask/error.hpp"

namespace terramask::dataset {
namespace {

std::string list_of(const std::vector<BandRequest>& bands) {
  std::string list;
  for (const auto& band : bands)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", band.name, band.type);
  return list;
}

std::string name_of(const geo::BandFacts& band, std::size_t number) {
  if (!band.description.empty()) return band.description;
  const bool telling = band.interpretation != "undefined" && !band.alpha();
  return telling ? band.interpretation : fmt::format("band_{}", number);
}

/// Finds a member's bands by number within its file; names are the project's if specified there.
void find_member_bands(const RasterMember& member, const geo::FileFacts& facts, int before,
                       ImageBands& found) {
  const auto add = [&](int number, const std::string& name) {
    found.numbers.push_back(before + number);
    found.bands.push_back({name, facts.bands[static_cast<std::size_t>(number - 1)].value_type()});
  };
  if (member.bands.empty()) {
    for (std::size_t i = 0; i < facts.bands.size(); ++i)
      if (!facts.bands[i].alpha()) add(static_cast<int>(i) + 1, name_of(facts.bands[i], i + 1));
    return;
  }
  RasterOptions wanted;
  for (const BandKey& band : member.bands)
    if (band.band == 0) wanted.bands.push_back({band.name, ""});
  std::vector<std::string> ignored;
  std::vector<geo::BandChoice> named;
  if (!wanted.bands.empty()) named = geo::choose_bands(std::span(&facts, 1), wanted, ignored);
  auto next = named.begin();
  for (const BandKey& band : member.bands) {
    if (band.band > static_cast<int>(facts.bands.size()))
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: band {} ({}) asked for, it has {}", facts.path, band.band, band.name,
                              facts.bands.size()),
                  "bands are numbered from 1");
    add(band.band == 0 ? (next++)->band : band.band, band.name);
  }
}

}  // namespace

ImageBands find_bands(const ProjectImage& image) {
  ImageBands found;
  int before = 0;
  for (const StackMember& member : image.stack) {
    const auto* raster = std::get_if<RasterMember>(&member);
    if (raster == nullptr) continue;
    const geo::DatasetPtr dataset = geo::open_raster(raster->path);
    geo::FileFacts facts = geo::describe(*dataset, raster->path);
    geo::use_vertical_unit(facts, false);
    if (raster->alpha == "none") geo::call_no_alpha(facts);
    find_member_bands(*raster, facts, before, found);
    before += static_cast<int>(facts.bands.size());
  }
  for (const StackMember& member : image.stack)
    if (std::holds_alternative<NdsmMember>(member)) {
      found.numbers.push_back(++before);
      found.bands.push_back({"ndsm", "Float32"});
    }
  for (std::size_t a = 0; a < found.bands.size(); ++a)
    for (std::size_t b = a + 1; b < found.bands.size(); ++b)
      if (geo::plain_name(found.bands[a].name) == geo::plain_name(found.bands[b].name))
        throw Error(ErrorCode::mismatch,
                    fmt::format("image \"{}\": two of its bands are called {} ({})", image.id,
                                found.bands[b].name, list_of(found.bands)),
                    R"(name them in its stack: "bands": [{"name": "nir", "band": 4}])");
  return found;
}

RasterOptions raster_options(const ProjectImage& image, const ImageBands& own,
                             const ProjectImage& first_image, const ImageBands& first,
                             std::optional<double> pixel_size_m, NodataRule rule) {
  RasterOptions options;
  for (const StackMember& member : image.stack) {
    if (const auto* raster = std::get_if<RasterMember>(&member)) {
      options.paths.push_back(raster->path);
      options.member_nodata.push_back(raster->nodata == "auto" ? "" : raster->nodata);
      options.member_no_alpha.push_back(raster->alpha == "none");
    } else {
      const auto& heights = std::get<NdsmMember>(member);
      options.ndsm.push_back({heights.dsm, heights.dtm});
    }
  }
  options.crs = image.crs;
  options.assumed_pixel_size_m = image.pixel_size_m;
  options.pixel_size_m = pixel_size_m;
  options.nodata_rule = rule;
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::mismatch,
                fmt::format("images \"{}\" and \"{}\": {} ({}; {})", first_image.id, image.id, what,
                            list_of(first.bands), list_of(own.bands)),
                "name the same bands in the \"stack\" of both");
  };
  if (first.bands.size() != own.bands.size()) refuse("they have not the same bands");
  for (const BandRequest& band : first.bands) {
    const auto hit = std::find_if(own.bands.begin(), own.bands.end(), [&band](const BandRequest& one) {
      return geo::plain_name(one.name) == geo::plain_name(band.name);
    });
    if (hit == own.bands.end()) refuse(fmt::format("the second has no band \"{}\"", band.name));
    if (!geo::type_fits(band.type, hit->type))
      refuse(fmt::format("their band \"{}\" is of another type", band.name));
    options.band_override.push_back(
        std::to_string(own.numbers[static_cast<std::size_t>(hit - own.bands.begin())]));
  }
  return options;
}

}  // namespace terramask::dataset
