#include "vectorize/mask_measures.hpp"

#include <fmt/format.h>

#include "terramask/error.hpp"

namespace terramask::vectors {

void check_measures(const VectorizeOptions& options, const Mask& mask, std::vector<std::string>& warnings) {
  const bool simplify = options.simplify && options.simplify->value > 0 && !options.simplify->pixels;
  const bool area = options.min_area.value > 0 && !options.min_area.pixels;
  if (mask.pixel) return;
  if (simplify || area)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: has no place on the ground, so that metres mean nothing", options.mask),
                "give pixels (25px), or say with `crs` which CRS it has");
  warnings.push_back(fmt::format("{}: has no place on the ground: measures are in pixels{}", options.mask,
                                 mask.grid.has_geotransform ? "" : ", and so are coordinates"));
}

}  // namespace terramask::vectors
