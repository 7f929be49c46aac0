// What labels are painted from. A new type of source is a file that fulfils this, and a line in
// source_types.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "geo/vector/level_raster.hpp"
#include "labels/base/paint_order.hpp"
#include "labels/base/rules.hpp"
#include "terramask/grid.hpp"
#include "terramask/labels.hpp"
#include "terramask/progress.hpp"

namespace terramask::labels {

/// A window of the labels while it is painted. Whatever is painted with the higher level stays.
struct PaintedWindow {
  Window window;
  std::vector<Level> levels;  ///< height × width; 0 where nothing is painted yet
  std::vector<Code> codes;

  explicit PaintedWindow(const Window& part);
  void paint(std::size_t pixel, Level level, Code code) {
    if (level <= levels[pixel]) return;
    levels[pixel] = level;
    codes[pixel] = code;
  }
};

/// One of a source's rules.
struct SourceRule {
  const RuleSpec* spec = nullptr;
  std::size_t index = 0;  ///< among all rules, for `levels` and `summaries`
};

/// What a source is given to work with. All of it outlives the source.
struct SourceContext {
  const Rules& rules;
  const SourceSpec& source;
  std::vector<SourceRule> own;  ///< the rules that paint from this source, in their order
  const Grid& grid;             ///< of the labels
  std::string grid_name;
  std::string scratch;  ///< a folder for temporary files, removed afterwards
  std::uint64_t memory = 0;
  PaintOrder& levels;
  /// Where sources of shapes paint in `prepare`, with levels whose codes they told to `levels`; made when
  /// first asked for.
  std::function<geo::LevelRaster&()> raster;
  std::vector<RuleSummary>& summaries;  ///< one for each of all rules, to be counted up
  std::vector<std::string>& warnings;
};

class LabelSource {
 public:
  virtual ~LabelSource() = default;

  /// What it is, for people: "streets.osm.pbf (OSM, 52.1 MB)".
  virtual std::string description() const = 0;
  /// Files that it reads, which no output may replace.
  virtual std::vector<std::string> inputs() const = 0;
  /// Most bytes it may put into the scratch folder, the raster apart.
  virtual std::uint64_t scratch_bytes() const { return 0; }
  /// Whether it paints into the raster of levels.
  virtual bool uses_raster() const { return false; }
  /// All that must be done before the first window. What is wrong with its rules is told before, at opening.
  virtual void prepare(LabelsSummary& summary, const ProgressSink& progress, const StopFlag* stop) = 0;
  /// Paints one window; windows come row by row, each once.
  virtual void paint(PaintedWindow& window, const StopFlag* stop) = 0;
  /// Who is to be named, and under which licence; what the rules file says goes before it.
  virtual std::string attribution() const { return {}; }
  virtual std::string licence() const { return {}; }
  /// Once all is painted, and it painted nothing: why, for people.
  virtual std::string why_nothing() const { return {}; }
};

struct SourceType {
  const char* name;
  std::unique_ptr<TypeKeys> (*source_keys)();
  std::unique_ptr<TypeKeys> (*rule_keys)();
  /// Opens it and checks its rules. Throws what is wrong with them, by key.
  std::unique_ptr<LabelSource> (*open)(SourceContext context);
};

/// The first is what sources are that do not say their type.
std::span<const SourceType> source_types();

}  // namespace terramask::labels
