#include "labels/web_map.hpp"

#include <gdal_priv.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "geo/base/gdal_support.hpp"
#include "geo/picture/stroke_font.hpp"
#include "scene/map_features.hpp"

namespace web_map {
namespace {

using terramask::scene::Line;
using terramask::scene::MapFeature;
using terramask::scene::Point;

constexpr double kMetres = 0.6;  // a pixel
constexpr int kFine = 4;         // samples across a pixel

struct Shape {
  bool polygon = false;
  Line line;          ///< in pixels
  double radius = 0;  ///< of a line
  Rgb color{};
  Class map_class = none;  ///< none: drawn, but nothing on the ground
  bool lettering = false;
};

/// Paints shapes on samples: fine ones in colours, coarse ones in classes.
template <class T>
class Samples {
 public:
  Samples(int size, int fine, T value)
      : side_(size * fine),
        fine_(fine),
        values(static_cast<std::size_t>(side_) * static_cast<std::size_t>(side_), value) {}

  void paint(const Shape& shape, T value) {
    if (shape.polygon)
      polygon(shape.line, value);
    else
      for (std::size_t i = 0; i + 1 < shape.line.size(); ++i)
        capsule(shape.line[i], shape.line[i + 1], shape.radius, value);
  }

 private:
  double centre(int k) const { return (k + 0.5) / fine_; }
  int first(double pixels) const {
    return std::clamp(static_cast<int>(std::ceil(pixels * fine_ - 0.5)), 0, side_);
  }

  void polygon(const Line& ring, T value) {
    const auto box = terramask::scene::bounds(ring);
    for (int y = first(box.y0); y < first(box.y1); ++y) {
      std::vector<double> crossings;
      const double at = centre(y);
      for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
        if ((ring[i].y > at) != (ring[j].y > at))
          crossings.push_back(ring[i].x +
                              (at - ring[i].y) * (ring[j].x - ring[i].x) / (ring[j].y - ring[i].y));
      std::sort(crossings.begin(), crossings.end());
      for (std::size_t k = 0; k + 1 < crossings.size(); k += 2)
        for (int x = first(crossings[k]); x < first(crossings[k + 1]); ++x) set(x, y, value);
    }
  }

  void capsule(Point a, Point b, double radius, T value) {
    for (int y = first(std::min(a.y, b.y) - radius); y < first(std::max(a.y, b.y) + radius); ++y)
      for (int x = first(std::min(a.x, b.x) - radius); x < first(std::max(a.x, b.x) + radius); ++x)
        if (terramask::scene::nearest_on_segment(a, b, {centre(x), centre(y)}).distance <= radius)
          set(x, y, value);
  }

  void set(int x, int y, T value) {
    values[static_cast<std::size_t>(y) * static_cast<std::size_t>(side_) + static_cast<std::size_t>(x)] =
        value;
  }

  int side_;
  int fine_;

 public:
  std::vector<T> values;
};

std::string tag(const MapFeature& feature, const char* key) {
  for (const auto& [name, value] : feature.tags)
    if (name == key) return value;
  return {};
}

class Drawing {
 public:
  Drawing(std::uint64_t seed, int size, const Style& style) : size_(size), style_(style), random_(seed) {
    const double metres = size * kMetres;
    features_ = terramask::scene::map_features(terramask::scene::make_town(seed, metres, metres));
    for (MapFeature& feature : features_)
      for (Point& p : feature.line) p = {p.x / kMetres, (metres - p.y) / kMetres};
    areas();
    roads();
    if (style.names) {
      road_names();
      places();
    }
  }

  Map map() const {
    Map map{.size = size_, .pixels = {}, .truth = {}, .lettered = {}};
    Samples<std::uint8_t> truth(size_, 1, ground), ink(size_, kFine, 0);
    Samples<Rgb> fine(size_, kFine, style_.land);
    for (const Shape& shape : shapes_) {
      fine.paint(shape, shape.color);
      if (shape.map_class != none) truth.paint(shape, shape.map_class);
      if (shape.lettering) ink.paint(shape, 1);
    }
    map.truth = truth.values;
    const auto count = static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_);
    map.pixels.resize(count);
    map.lettered.assign(count, 0);
    for (int y = 0; y < size_; ++y)
      for (int x = 0; x < size_; ++x) {
        std::array<int, 3> sum{};
        const auto to = static_cast<std::size_t>(y * size_ + x);
        for (int v = 0; v < kFine; ++v)
          for (int u = 0; u < kFine; ++u) {
            const auto i = static_cast<std::size_t>((y * kFine + v) * size_ * kFine + x * kFine + u);
            for (std::size_t k = 0; k < 3; ++k) sum[k] += fine.values[i][k];
            map.lettered[to] |= ink.values[i];
          }
        for (std::size_t k = 0; k < 3; ++k)
          map.pixels[to][k] = static_cast<std::uint8_t>((sum[k] + kFine * kFine / 2) / (kFine * kFine));
      }
    return map;
  }

