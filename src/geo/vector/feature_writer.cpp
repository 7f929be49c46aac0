#include "geo/vector/feature_writer.hpp"

#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>

#include "core/utf8.hpp"
#include "geo/base/crs.hpp"
#include "geo/base/disk_space.hpp"
#include "geo/base/file_ending.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/thread_setting.hpp"
#include "geo/base/working_folder.hpp"
#include "geo/style/layer_style.hpp"
#include "geo/style/style_file.hpp"
#include "geo/vector/feature_fields.hpp"
#include "geo/vector/geopackage_layers.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {
namespace {

constexpr std::uint64_t kFeaturesATransaction = 20000;
constexpr double kCoordinateShare = 1e-4;  ///< of a pixel: precision of coordinates written as text

struct Format {
  const char* driver;
  bool wgs84;
};

const std::map<std::string, Format>& formats() {
  static const std::map<std::string, Format> all{{".gpkg", {"GPKG", false}},
                                                 {".geojson", {"GeoJSON", true}},
                                                 {".json", {"GeoJSON", true}},
                                                 {".fgb", {"FlatGeobuf", false}}};
  return all;
}

Format format_of(const std::string& path) {
  const std::string ending = file_ending(path);
  const auto found = formats().find(ending);
  if (found == formats().end())
    throw Error(ErrorCode::usage,
                fmt::format("{}: \"{}\" is the ending of no vector format that is written", path, ending),
                "end it in .gpkg (GeoPackage), .geojson (in WGS 84) or .fgb (FlatGeobuf)");
  return found->second;
}

/// Decimals of a degree that preserve a small fraction of a pixel; RFC 7946 discourages more than needed.
int decimals(const Grid& grid) {
  const std::optional<PixelSize> size = ground_pixel_size(grid);
  constexpr double metres_a_degree = 111320;
  const double degrees = size ? std::min(size->x, size->y) / metres_a_degree : 1e-5;
  return std::clamp(static_cast<int>(std::ceil(-std::log10(degrees * kCoordinateShare))), 7, 14);
}

class OgrFeatureWriter final : public FeatureWriter {
 public:
  explicit OgrFeatureWriter(const FeatureFileOptions& options);
  ~OgrFeatureWriter() override;

  std::string scratch(const std::string& name) const override { return folder_.scratch(name); }
  void add_ring(std::span<const Point> pixels) override;
  void set_line(std::span<const Point> pixels) override;
  void write(std::span<const FieldValue> values) override;
  std::uint64_t features() const override { return features_; }
  std::uint64_t vertices() const override { return vertices_; }
  void finish() override;

 private:
  [[noreturn]] void fail(const std::string& doing, const std::string& gdal_text) {
    throw write_error(folder_, folder_.bytes() + (std::uint64_t{1} << 20), doing, gdal_text);
  }
  void create_layer();
  void begin_transaction();
  void commit();
  void verify();
  void fill(OGRSimpleCurve& curve, std::span<const Point> pixels, bool backwards) const;

