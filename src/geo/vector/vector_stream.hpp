// The features of a vector file's layers, one after the other.
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

/// The box around a grid in another CRS (WKT; empty: its own): xmin, ymin, xmax, ymax; empty where some of it
/// has no place there.
std::optional<std::array<double, 4>> box_of(const Grid& grid, const std::string& crs);

enum class GeometryKind { any, points, lines, areas };

struct VectorStreamOptions {
  std::string path;
  std::string crs;                        ///< of all layers, whatever the file says (WKT); may be empty
  std::vector<std::string> open_options;  ///< of the driver, "NAME=VALUE"
};

/// Layers are numbered from 0, in the file's order; tables without geometries are none. Files whose layers
/// cannot be read one after the other
/// (.osm, .osm.pbf) are read in one pass, their layers interleaved.
class VectorStream {
 public:
  /// @param grid what features are to be laid over
  /// @throws Error not_found, format
  VectorStream(const VectorStreamOptions& options, const Grid& grid);
  ~VectorStream();
  VectorStream(const VectorStream&) = delete;
  VectorStream& operator=(const VectorStream&) = delete;

  std::string driver() const;
  std::vector<std::string> layers() const;
  /// "name, highway, ..."
  std::string field_names(std::size_t layer) const;
  /// -1 where the layer has no such field; letters may be large or small.
  int field(std::size_t layer, const std::string& name) const;
  /// WKT; empty where it has none and is taken to be in the grid's.
  const std::string& crs(std::size_t layer) const;
  /// What is taken for granted of its CRS, for people; may be empty.
  const std::string& note(std::size_t layer) const;
  GeometryKind kind(std::size_t layer) const;
  /// Features in the file; empty where it must be read through for it.
  std::optional<std::uint64_t> count(std::size_t layer) const;
  /// Its box in its own CRS (xmin, ymin, xmax, ymax); empty where it holds nothing, or where the file must be
  /// read through for it and `whole` does not ask for that.
  std::optional<std::array<double, 4>> box(std::size_t layer, bool whole = false) const;

  /// Adds a field of texts, or takes the place of one that is there, before filters are added. `value` may
  /// ask for `own_text` of the feature at hand.
  void set_field(std::size_t layer, const std::string& name,
                 std::function<std::optional<std::string>()> value);
  /// An attribute filter of a layer in OGR SQL.
  /// @return its number, for `matches`
  /// @throws Error usage with what is wrong with it
  std::size_t add_filter(std::size_t layer, const std::string& where);
  /// From now on features come only from layers that were asked for...
  void ask_for(std::size_t layer);
  /// ... and that may meet the grid, or lie within `margin_m` of it.
  void keep_near(const Grid& grid, double margin_m);
  /// The box that features of a layer must meet since, in its CRS; empty where all are kept.
  const std::optional<std::array<double, 4>>& near(std::size_t layer) const;
  /// Whether a box in a layer's CRS meets that, in any turn of the Earth.
  bool meets(std::size_t layer, const std::array<double, 4>& box) const;

  /// Goes to the next feature; false after the last. Throws io where reading failed.
  bool next();
  std::size_t layer() const;
  bool matches(std::size_t filter);
  /// As text; empty where the feature has no value.
  std::optional<std::string> text(int field) const;
  /// The same as the file has it (true and false are "yes" and "no"), whatever `set_field` has put in its
  /// place.
  std::optional<std::string> own_text(int field) const;
  /// Null where the feature has none.
  const OGRGeometry* geometry() const;
  std::int64_t feature_id() const;
  /// Of the file, from 0 to 1; 0 where it is not known.
  double progress() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace terramask::geo