 private:
  void area(const MapFeature& feature, Rgb color, Class map_class) {
    shapes_.push_back({true, feature.line, 0, color, map_class});
  }

  void areas() {
    for (const MapFeature& f : features_) {
      if (tag(f, "landuse") == "residential") area(f, style_.residential, ground);
      if (tag(f, "landuse") == "commercial") area(f, style_.commercial, ground);
      if (tag(f, "landuse") == "forest") area(f, style_.forest, vegetation);
      if (tag(f, "landuse") == "farmland")
        area(f, style_.field, style_.field == style_.land ? ground : vegetation);
      if (tag(f, "landuse") == "grass" || tag(f, "leisure") == "park") area(f, style_.park, vegetation);
    }
    for (const MapFeature& f : features_)
      if (f.layer == "water") area(f, style_.water, water);
    for (const MapFeature& f : features_) {
      if (f.layer != "buildings") continue;
      area(f, style_.building, building);
      Line outline = f.line;
      outline.push_back(outline.front());
      shapes_.push_back(
          {false, outline, 0.375, style_.building_outline, style_.casing_is_road ? building : none});
    }
  }

  void roads() {
    for (const bool bridges : {false, true})
      for (const bool casing : {true, false})
        for (const bool major : {false, true})
          for (const MapFeature& f : features_) {
            const std::string kind = tag(f, "highway");
            const bool is_major = kind == "primary" || kind == "secondary";
            if (f.layer != "roads" || is_major != major || (tag(f, "bridge") == "yes") != bridges) continue;
            const bool small = kind == "service" || kind == "track";
            const double width = major ? style_.major_px : small ? style_.service_px : style_.road_px;
            const Rgb edge = major ? style_.major_casing : style_.road_casing;
            const Rgb fill = major ? style_.major_road : style_.road;
            shapes_.push_back({false, f.line, casing ? width / 2 : width / 2 - style_.casing_px,
                               casing ? edge : fill,
                               casing && !major && !style_.casing_is_road ? none : road});
          }
  }

  /// Letters along a direction from their middle, halo first.
  void lettering(const std::string& text, Point middle, Point along, double height, Rgb color) {
    const auto set = terramask::geo::set_text(text);
    const double scale = height / terramask::geo::kCapitalHeight;
    const Point up = {along.y, -along.x};
    const Point start = middle - along * (set.width * scale / 2) - up * (height / 2);
    for (const bool halo : {true, false})
      for (const auto& stroke : set.strokes) {
        Line line;
        for (const auto& p : stroke) line.push_back(start + along * (p.x * scale) + up * (p.y * scale));
        shapes_.push_back({false, line, halo ? 1.65 : 0.65, halo ? style_.halo : color, none, true});
      }
  }

  void road_names() {
    for (const MapFeature& f : features_) {
      const std::string name = tag(f, "name");
      if (f.layer != "roads" || name.empty()) continue;
      const double needed = terramask::geo::set_text(name).width * 7.5 / terramask::geo::kCapitalHeight + 8;
      // The first stretch long enough that bends less than a pixel or two.
      for (std::size_t i = 0; i < f.line.size(); ++i)
        for (std::size_t j = i + 1; j < f.line.size(); ++j) {
          const Point a = f.line[i], b = f.line[j];
          if (length(b - a) < needed) continue;
          const bool straight = std::all_of(
              f.line.begin() + static_cast<std::ptrdiff_t>(i),
              f.line.begin() + static_cast<std::ptrdiff_t>(j),
              [&](Point p) { return terramask::scene::nearest_on_segment(a, b, p).distance < 1.5; });
          if (straight) {
            Point along = unit_vector(b - a);
            if (along.x < 0) along = along * -1;
            lettering(name, (a + b) * 0.5, along, 7.5, style_.name);
            i = f.line.size();
          }
          break;
        }
    }
  }

  void places() {
    std::uniform_real_distribution<double> where(0, size_);
    const int count = size_ * size_ / 16'000;
    for (int i = 0; i < count; ++i) {
      const Point at{where(random_), where(random_)};
      lettering(i % 3 == 0   ? "Town Hall"
                : i % 3 == 1 ? "Bakery"
                             : "School",
                {at.x, at.y + 16}, {1, 0}, 7.5, style_.place_name);
      shapes_.push_back({false, {at, at}, 7, style_.icon, none, true});
      shapes_.push_back({false, {{at.x - 3, at.y}, {at.x + 3, at.y}}, 1.2, {255, 255, 255}, none, true});
    }
  }

