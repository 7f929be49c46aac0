// Reads reference data as codes on a mask's grid.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "evaluate/class_match.hpp"
#include "evaluate/codes.hpp"
#include "geo/vector/label_layer.hpp"
#include "terramask/evaluate.hpp"

namespace terramask::evaluation {

/// The `map` and `ignore` that every reference so far has nothing for.
class UnmetOptions {
 public:
  void add(const std::set<std::string>& of_one);
  const std::set<std::string>& all() const { return options_; }

 private:
  bool any_ = false;
  std::set<std::string> options_;
};

/// A point with a class (never `unknown`), in pixels of a mask.
struct ReferencePoint {
  Code code = kNotJudged;
  std::optional<geo::Point> pixel;  ///< empty where it has no place in the mask's CRS
};

class ReferenceSource {
 public:
  /// Opens a raster, or polygons. Throws as `evaluate` does.
  static std::unique_ptr<ReferenceSource> open(const EvaluationOptions& options, const std::string& path,
                                               const std::vector<ClassInfo>& classes, const Grid& grid,
                                               const std::string& grid_name);
  virtual ~ReferenceSource() = default;

  virtual void read(const Window& window, CodeBlock& block) = 0;
  /// Counts values of the block read last that are no class, within `core`.
  virtual void count_unknown(const CodeBlock& block, const Window& core) = 0;
  /// Throws mismatch where some were counted.
  virtual void check() const = 0;
  /// Notes for the user.
  virtual const std::vector<std::string>& warnings() const = 0;
  /// The `map` and `ignore` that no value read so far was of.
  virtual std::set<std::string> unmet() const = 0;
  /// Those of them that its values cannot be.
  virtual std::set<std::string> impossible() const { return {}; }
};

/// Whether a vector reference holds points and no polygon.
bool holds_points(const EvaluationOptions& options, const std::string& path, const Grid& grid,
                  const std::string& grid_name);

/// Points with their classes. Throws mismatch for labels that are no class, with counts.
std::vector<ReferencePoint> read_points(const EvaluationOptions& options, const std::string& path,
                                        const std::vector<ClassInfo>& classes, const Grid& grid,
                                        const std::string& grid_name, std::vector<std::string>& warnings,
                                        UnmetOptions& unmet);

}  // namespace terramask::evaluation
