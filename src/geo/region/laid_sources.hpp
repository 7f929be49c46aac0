// The sources of a region on one grid: their positions, and the pixels combined from them.
#pragma once

#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "geo/region/laid_source.hpp"
#include "geo/region/region_reader.hpp"

namespace terramask::geo {

/// The positions of the sources. Shared by the readers of several threads.
class SourceMap {
 public:
  SourceMap(std::shared_ptr<const std::vector<RegionSource>> sources, const Grid& grid);
  ~SourceMap();
  SourceMap(const SourceMap&) = delete;
  SourceMap& operator=(const SourceMap&) = delete;

  const Grid& grid() const { return grid_; }
  const RegionSource& source(std::size_t i) const { return (*sources_)[i]; }
  const Layout& layout(std::size_t i) const { return layouts_[i]; }
  /// Those whose windows intersect this one, the lowest first.
  std::vector<std::size_t> meeting(const Window& window) const;

 private:
  struct Index;
  std::shared_ptr<const std::vector<RegionSource>> sources_;
  Grid grid_;
  std::vector<Layout> layouts_;  ///< empty windows for sources that do not intersect the grid
  std::unique_ptr<Index> index_;
};

/// Reads the sources, laid over each other.
class LaidSources final : public GridReader {
 public:
  LaidSources(std::shared_ptr<const SourceMap> map, std::size_t bands, std::size_t most_open)
      : map_(std::move(map)), bands_(bands), most_open_(most_open) {}

  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override;
  void advise(const Window& window) override;
  bool always_valid() const override { return false; }

 private:
  GridReader& open(std::size_t source);
  void add(std::size_t source, const Window& part, const Window& window, Planes planes,
           std::span<std::uint8_t> valid);

  struct Opened {
    std::size_t source;
    std::unique_ptr<GridReader> reader;
  };

  std::shared_ptr<const SourceMap> map_;
  std::size_t bands_;
  std::size_t most_open_;
  std::list<Opened> opened_;  ///< the most recently used first
  std::unordered_map<std::size_t, std::list<Opened>::iterator> where_;
  std::vector<float> values_;
  std::vector<std::uint8_t> valid_;
};

}  // namespace terramask::geo
