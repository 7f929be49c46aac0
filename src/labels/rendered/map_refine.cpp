#include <algorithm>
#include <array>
#include <cmath>

#include "labels/rendered/candidates.hpp"
#include "labels/rendered/fine_pattern.hpp"
#include "labels/rendered/map_block.hpp"

namespace terramask::labels {
namespace {

// Measured on generated maps as PNG and as JPEG of qualities 75 and 85; see BENCHMARKS.md.
constexpr int kSweeps = 6;
constexpr float kLength = 0.4F;      // the price of an edge as long as a part's side, in the last sweep
constexpr float kSameClass = 0.25F;  // of that between two colours of one class: a house has its outline
constexpr float kNoiseY = 5, kNoiseC = 5;  // standard deviations of brightness and colour, levels
constexpr float kTwin = 12;                // lines this near in brightness are easily confused

/// What JPEG does to colour on average: two pixels share a sample, which is interpolated again.
constexpr std::array<float, 5> kBlurC{1.F / 16, 4.F / 16, 6.F / 16, 4.F / 16, 1.F / 16};
/// And to brightness, where its finest waves are lost.
constexpr std::array<float, 5> kBlurY{0, 0.05F, 0.9F, 0.05F, 0};

constexpr float square(float v) {
  return v * v;
}
/// The share of a pixel's change that comes back when it is blurred twice: of the squared kernel.
constexpr float echo(const std::array<float, 5>& kernel) {
  float sum = 0;
  for (const float k : kernel) sum += k * k;
  return sum * sum;
}
constexpr std::array<float, 3> kEcho{echo(kBlurY), echo(kBlurC), echo(kBlurC)};
constexpr std::array<float, 3> kPrecision{1 / (2 * square(kNoiseY)), 1 / (2 * square(kNoiseC)),
                                          1 / (2 * square(kNoiseC))};

using Bands = std::array<float, 3>;  ///< Y, Cb, Cr

Bands to_bands(const Ycc& c) {
  return {static_cast<float>(c.y), static_cast<float>(c.cb), static_cast<float>(c.cr)};
}

class EdgeRefiner {
 public:
  EdgeRefiner(const MapBlock& block, const std::vector<Rgb>& colors, const LegendMatcher& legend);

  void run();
  /// Whether anything of it was in question.
  bool is_active(std::size_t i) const { return active_[i] != 0; }
  EntryIndex middle(int x, int y) const { return fine_[part(kFine * x + 1, kFine * y + 1)]; }
  MapClass line_class(int x, int y) const;

 private:
  /// All that the changes of one pixel are judged by.
  struct Pixel {
    int x = 0, y = 0;
    std::size_t i = 0;
    float length_price = 0;
    Candidates candidates{};
    /// Of a candidate in a part: the length of its border with the parts of other pixels.
    std::array<std::array<float, kParts>, Candidates::kMost> outer{};
    PixelParts now{};
  };

  std::size_t part(int u, int v) const {
    return static_cast<std::size_t>(v) * static_cast<std::size_t>(kFine * block_.width) +
           static_cast<std::size_t>(u);
  }
  /// How much a border between two entries counts.
  float border(EntryIndex a, EntryIndex b) const {
    if (a == b) return 0;
    return classes_[a] == classes_[b] ? kSameClass : 1;
  }

  void find_active();
  void look_back();
  void blur(std::vector<float>& plane, const std::array<float, 5>& kernel);
  void visit(int x, int y, float length_price);
  Pixel look_at(int x, int y, float length_price) const;
  void try_edges(Pixel& pixel);
  bool try_parts(Pixel& pixel);
  float length(const Pixel& pixel, const PixelParts& parts) const;
  float length_around(const Pixel& pixel, std::size_t at, std::size_t candidate) const;
  float misfit_change(const Pixel& pixel, const Bands& step) const;
  void set(Pixel& pixel, const PixelParts& parts);

