#include "core/output_place.hpp"
#include "geo/base/disk_space.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/output.hpp"

namespace terramask {

DiskEstimate estimate_disk(const std::string& path, const Grid& grid, std::size_t classes, bool probabilities,
                           ProbabilityType type) {
  // Stored pixels per pixel written: the working file, the COG, its overviews (a third), and the COG driver's
  // temporary file for overviews (a third). Compression usually saves much of it; otherwise it adds a little.
  constexpr double copies = (1 + 1 + 2.0 / 3) * 1.01;
  constexpr double headers = 4 << 20;
  const double pixels = static_cast<double>(grid.width) * static_cast<double>(grid.height);
  double peak = pixels * (classes > 255 ? 2 : 1) * copies + headers;
  if (probabilities)
    peak +=
        pixels * static_cast<double>(classes) * (type == ProbabilityType::byte ? 1 : 4) * copies + headers;
  return {static_cast<std::uint64_t>(peak), geo::free_bytes(folder_of(path))};
}

}  // namespace terramask
