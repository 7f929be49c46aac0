// The roads of a real place, drawn 8 m wide onto its image's grid, come back as lines.
#include <gdal_alg.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "geo/files/open.hpp"
#include "support.hpp"
#include "vectorize/centerlines.hpp"

namespace terramask::tests {
namespace {

using Place = std::array<double, 2>;
using Lines = std::vector<std::vector<Place>>;  ///< in metres

constexpr double kHalfWidth = 4;

class Swellendam : public VectorizeTest {
 protected:
  void SetUp() override {
    VectorizeTest::SetUp();
    degrees_.SetFromUserInput("EPSG:4326");
    degrees_.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    metres_.SetFromUserInput("EPSG:32734");
    to_metres_.reset(OGRCreateCoordinateTransformation(&degrees_, &metres_));
    to_degrees_.reset(OGRCreateCoordinateTransformation(&metres_, &degrees_));
  }

  /// Buffers in metres, pixel centres.
  void draw_mask(const std::string& path, GDALDataset& image, OGRLayer& roads) {
    const geo::DatasetPtr raster(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
        path.c_str(), image.GetRasterXSize(), image.GetRasterYSize(), 1, GDT_Byte, nullptr));
    std::vector<double> geotransform(6);
    image.GetGeoTransform(geotransform.data());
    raster->SetGeoTransform(geotransform.data());
    raster->SetSpatialRef(&degrees_);
    std::vector<std::unique_ptr<OGRGeometry>> areas;
    std::vector<OGRGeometryH> handles;
    for (const auto& feature : roads) {
      std::unique_ptr<OGRGeometry> line(feature->GetGeometryRef()->clone());
      line->flattenTo2D();
      ASSERT_EQ(line->transform(to_metres_.get()), OGRERR_NONE);
      areas.emplace_back(line->Buffer(kHalfWidth, 16));
      ASSERT_EQ(areas.back()->transform(to_degrees_.get()), OGRERR_NONE);
      handles.push_back(OGRGeometry::ToHandle(areas.back().get()));
    }
    int band = 1;
    const std::vector<double> ones(handles.size(), 1);
    ASSERT_EQ(GDALRasterizeGeometries(GDALDataset::ToHandle(raster.get()), 1, &band,
                                      static_cast<int>(handles.size()), handles.data(), nullptr, nullptr,
                                      ones.data(), nullptr, nullptr, nullptr),
              CE_None);
  }

  /// What of a layer lies on the image.
  Lines lines_of(OGRLayer& layer, GDALDataset& image) {
    std::vector<double> g(6);
    image.GetGeoTransform(g.data());
    OGRLinearRing ring;
    for (const auto& [x, y] : {std::pair{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}})
      ring.addPoint(g[0] + x * image.GetRasterXSize() * g[1], g[3] + y * image.GetRasterYSize() * g[5]);
    OGRPolygon frame;
    frame.addRing(&ring);
    Lines lines;
    for (const auto& feature : layer) {
      const std::unique_ptr<OGRGeometry> part(feature->GetGeometryRef()->Intersection(&frame));
      if (part == nullptr || part->IsEmpty()) continue;
      part->transform(to_metres_.get());
      const auto add = [&lines](const OGRLineString& line) {
        lines.emplace_back();
        for (int i = 0; i < line.getNumPoints(); ++i) lines.back().push_back({line.getX(i), line.getY(i)});
      };
      if (wkbFlatten(part->getGeometryType()) == wkbLineString)
        add(*part->toLineString());
      else
        for (const OGRLineString* line : *part->toMultiLineString()) add(*line);
    }
    return lines;
  }

  /// The share of `from`'s length within `near` metres of `to`.
  static double share(const Lines& from, const Lines& to, double near) {
    double total = 0, good = 0;
    for (const auto& line : from)
      for (std::size_t i = 1; i < line.size(); ++i) {
        const double length = std::hypot(line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]);
        const int parts = std::max(1, static_cast<int>(std::ceil(length)));
        for (int k = 0; k < parts; ++k) {
          const double t = (k + 0.5) / parts;
          const Place p{std::lerp(line[i - 1][0], line[i][0], t), std::lerp(line[i - 1][1], line[i][1], t)};
          total += length / parts;
          if (is_near(p, to, near)) good += length / parts;
        }
      }
    return good / total;
  }

  static bool is_near(Place p, const Lines& lines, double near) {
    for (const auto& line : lines)
      for (std::size_t i = 1; i < line.size(); ++i) {
        const double dx = line[i][0] - line[i - 1][0], dy = line[i][1] - line[i - 1][1];
        const double px = p[0] - line[i - 1][0], py = p[1] - line[i - 1][1], squared = dx * dx + dy * dy;
        const double t = squared > 0 ? std::clamp((px * dx + py * dy) / squared, 0.0, 1.0) : 0;
        if (std::hypot(px - t * dx, py - t * dy) <= near) return true;
      }
    return false;
  }

  OGRSpatialReference degrees_, metres_;
  std::unique_ptr<OGRCoordinateTransformation> to_metres_, to_degrees_;
};

TEST_F(Swellendam, RoadsComeBackWithinAPixelBothWays) {
  const auto roads_path = shared_data("data/osm_roads_swellendam/osm_roads.geojson");
  const auto image_path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(roads_path);
  TERRAMASK_REQUIRE(image_path);
  const geo::DatasetPtr image = geo::open_raster(image_path.string());
  const geo::DatasetPtr roads = geo::open_vector(roads_path.string());
  draw_mask(file("mask.tif"), *image, *roads->GetLayer(0));
  const VectorizeOptions options{.mask = file("mask.tif"), .output = file("lines.gpkg"), .classes = {"1"}};
  const VectorizeSummary summary = vectorize_centerlines(options, {}, nullptr);
  const geo::DatasetPtr found = geo::open_vector(options.output);
  const Lines truth = lines_of(*roads->GetLayer(0), *image);
  const Lines lines = lines_of(*found->GetLayer(0), *image);
  const double pixel = ground_pixel_size(vectors::open_mask(options.mask, "", "").grid).value().x;
  EXPECT_NEAR(pixel, 2.3, 0.05);  // the narrower side
  const double back = share(lines, truth, pixel), there = share(truth, lines, pixel);
  std::printf("within %.2f m: %.2f%% of what was found, %.2f%% of the roads\n", pixel, 100 * back,
              100 * there);
  EXPECT_GE(back, 0.98);
  EXPECT_GE(there, 0.98);
  double length = 0, width = 0;
  for (const auto& feature : *found->GetLayer(0)) {
    length += feature->GetFieldAsDouble("length_m");
    width += feature->GetFieldAsDouble("width_m") * feature->GetFieldAsDouble("length_m");
  }
  EXPECT_NEAR(width / length, 2 * kHalfWidth, 0.5);
  EXPECT_NEAR(length, summary.classes[0].length_m.value(), 1e-3);
}

}  // namespace
}  // namespace terramask::tests