  const MapBlock& block_;
  const std::vector<Rgb>& colors_;
  std::vector<Bands> palette_;     ///< by entry
  std::vector<MapClass> classes_;  ///< by entry
  std::vector<EntryIndex> lines_;
  std::vector<std::uint8_t> is_line_;  ///< by entry
  std::vector<std::uint8_t> known_;    ///< 1 where a pixel has an entry of a class
  std::vector<std::uint8_t> active_;   ///< 1 where a pixel's parts may change
  std::vector<EntryIndex> fine_;       ///< by part
  std::vector<Bands> drawn_;           ///< a pixel as its parts make it, before any blur
  std::vector<Bands> pull_;            ///< what is observed less what is drawn, both blurred once more
  std::vector<float> scratch_;
  std::vector<HalfPixel> halves_ = half_pixels();
};

EdgeRefiner::EdgeRefiner(const MapBlock& block, const std::vector<Rgb>& colors, const LegendMatcher& legend)
    : block_(block),
      colors_(colors),
      palette_(1),
      classes_(1, kNoClass),
      lines_(legend.lines().begin(), legend.lines().end()),
      is_line_(1, 0),
      known_(block.size(), 0),
      active_(block.size(), 0),
      fine_(block.size() * kParts, kUnexplained),
      drawn_(block.size()),
      pull_(block.size()) {
  for (int k = 1; k <= legend.count(); ++k) {
    const auto entry = static_cast<EntryIndex>(k);
    palette_.push_back(to_bands(legend.ycc(entry)));
    classes_.push_back(legend.map_class(entry));
    is_line_.push_back(std::find(lines_.begin(), lines_.end(), entry) != lines_.end() ? 1 : 0);
  }
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      known_[i] = block.state[i] != MapPixel::missing && block.map_class[i] != kNoClass ? 1 : 0;
      // What has no entry is drawn as it is observed, and so disturbs no one.
      drawn_[i] = known_[i] != 0 ? palette_[block.entry[i]] : to_bands(to_ycc(colors[i]));
      if (known_[i] == 0) continue;
      for (int v = 0; v < kFine; ++v)
        for (int u = 0; u < kFine; ++u) fine_[part(kFine * x + u, kFine * y + v)] = block.entry[i];
    }
  find_active();
}

/// Pixels beside another entry, and those beside them.
void EdgeRefiner::find_active() {
  for (int y = 0; y < block_.height; ++y)
    for (int x = 0; x < block_.width; ++x) {
      const std::size_t i = block_.at(x, y);
      bool edge = false;
      around(block_, x, y, 1, [&](std::size_t j) {
        edge = edge || (known_[i] != 0 && known_[j] != 0 && block_.entry[j] != block_.entry[i]);
      });
      if (edge) around(block_, x, y, 1, [&](std::size_t j) { active_[j] = known_[j]; });
    }
}

void EdgeRefiner::run() {
  for (int sweep = 1; sweep <= kSweeps; ++sweep) {
    look_back();
    // Pixels of one of four kinds at a time, none beside another: so their order does not matter. The kinds
    // are those of the map, whatever the block.
    for (int kind = 0; kind < 4; ++kind)
      for (int y = (kind / 2) ^ (block_.odd_top ? 1 : 0); y < block_.height; y += 2)
        for (int x = (kind % 2) ^ (block_.odd_left ? 1 : 0); x < block_.width; x += 2)
          if (is_active(block_.at(x, y)))
            visit(x, y, kLength * static_cast<float>(sweep) / static_cast<float>(kSweeps));
  }
}

/// Along rows and then along columns; the outermost pixels go on beyond the block.
void EdgeRefiner::blur(std::vector<float>& plane, const std::array<float, 5>& kernel) {
  const int width = block_.width, height = block_.height;
  scratch_.resize(plane.size());
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (int k = 0; k < 5; ++k)
        sum += kernel[static_cast<std::size_t>(k)] * plane[block_.at(std::clamp(x + k - 2, 0, width - 1), y)];
      scratch_[block_.at(x, y)] = sum;
    }
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (int k = 0; k < 5; ++k)
        sum += kernel[static_cast<std::size_t>(k)] *
               scratch_[block_.at(x, std::clamp(y + k - 2, 0, height - 1))];
      plane[block_.at(x, y)] = sum;
    }
}

/// Compares what is drawn with what is observed.
void EdgeRefiner::look_back() {
  std::vector<float> plane(block_.size());
  for (std::size_t band = 0; band < 3; ++band) {
    const auto& kernel = band == 0 ? kBlurY : kBlurC;
    for (std::size_t i = 0; i < plane.size(); ++i) plane[i] = drawn_[i][band];
    blur(plane, kernel);
    for (std::size_t i = 0; i < plane.size(); ++i)
      plane[i] = known_[i] != 0 ? to_bands(to_ycc(colors_[i]))[band] - plane[i] : 0;
    blur(plane, kernel);
    for (std::size_t i = 0; i < plane.size(); ++i) pull_[i][band] = plane[i];
  }
}

