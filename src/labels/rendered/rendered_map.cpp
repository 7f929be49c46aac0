#include "labels/rendered/rendered_map.hpp"

#include <algorithm>

namespace terramask::labels {

MapCounts& MapCounts::operator+=(const MapCounts& other) {
  map += other.map;
  pure += other.pure;
  mixed += other.mixed;
  ink += other.ink;
  unexplained += other.unexplained;
  withdrawn += other.withdrawn;
  left += other.left;
  return *this;
}

RenderedMap::RenderedMap(const std::string& path, const RenderedMapOptions& options)
    : colors_(path), options_(options), legend_(options.legend) {}

MapBlock RenderedMap::load(const Window& window) {
  MapBlock block;
  block.width = static_cast<int>(window.width);
  block.height = static_cast<int>(window.height);
  block.odd_left = window.x % 2 != 0;
  block.odd_top = window.y % 2 != 0;
  block.colors.resize(block.size());
  std::vector<std::uint8_t> valid(block.size());
  colors_.read(window, block.colors, valid);
  block.state.resize(block.size());
  for (std::size_t i = 0; i < valid.size(); ++i)
    block.state[i] = valid[i] != 0 ? MapPixel::unexplained : MapPixel::missing;
  return block;
}

std::vector<std::uint8_t> RenderedMap::near_borders(const MapBlock& block) const {
  std::vector<std::uint8_t> near(block.size(), 0);
  const int reach = options_.ignore_ring_px;
  const auto differs = [&](int x, int y, MapClass own) {
    for (int v = std::max(0, y - reach); v <= std::min(block.height - 1, y + reach); ++v)
      for (int u = std::max(0, x - reach); u <= std::min(block.width - 1, x + reach); ++u) {
        const MapClass other = block.map_class[block.at(u, v)];
        const bool within = (u - x) * (u - x) + (v - y) * (v - y) <= reach * reach;
        if (within && other != own && other != kNoClass) return true;
      }
    return false;
  };
  for (int y = 0; y < block.height && reach > 0; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      near[i] = block.map_class[i] != kNoClass && differs(x, y, block.map_class[i]) ? 1 : 0;
    }
  return near;
}

void RenderedMap::read(const Window& window, std::span<MapClass> classes) {
  const std::int64_t halo = map_halo(legend_, options_.reading) + options_.ignore_ring_px;
  const Window wide =
      intersect({window.x - halo, window.y - halo, window.width + 2 * halo, window.height + 2 * halo},
                colors_.grid().extent());
  MapBlock block = load(wide);
  const std::vector<MapPixel> explained = read_map(block, legend_, options_.reading);
  const std::vector<std::uint8_t> near = near_borders(block);
  std::size_t to = 0;
  for (std::int64_t y = 0; y < window.height; ++y)
    for (std::int64_t x = 0; x < window.width; ++x, ++to) {
      const std::size_t i =
          block.at(static_cast<int>(window.x - wide.x + x), static_cast<int>(window.y - wide.y + y));
      if (block.state[i] == MapPixel::missing) {
        classes[to] = kOffMap;
        continue;
      }
      ++counts_.map;
      counts_.pure += explained[i] == MapPixel::pure ? 1 : 0;
      counts_.mixed += explained[i] == MapPixel::mixed ? 1 : 0;
      counts_.ink += explained[i] == MapPixel::ink ? 1 : 0;
      counts_.unexplained += explained[i] == MapPixel::unexplained ? 1 : 0;
      counts_.withdrawn += block.state[i] == MapPixel::withdrawn ? 1 : 0;
      counts_.left += block.map_class[i] == kNoClass ? 1 : 0;
      const bool guessed = block.state[i] == MapPixel::filled || block.state[i] == MapPixel::withdrawn;
      const bool none =
          block.map_class[i] == kNoClass || near[i] != 0 || (guessed && options_.leave_unexplained);
      classes[to] = none ? kNoOneKnows : block.map_class[i];
    }
}

}  // namespace terramask::labels
