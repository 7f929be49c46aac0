// A piece of a rendered map while its pixels find their classes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "labels/rendered/legend.hpp"

namespace terramask::labels {

/// How a pixel came by its class, or why it has none.
enum class MapPixel : std::uint8_t {
  missing,      ///< nodata of the map
  pure,         ///< a colour of the legend
  mixed,        ///< between two colours of the legend beside it: an antialiased edge
  ink,          ///< a colour of the legend without a class
  unexplained,  ///< none of these
  withdrawn,    ///< a colour of the legend, but a name's halo or fringe
  filled,       ///< from what is around it
};

/// A window of the map with all that decides on its pixels. Whoever asks for a part of it sees to a margin of
/// `map_halo`, cut only where the map itself ends.
struct MapBlock {
  int width = 0;
  int height = 0;
  bool odd_left = false;  ///< whether the first column is an odd one of the map
  bool odd_top = false;
  std::vector<Rgb> colors;
  std::vector<MapPixel> state;      ///< `missing` where there is no map; all else is set by explain_colors
  std::vector<EntryIndex> entry{};  ///< of the colour that makes up most of the pixel
  std::vector<MapClass> map_class{};
  std::vector<MapClass> line_class{};  ///< of a line of the legend in the pixel, however little

  std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
  bool inside(int x, int y) const { return x >= 0 && y >= 0 && x < width && y < height; }
  std::size_t size() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }
  bool without_class(std::size_t i) const {
    return state[i] == MapPixel::ink || state[i] == MapPixel::unexplained;
  }
};

/// Calls `visit` with the index of each pixel within `reach` that is in the block.
template <class Visit>
void around(const MapBlock& block, int x, int y, int reach, const Visit& visit) {
  for (int v = std::max(0, y - reach); v <= std::min(block.height - 1, y + reach); ++v)
    for (int u = std::max(0, x - reach); u <= std::min(block.width - 1, x + reach); ++u)
      visit(block.at(u, v));
}

/// Sizes in pixels of the map.
struct MapReading {
  int fill_px = 12;   ///< how far from pixels with a class others may get theirs
  int glyph_px = 64;  ///< the longest side of a letter, a short word or an icon
  int halo_px = 3;    ///< how far the halo of a letter reaches
  int smooth_px = 2;  ///< of the sigma filter; 0: none
  int label_px = 96;  ///< how far a road goes on below a name, to either side
};

/// Before all: averages each pixel with those within `reach` that differ by ten levels at most in each band
/// (the sigma filter: Lee, "Digital image smoothing and the sigma filter", CVGIP 24, 1983). What JPEG does to
/// even areas goes; edges and thin lines stay as sharp as they were.
void smooth_colors(MapBlock& block, int reach);

/// The first step: colours of the legend, and mixtures of two at the edges between them.
///
/// A pixel whose colour stands in an area of its own (5 × 5 pixels at least) is of that. Any other is tried
/// as a mixture of two colours: of areas within three pixels, of lines that touch it, and of lines that are
/// too thin to show their colour anywhere. The one that fits best, the nearer with preference, makes it of
/// the class with the larger share. So an edge lies where the renderer had it, to a fraction of a pixel,
/// though the colours on the way from one class to the next may be a third's. What no mixture explains better
/// keeps its own colour's class.
void explain_colors(MapBlock& block, LegendMatcher& legend);
inline constexpr int kExplainReach = 7;

/// The second step: where each edge runs, to a third of a pixel.
///
/// Each pixel beside an edge is cut into 3 × 3 parts with an entry each, of which its colour is the mean, as
/// antialiasing has it; JPEG then blurs colour, and brightness a little. Of all maps so drawn the one is
/// sought that fits what is observed and whose edges are short: a line of outline 0.7 pixels wide is found
/// at its width, the noise of JPEG averages out along an edge, and of two lines alike in brightness (the
/// casing of a road, the outline of a house) the one fits that stands beside its own class. The sum of
/// squared differences and edge lengths is made smaller pixel by pixel until it stays (iterated conditional
/// modes: Besag, "On the statistical analysis of dirty pictures", JRSS B 48, 1986). The class of a pixel is
/// that of its middle part.
/// @param colors as they are in the file
void refine_edges(MapBlock& block, const std::vector<Rgb>& colors, const LegendMatcher& legend);
inline constexpr int kRefineReach = 48;  // six sweeps: 4 pixels of blur, and 4 of neighbours in turn

/// What is still to be decided on each pixel.
enum class Undecided : std::uint8_t {
  no,
  outline,    ///< a line along a border
  lettering,  ///< a letter or an icon, or within its halo's reach
  other,      ///< anything else that has no class
};

/// The third step: pixels beside letters and icons may be halo (white as a road) or fringe (grey as a
/// house). Those that are joined to surer pixels of their class within two pixels stay; the rest are
/// undecided, and so are patches that are too small for their class.
std::vector<Undecided> doubt_lettering(const MapBlock& block, const LegendMatcher& legend,
                                       const MapReading& reading);

/// The last step: gives undecided pixels the class of what is around them. Outlines get the nearest. All else
/// is looked at along 64 lines through the pixel, each to the first decided pixel on either side:
/// 1. a band that comes in on one side and goes on at the other, of about the same width, goes through (the
///    road below its name, the road below an icon);
/// 2. a pixel with a legend's colour keeps it where its class stands on both sides;
/// 3. else the class that stands on both sides of most lines, the shorter the weightier;
/// 4. else the nearest within fill_px.
/// Areas without a class that are wider than 2 fill_px are no lettering: nobody knows what they are, and they
/// stay without. The order of pixels does not matter.
void fill_undecided(MapBlock& block, const std::vector<Undecided>& undecided, const MapReading& reading);
int fill_reach(const MapReading& reading);

/// All of it.
/// @return what the colours alone said, before anything was withdrawn or filled
std::vector<MapPixel> read_map(MapBlock& block, LegendMatcher& legend, const MapReading& reading);

/// How far the class of a pixel depends on others.
int map_halo(const LegendMatcher& legend, const MapReading& reading);

}  // namespace terramask::labels