EdgeRefiner::Pixel EdgeRefiner::look_at(int x, int y, float length_price) const {
  Pixel pixel{.x = x, .y = y, .i = block_.at(x, y), .length_price = length_price};
  const int left = kFine * x, top = kFine * y;
  const auto inside = [this](int u, int v) {
    return u >= 0 && v >= 0 && u < kFine * block_.width && v < kFine * block_.height;
  };
  // The pixel's own parts first: however many entries are around, these are among the candidates.
  for (int v = 0; v < kFine; ++v)
    for (int u = 0; u < kFine; ++u) {
      pixel.now[part_at(u, v)] = fine_[part(left + u, top + v)];
      pixel.candidates.add(pixel.now[part_at(u, v)]);
    }
  for (int v = top - 1; v <= top + kFine; ++v)
    for (int u = left - 1; u <= left + kFine; ++u)
      if (inside(u, v)) pixel.candidates.add(fine_[part(u, v)]);
  if (pixel.candidates.count() < 2) return pixel;
  for (std::size_t k = 0, near = pixel.candidates.count(); k < near; ++k) {
    const EntryIndex entry = pixel.candidates[k];
    if (is_line_[entry] == 0) continue;
    for (const EntryIndex line : lines_)
      if (std::abs(palette_[line][0] - palette_[entry][0]) < kTwin) pixel.candidates.add(line);
  }
  for (int v = 0; v < kFine; ++v)
    for (int u = 0; u < kFine; ++u) {
      const auto at = part_at(u, v);
      for (int b = v - 1; b <= v + 1; ++b)
        for (int a = u - 1; a <= u + 1; ++a) {
          if ((a >= 0 && a < kFine && b >= 0 && b < kFine) || !inside(left + a, top + b)) continue;
          const EntryIndex other = fine_[part(left + a, top + b)];
          if (other == kUnexplained) continue;
          const float side = a == u || b == v ? kSideLength : kCornerLength;
          for (std::size_t k = 0; k < pixel.candidates.count(); ++k)
            pixel.outer[k][at] += side * border(pixel.candidates[k], other);
        }
    }
  return pixel;
}

float EdgeRefiner::length(const Pixel& pixel, const PixelParts& parts) const {
  float sum = 0;
  for (std::size_t at = 0; at < kParts; ++at) sum += pixel.outer[pixel.candidates.find(parts[at])][at];
  each_inner_pair(
      [&](std::size_t a, std::size_t b, float side) { sum += side * border(parts[a], parts[b]); });
  return sum;
}

/// By how much the squared differences from what is observed, in units of twice the noise's variance, grow
/// with a change of the pixel's colour.
float EdgeRefiner::misfit_change(const Pixel& pixel, const Bands& step) const {
  float sum = 0;
  for (std::size_t band = 0; band < 3; ++band)
    sum += kPrecision[band] * step[band] * (kEcho[band] * step[band] - 2 * pull_[pixel.i][band]);
  return sum;
}

void EdgeRefiner::set(Pixel& pixel, const PixelParts& parts) {
  Bands mean{};
  for (std::size_t at = 0; at < kParts; ++at)
    for (std::size_t band = 0; band < 3; ++band) mean[band] += palette_[parts[at]][band] / kParts;
  for (std::size_t band = 0; band < 3; ++band) {
    pull_[pixel.i][band] -= kEcho[band] * (mean[band] - drawn_[pixel.i][band]);
    drawn_[pixel.i][band] = mean[band];
  }
  pixel.now = parts;
  for (int v = 0; v < kFine; ++v)
    for (int u = 0; u < kFine; ++u)
      fine_[part(kFine * pixel.x + u, kFine * pixel.y + v)] = parts[part_at(u, v)];
}

/// By row and by the bits of its parts: the length of their border with other pixels, where a bit says which
/// of two candidates a part is.
using RowLengths = std::array<std::array<float, 8>, kFine>;
RowLengths row_lengths(const std::array<float, kParts>& zero, const std::array<float, kParts>& one) {
  RowLengths lengths{};
  for (std::size_t row = 0; row < kFine; ++row)
    for (std::size_t bits = 0; bits < 8; ++bits)
      for (std::size_t u = 0; u < kFine; ++u)
        lengths[row][bits] += (((bits >> u) & 1U) != 0 ? one : zero)[row * kFine + u];
  return lengths;
}