  FeatureFileOptions options_;
  Format format_;
  WorkingFolder folder_;
  // Unfinished files are discarded, so a journal would only cost time and space.
  ThreadSetting no_journal_{"OGR_SQLITE_JOURNAL", "OFF"};
  ThreadSetting no_sync_{"OGR_SQLITE_SYNCHRONOUS", "OFF"};
  bool backwards_ = false;  ///< the grid's pixels are mirrored: reverse the direction of rings
  DatasetPtr dataset_;
  OGRLayer* layer_ = nullptr;
  std::unique_ptr<OGRGeometry> geometry_;
  bool in_transaction_ = false;
  std::uint64_t features_ = 0, vertices_ = 0;
};

OgrFeatureWriter::OgrFeatureWriter(const FeatureFileOptions& options)
    : options_(options), format_(format_of(options.path)), folder_(options.path) {
  ensure_gdal();
  if (!options_.grid.has_geotransform) options_.grid.geotransform = {0, 1, 0, 0, 0, 1};
  const std::array<double, 6>& g = options_.grid.geotransform;
  backwards_ = g[1] * g[5] - g[2] * g[4] > 0;
  if (options_.layer.empty()) options_.layer = std::filesystem::path(options_.path).stem().string();
  create_layer();
  begin_transaction();
}

OgrFeatureWriter::~OgrFeatureWriter() {
  if (dataset_ == nullptr) return;
  GdalErrors silence;  // removed even if closing fails
  if (in_transaction_) dataset_->RollbackTransaction();
  dataset_.reset();
}

void OgrFeatureWriter::create_layer() {
  GdalErrors errors;
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName(format_.driver);
  dataset_.reset(driver->Create(folder_.finished().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  if (dataset_ == nullptr) fail("could not be created", errors.text());
  OGRSpatialReference crs;
  if (!options_.grid.crs.empty()) {
    if (crs.SetFromUserInput(options_.grid.crs.c_str()) != OGRERR_NONE)
      throw errors.error(ErrorCode::usage, options_.path,
                         "its coordinate reference system cannot be understood");
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    if (options_.grid.epoch > 0) crs.SetCoordinateEpoch(options_.grid.epoch);
  }
  CPLStringList layer_options;
  const std::string driver_name = format_.driver;
  if (driver_name == "GeoJSON") {
    layer_options.SetNameValue("RFC7946", "YES");
    layer_options.SetNameValue("COORDINATE_PRECISION", std::to_string(decimals(options_.grid)).c_str());
  } else {
    layer_options.SetNameValue("SPATIAL_INDEX", "YES");
  }
  if (driver_name == "FlatGeobuf")
    layer_options.SetNameValue("TEMPORARY_DIR",
                               std::filesystem::path(folder_.scratch("x")).parent_path().c_str());
  layer_ = dataset_->CreateLayer(as_utf8(options_.layer).c_str(), options_.grid.crs.empty() ? nullptr : &crs,
                                 options_.kind == FeatureKind::polygon ? wkbPolygon : wkbLineString,
                                 layer_options.List());
  if (layer_ == nullptr) fail("could not be created", errors.text());
  if (!add_fields(*layer_, options_.fields)) fail("could not be created", errors.text());
  if (errors.failed()) fail("could not be created", errors.text());
}

void OgrFeatureWriter::begin_transaction() {
  if (dataset_->TestCapability(ODsCTransactions) == 0) return;
  GdalErrors errors;
  if (dataset_->StartTransaction() != OGRERR_NONE) fail("writing failed", errors.text());
  in_transaction_ = true;
}

void OgrFeatureWriter::commit() {
  if (!in_transaction_) return;
  GdalErrors errors;
  in_transaction_ = false;
  if (dataset_->CommitTransaction() != OGRERR_NONE || errors.failed()) fail("writing failed", errors.text());
}

void OgrFeatureWriter::fill(OGRSimpleCurve& curve, std::span<const Point> pixels, bool backwards) const {
  curve.setNumPoints(static_cast<int>(pixels.size()), FALSE);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const Point& pixel = pixels[backwards ? pixels.size() - 1 - i : i];
    const std::array<double, 2> world = options_.grid.to_world(pixel.x, pixel.y);
    curve.setPoint(static_cast<int>(i), world[0], world[1]);
  }
}

void OgrFeatureWriter::add_ring(std::span<const Point> pixels) {
  auto ring = std::make_unique<OGRLinearRing>();
  fill(*ring, pixels, backwards_);
  ring->closeRings();
  vertices_ += pixels.size();
  if (geometry_ == nullptr) geometry_ = std::make_unique<OGRPolygon>();
  static_cast<OGRPolygon&>(*geometry_).addRingDirectly(ring.release());
}

void OgrFeatureWriter::set_line(std::span<const Point> pixels) {
  auto line = std::make_unique<OGRLineString>();
  fill(*line, pixels, false);
  vertices_ += pixels.size();
  geometry_ = std::move(line);
}

void OgrFeatureWriter::write(std::span<const FieldValue> values) {
  GdalErrors errors;
  const OGRFeatureUniquePtr feature(OGRFeature::CreateFeature(layer_->GetLayerDefn()));
  for (std::size_t i = 0; i < values.size(); ++i) set_field(*feature, static_cast<int>(i), values[i]);
  feature->SetGeometryDirectly(geometry_.release());
  if (layer_->CreateFeature(feature.get()) != OGRERR_NONE || errors.failed())
    fail("writing failed", errors.text());
  if (++features_ % kFeaturesATransaction != 0) return;
  commit();
  begin_transaction();
}

void OgrFeatureWriter::finish() {
  commit();
  const bool in_layer = std::string_view(format_.driver) == "GPKG" && !options_.style.empty();
  {
    GdalErrors errors;
    if (in_layer) set_layer_style(*dataset_, *layer_, options_.style);
    dataset_->FlushCache(true);
    dataset_.reset();
    if (errors.failed()) fail("writing failed", errors.text());
  }
  verify();
  std::optional<StyleFile> beside;
  if (std::string_view(format_.driver) != "GPKG")
    beside.emplace(options_.path, StyleFile::Kind::vectors, options_.style);
  if (std::string_view(format_.driver) == "GPKG")
    put_layer_in_place(folder_, as_utf8(options_.layer), options_.overwrite);
  else
    folder_.put_in_place(options_.overwrite);
  if (beside) beside->put_in_place();
}

/// Counts the features of a text of any length without parsing it again: each is on its own line.
std::optional<std::uint64_t> whole_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t features = 0;
  std::string line, last;
  while (std::getline(file, line)) {
    const std::size_t end = line.find_last_not_of(" ,\r");
    if (line.starts_with("{ \"type\": \"Feature\",") && line[end] == '}') ++features;
    if (end != std::string::npos) last = line.substr(0, end + 1);
  }
  return last == "}" ? std::optional(features) : std::nullopt;
}

/// Reads to the end: a header may count features that are missing.
std::uint64_t readable_features(OGRLayer& layer) {
  std::uint64_t features = 0;
  layer.ResetReading();
  while (OGRFeatureUniquePtr(layer.GetNextFeature()) != nullptr) ++features;
  return features;
}

void OgrFeatureWriter::verify() {
  GdalErrors errors;
  if (format_.wgs84) {
    if (whole_lines(folder_.finished()) != features_)
      fail("the finished file does not hold what was written", "");
    return;
  }
  const DatasetPtr dataset(GDALDataset::Open(folder_.finished().c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY,
                                             nullptr, nullptr, nullptr));
  OGRLayer* layer = dataset == nullptr ? nullptr : dataset->GetLayerByName(as_utf8(options_.layer).c_str());
  const bool database = std::string_view(format_.driver) == "GPKG";  // SQLite reports failed writes
  if (layer == nullptr || layer->GetFeatureCount() != static_cast<GIntBig>(features_) ||
      (!database && readable_features(*layer) != features_) || errors.failed())
    fail("the finished file does not hold what was written", errors.text());
}

}  // namespace

void check_feature_format(const std::string& path, const Grid& grid) {
  const Format format = format_of(path);
  ensure_gdal();
  if (GetGDALDriverManager()->GetDriverByName(format.driver) == nullptr)
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: this GDAL was built without {}", path, format.driver),
                "choose another format, or install a complete GDAL");
  if (format.wgs84 && grid.crs.empty())
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: GeoJSON is in WGS 84, and the mask has no CRS", path),
                "say with `crs` which one it has, or write .gpkg or .fgb");
  if (format.wgs84 && local_unit(grid.crs))
    throw Error(
        ErrorCode::unsupported,
        fmt::format("{}: GeoJSON is in WGS 84, and the mask's \"{}\" is a local CRS, which has no place on "
                    "Earth",
                    path, crs_label(grid.crs)),
        "write .gpkg or .fgb, or say with `crs` which one of the Earth it is");
}

std::unique_ptr<FeatureWriter> FeatureWriter::create(const FeatureFileOptions& options) {
  check_feature_format(options.path, options.grid);
  return std::make_unique<OgrFeatureWriter>(options);
}

}  // namespace terramask::geo