  int size_;
  Style style_;
  std::mt19937_64 random_;
  std::vector<MapFeature> features_;
  std::vector<Shape> shapes_;
};

Rgb hex(unsigned value) {
  return {static_cast<std::uint8_t>(value >> 16U), static_cast<std::uint8_t>(value >> 8U & 255U),
          static_cast<std::uint8_t>(value & 255U)};
}

}  // namespace

Style carto_style() {
  return {.land = hex(0xf2efe9),
          .residential = hex(0xe0dfdf),
          .commercial = hex(0xf2dad9),
          .park = hex(0xcdebb0),
          .forest = hex(0xadd19e),
          .field = hex(0xeef0d5),
          .water = hex(0xaad3df),
          .building = hex(0xd9d0c9),
          .building_outline = hex(0xc4b6ab),
          .road = hex(0xffffff),
          .major_road = hex(0xfcd6a4),
          .road_casing = hex(0xbbbbbb),
          .major_casing = hex(0xa06b00),
          .name = hex(0x222222),
          .halo = hex(0xffffff),
          .place_name = hex(0x734a08),
          .icon = hex(0x0092da)};
}

Style pale_style() {
  return {.land = hex(0xe8e4df),
          .residential = hex(0xe8e4df),
          .commercial = hex(0xebddbe),
          .park = hex(0xcadfaa),
          .forest = hex(0xcadfaa),
          .field = hex(0xe8e4df),
          .water = hex(0xb3d1ff),
          .building = hex(0xf3f1ed),
          .building_outline = hex(0xebe8e3),
          .road = hex(0xffffff),
          .major_road = hex(0xffe168),
          .road_casing = hex(0xd6d2cc),
          .major_casing = hex(0xd99e3c),
          .name = hex(0x555555),
          .halo = hex(0xffffff),
          .place_name = hex(0x6b5b95),
          .icon = hex(0x7a8fb5),
          .casing_is_road = false};
}

std::vector<LegendEntry> legend_of(const Style& s, double tolerance) {
  std::vector<LegendEntry> legend;
  const auto add = [&legend, tolerance](Rgb color, Class map_class, bool line = false) {
    for (const LegendEntry& entry : legend)
      if (entry.color == color) return;
    legend.push_back({.color = color, .map_class = map_class, .line = line, .tolerance = tolerance});
  };
  add(s.road, road);
  add(s.major_road, road);
  add(s.road_casing, s.casing_is_road ? road : ground, true);
  add(s.major_casing, road, true);
  add(s.land, ground);
  add(s.residential, ground);
  add(s.commercial, ground);
  add(s.park, vegetation);
  add(s.forest, vegetation);
  add(s.field, vegetation);
  add(s.water, water);
  add(s.building, building);
  if (s.casing_is_road) add(s.building_outline, building, true);
  return legend;
}

Map draw(std::uint64_t seed, int size, const Style& style) {
  return Drawing(seed, size, style).map();
}

void save(const Map& map, const std::string& path, int jpeg_quality) {
  save(map.pixels, map.size, path, jpeg_quality);
}

void save(const std::vector<Rgb>& pixels, int width, const std::string& path, int jpeg_quality) {
  terramask::geo::ensure_gdal();
  const auto height = static_cast<int>(pixels.size() / static_cast<std::size_t>(width));
  auto* manager = GetGDALDriverManager();
  const terramask::geo::DatasetPtr memory(
      manager->GetDriverByName("MEM")->Create("", width, height, 3, GDT_Byte, nullptr));
  auto bytes = pixels;
  const CPLErr written = memory->RasterIO(GF_Write, 0, 0, width, height, bytes.data(), width, height,
                                          GDT_Byte, 3, nullptr, 3, 3LL * width, 1, nullptr);
  CPLStringList options;
  if (jpeg_quality > 0) options.SetNameValue("QUALITY", std::to_string(jpeg_quality).c_str());
  auto* driver = manager->GetDriverByName(jpeg_quality > 0 ? "JPEG" : "PNG");
  const terramask::geo::DatasetPtr copy(
      driver->CreateCopy(path.c_str(), memory.get(), FALSE, options.List(), nullptr, nullptr));
  if (written != CE_None || !copy) throw std::runtime_error("cannot write " + path);
}

}  // namespace web_map