/// Draws the whole pixel anew, with one entry or with two on either side of a straight edge.
void EdgeRefiner::try_edges(Pixel& pixel) {
  const float own = length(pixel, pixel.now);
  float least = 0;
  const HalfPixel* best = nullptr;
  EntryIndex best_in = kUnexplained, best_out = kUnexplained;
  for (std::size_t b = 1; b < pixel.candidates.count(); ++b)
    for (std::size_t a = 0; a < b; ++a) {
      const EntryIndex out = pixel.candidates[a], in = pixel.candidates[b];
      const float between = border(out, in);
      const RowLengths outside = row_lengths(pixel.outer[a], pixel.outer[b]);
      std::array<float, kParts + 1> misfit{};
      for (std::size_t parts = 0; parts <= kParts; ++parts) {
        Bands step{};
        const float share = static_cast<float>(parts) / kParts;
        for (std::size_t band = 0; band < 3; ++band)
          step[band] = palette_[out][band] + share * (palette_[in][band] - palette_[out][band]) -
                       drawn_[pixel.i][band];
        misfit[parts] = misfit_change(pixel, step);
      }
      for (const HalfPixel& half : halves_) {
        float inner = between * half.border - own;
        float energy = misfit[half.parts] + pixel.length_price * inner;
        if (energy >= least) continue;
        inner +=
            outside[0][half.mask & 7U] + outside[1][(half.mask >> 3U) & 7U] + outside[2][half.mask >> 6U];
        energy = misfit[half.parts] + pixel.length_price * inner;
        if (energy >= least) continue;
        least = energy;
        best = &half;
        best_in = in;
        best_out = out;
      }
    }
  if (best == nullptr) return;
  PixelParts parts{};
  for (std::size_t at = 0; at < kParts; ++at) parts[at] = ((best->mask >> at) & 1U) != 0 ? best_in : best_out;
  if (parts != pixel.now) set(pixel, parts);
}

/// The length of the border of one part if it were of another candidate.
float EdgeRefiner::length_around(const Pixel& pixel, std::size_t at, std::size_t candidate) const {
  const int u = static_cast<int>(at) % kFine, v = static_cast<int>(at) / kFine;
  float sum = pixel.outer[candidate][at];
  for (int b = std::max(0, v - 1); b <= std::min(kFine - 1, v + 1); ++b)
    for (int a = std::max(0, u - 1); a <= std::min(kFine - 1, u + 1); ++a)
      if (a != u || b != v)
        sum += (a == u || b == v ? kSideLength : kCornerLength) *
               border(pixel.candidates[candidate], pixel.now[part_at(a, b)]);
  return sum;
}

/// Changes single parts that lie at an edge.
bool EdgeRefiner::try_parts(Pixel& pixel) {
  bool changed = false;
  for (std::size_t at = 0; at < kParts; ++at) {
    const EntryIndex now = pixel.now[at];
    const float own = length_around(pixel, at, pixel.candidates.find(now));
    if (own == 0) continue;
    EntryIndex best = now;
    float least = 0;
    for (std::size_t k = 0; k < pixel.candidates.count(); ++k) {
      const EntryIndex entry = pixel.candidates[k];
      if (entry == now) continue;
      Bands step{};
      for (std::size_t band = 0; band < 3; ++band)
        step[band] = (palette_[entry][band] - palette_[now][band]) / kParts;
      const float energy =
          misfit_change(pixel, step) + pixel.length_price * (length_around(pixel, at, k) - own);
      if (energy >= least) continue;
      least = energy;
      best = entry;
    }
    if (best == now) continue;
    PixelParts parts = pixel.now;
    parts[at] = best;
    set(pixel, parts);
    changed = true;
  }
  return changed;
}

void EdgeRefiner::visit(int x, int y, float length_price) {
  Pixel pixel = look_at(x, y, length_price);
  if (pixel.candidates.count() < 2) return;
  try_edges(pixel);
  if (try_parts(pixel)) try_parts(pixel);
}

MapClass EdgeRefiner::line_class(int x, int y) const {
  for (int v = 0; v < kFine; ++v)
    for (int u = 0; u < kFine; ++u) {
      const EntryIndex entry = fine_[part(kFine * x + u, kFine * y + v)];
      if (is_line_[entry] != 0) return classes_[entry];
    }
  return kNoClass;
}

}  // namespace

void refine_edges(MapBlock& block, const std::vector<Rgb>& colors, const LegendMatcher& legend) {
  EdgeRefiner refiner(block, colors, legend);
  refiner.run();
  block.line_class.assign(block.size(), kNoClass);
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      block.line_class[i] = refiner.line_class(x, y);
      const EntryIndex entry = refiner.middle(x, y);
      if (!refiner.is_active(i) || entry == block.entry[i]) continue;
      block.entry[i] = entry;
      block.map_class[i] = legend.map_class(entry);
      block.state[i] = MapPixel::mixed;
    }
}

}  // namespace terramask::labels
