// Iterates over the features of a vector file's layers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "terramask/grid.hpp"

class OGRGeometry;

namespace terramask::geo {

/// The box around a grid in another CRS (WKT; empty: its own): xmin, ymin, xmax, ymax; empty if part of the
/// grid cannot be transformed.
std::optional<std::array<double, 4>> box_of(const Grid& grid, const std::string& crs);

enum class GeometryKind { any, points, lines, areas };

struct VectorStreamOptions {
  std::string path;
  std::string crs;                        ///< of all layers, overriding the file's (WKT); may be empty
  std::vector<std::string> open_options;  ///< of the driver, "NAME=VALUE"
};

/// Layers are numbered from 0, in the file's order, without tables that have no geometries. Files whose
/// layers cannot be read separately (.osm, .osm.pbf) are read in one pass, their layers interleaved.
class VectorStream {
 public:
  /// @param grid on which the features will be laid
  /// @throws Error not_found, format
  VectorStream(const VectorStreamOptions& options, const Grid& grid);
  ~VectorStream();
  VectorStream(const VectorStream&) = delete;
  VectorStream& operator=(const VectorStream&) = delete;

  std::string driver() const;
  std::vector<std::string> layers() const;
  /// "name, highway, ..."
  std::string field_names(std::size_t layer) const;
  /// -1 if the layer has no such field; case-insensitive.
  int field(std::size_t layer, const std::string& name) const;
  /// WKT; empty if it has none and the grid's is assumed.
  const std::string& crs(std::size_t layer) const;
  /// Assumptions about its CRS, for the user; may be empty.
  const std::string& note(std::size_t layer) const;
  GeometryKind kind(std::size_t layer) const;
  /// Number of features in the file; empty if that requires reading it.
  std::optional<std::uint64_t> count(std::size_t layer) const;
  /// Its extent in its own CRS (xmin, ymin, xmax, ymax); empty if the layer is empty, or if the extent
  /// requires reading the file and `whole` is not set.
  std::optional<std::array<double, 4>> box(std::size_t layer, bool whole = false) const;

  /// Adds a string field, or replaces an existing one; call it before adding filters. `value` may call
  /// `own_text` for the current feature.
  void set_field(std::size_t layer, const std::string& name,
                 std::function<std::optional<std::string>()> value);
  /// Adds an attribute filter of a layer in OGR SQL.
  /// @return its number, for `matches`
  /// @throws Error usage with what is wrong with it
  std::size_t add_filter(std::size_t layer, const std::string& where);
  /// From now on, returns features only from the layers requested.
  void ask_for(std::size_t layer);
  /// From now on, also skips features that cannot meet the grid or be within `margin_m` of it.
  void keep_near(const Grid& grid, double margin_m);
  /// The box set by `keep_near` for a layer, in the layer's CRS; empty if all features are kept.
  const std::optional<std::array<double, 4>>& near(std::size_t layer) const;
  /// Whether a box in a layer's CRS intersects that box, in any turn of the Earth.
  bool meets(std::size_t layer, const std::array<double, 4>& box) const;

  /// Advances to the next feature; false after the last. Throws io if reading failed.
  bool next();
  std::size_t layer() const;
  bool matches(std::size_t filter);
  /// As text; empty if the feature has no value.
  std::optional<std::string> text(int field) const;
  /// The value as in the file (true and false are "yes" and "no"), even if replaced by `set_field`.
  std::optional<std::string> own_text(int field) const;
  /// Null if the feature has none.
  const OGRGeometry* geometry() const;
  std::int64_t feature_id() const;
  /// Fraction of the file, from 0 to 1; 0 if unknown.
  double progress() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace terramask::geo
