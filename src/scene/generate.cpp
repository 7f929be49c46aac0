#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "core/claimed_folder.hpp"
#include "core/output_place.hpp"
#include "core/team.hpp"
#include "geo/base/working_folder.hpp"
#include "geo/style/style_file.hpp"
#include "geo/vector/geopackage_layers.hpp"
#include "scene/blocks.hpp"
#include "scene/map_files.hpp"
#include "scene/raster_file.hpp"
#include "terramask/class_info.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"
#include "terramask/scene.hpp"

namespace terramask {

namespace fs = std::filesystem;

const std::vector<std::string>& scene_files() {
  static const std::vector<std::string> files{"ortho.tif",  "dsm.tif",  "dtm.tif",
                                              "labels.tif", "map.gpkg", "map.osm"};
  return files;
}

const std::vector<ClassInfo>& scene_classes() {
  static const std::vector<ClassInfo> classes{{0, "background", "#b8a88a"},     {1, "road", "#ffd400"},
                                              {2, "building", "#d7301f"},       {3, "tree", "#1b7837"},
                                              {4, "low vegetation", "#a6d96a"}, {5, "water", "#3182bd"}};
  return classes;
}

namespace scene {
namespace {

constexpr int kBlockSize = 512;

void check(const SceneOptions& options) {
  const auto refuse = [](const std::string& what, const std::string& remedy) {
    throw Error(ErrorCode::usage, what, remedy);
  };
  if (options.folder.empty()) refuse("scene: no output folder", "name one with `output`");
  for (const std::int64_t side : {options.width, options.height})
    if (side < 64 || side > 65536)
      refuse("scene: size " + std::to_string(options.width) + "x" + std::to_string(options.height) +
                 " cannot be made",
             "choose 64 to 65536 pixels for each side");
  if (!(options.pixel_size_m >= 0.1 && options.pixel_size_m <= 5))
    refuse("scene: pixel size " + plain_number(options.pixel_size_m) + " m cannot be made",
           "choose 0.1 to 5 m");
  const double largest = static_cast<double>(std::max(options.width, options.height)) * options.pixel_size_m;
  if (largest > 40000) refuse("scene: more than 40 km across", "choose fewer or smaller pixels");
  if (!std::isfinite(options.origin_x) || !std::isfinite(options.origin_y))
    refuse("scene: the origin is not a number", "name easting and northing in metres");
}

/// The folder the files grow in, beside their final places; goes with whatever is left in it.
class GrowingFolder {
 public:
  explicit GrowingFolder(const SceneOptions& options) : final_(options.folder) {
    std::error_code failure;
    check_working_folder(options.folder);
    if (fs::exists(final_, failure) && !fs::is_directory(final_, failure))
      throw Error(ErrorCode::exists, final_.string() + ": is a file, not a folder", "choose another folder");
    if (!options.overwrite)
      for (const std::string& name : scene_files())
        if (is_taken((final_ / name).string()))
          throw Error(ErrorCode::exists, (final_ / name).string() + ": already exists",
                      "use `overwrite` or another folder");
    made_ = fs::create_directories(final_, failure);
    if (failure)
      throw Error(ErrorCode::io, final_.string() + ": cannot be written: " + failure.message(),
                  "choose another folder");
    for (const std::string& name : scene_files())
      check_output((final_ / name).string(), options.overwrite, {});
    geo::check_only_layers((final_ / "map.gpkg").string(), geopackage_layers());
    growing_.emplace(final_ / ".scene.part-inwork", final_.string());
  }
  ~GrowingFolder() {
    std::error_code ignored;
    growing_.reset();
    if (made_ && !done_) fs::remove(final_, ignored);  // only where it is empty
  }
  GrowingFolder(const GrowingFolder&) = delete;
  GrowingFolder& operator=(const GrowingFolder&) = delete;

  std::string path(const std::string& name) const { return (growing_->path() / name).string(); }
  std::string final_path(const std::string& name) const { return (final_ / name).string(); }

  void put_in_place() {
    if (!fs::exists(path("labels.tif.aux.xml")))
      throw Error(ErrorCode::io, (final_ / "labels.tif").string() + ": its class names could not be written",
                  "make room, or choose another folder");
    for (const std::string& name : scene_files()) {
      const std::string sidecar = name + ".aux.xml";
      std::error_code ignored;
      if (fs::exists(path(sidecar)))
        geo::rename_finished(path(sidecar), final_ / sidecar);
      else
        fs::remove(final_ / sidecar, ignored);
      geo::rename_finished(path(name), final_ / name);
    }
    done_ = true;
  }

 private:
  fs::path final_;
  std::optional<ClaimedFolder> growing_;
  bool made_ = false, done_ = false;
};

/// Rows of blocks, computed by several threads and written by one.
class Strips {
 public:
  Strips(const Town& town, const SceneOptions& options, const ProgressSink& progress, const StopFlag* stop)
      : town_(town), options_(options), progress_(progress), stop_(stop) {
    const auto pixels = static_cast<std::size_t>(options.width) * kBlockSize;
    ortho.resize(pixels * 3);
    dsm.resize(pixels);
    dtm.resize(pixels);
    labels.resize(pixels);
  }

  void render(std::int64_t first_row, std::int64_t rows) {
    const std::int64_t count = (options_.width + kBlockSize - 1) / kBlockSize;
    std::atomic<std::int64_t> next{0};
    const auto work = [&] {
      try {
        for (std::int64_t number = next++; number < count; number = next++) {
          if (stop_ != nullptr) stop_->check();
          const std::int64_t column = number * kBlockSize;
          const PixelBlock block{
              column, first_row,
              static_cast<int>(std::min<std::int64_t>(kBlockSize, options_.width - column)),
              static_cast<int>(rows)};
          place(block, render_block(town_, block, options_.pixel_size_m));
          report(static_cast<std::uint64_t>(block.columns) * static_cast<std::uint64_t>(block.rows));
        }
      } catch (...) {
        next = count;
        throw;
      }
    };
    const unsigned wished =
        options_.threads > 0 ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
    together(static_cast<std::size_t>(std::min<std::int64_t>(wished, count)), work);
  }

  std::vector<std::uint8_t> ortho, labels;
  std::vector<float> dsm, dtm;

 private:
  void place(const PixelBlock& block, const RenderedBlock& rendered) {
    const auto columns = static_cast<std::size_t>(block.columns);
    for (std::size_t row = 0; row < static_cast<std::size_t>(block.rows); ++row) {
      const std::size_t from = row * columns;
      const std::size_t to =
          row * static_cast<std::size_t>(options_.width) + static_cast<std::size_t>(block.column);
      std::copy_n(&rendered.ortho[from * 3], columns * 3, &ortho[to * 3]);
      std::copy_n(&rendered.dsm[from], columns, &dsm[to]);
      std::copy_n(&rendered.dtm[from], columns, &dtm[to]);
      std::copy_n(&rendered.labels[from], columns, &labels[to]);
    }
  }

  void report(std::uint64_t pixels) {
    const std::lock_guard lock(mutex_);
    done_ += pixels;
    if (progress_)
      progress_({"drawing", "pixels", done_,
                 static_cast<std::uint64_t>(options_.width) * static_cast<std::uint64_t>(options_.height)});
  }

  const Town& town_;
  const SceneOptions& options_;
  const ProgressSink& progress_;
  const StopFlag* stop_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
};

void write_rasters(const Town& town, const SceneOptions& options, const SceneFrame& frame,
                   const GrowingFolder& folder, const ProgressSink& progress, const StopFlag* stop) {
  RasterFile ortho(folder.path("ortho.tif"), RasterFile::Kind::photograph, options, frame);
  RasterFile dsm(folder.path("dsm.tif"), RasterFile::Kind::heights, options, frame);
  RasterFile dtm(folder.path("dtm.tif"), RasterFile::Kind::heights, options, frame);
  RasterFile labels(folder.path("labels.tif"), RasterFile::Kind::labels, options, frame);
  Strips strips(town, options, progress, stop);
  for (std::int64_t row = 0; row < options.height; row += kBlockSize) {
    const std::int64_t rows = std::min<std::int64_t>(kBlockSize, options.height - row);
    strips.render(row, rows);
    ortho.write(row, rows, strips.ortho);
    dsm.write(row, rows, strips.dsm);
    dtm.write(row, rows, strips.dtm);
    labels.write(row, rows, strips.labels);
  }
  for (RasterFile* file : {&ortho, &dsm, &dtm, &labels}) file->close();
}

}  // namespace
}  // namespace scene

void generate_scene(const SceneOptions& options, const ProgressSink& progress, const StopFlag* stop) {
  scene::check(options);
  const scene::SceneFrame frame(options);
  scene::GrowingFolder folder(options);
  const scene::Town town =
      scene::make_town(options.seed, static_cast<double>(options.width) * options.pixel_size_m,
                       static_cast<double>(options.height) * options.pixel_size_m);
  const std::vector<scene::MapFeature> features = scene::map_features(town);
  scene::write_osm(folder.path("map.osm"), features, frame);
  scene::write_geopackage(folder.path("map.gpkg"), features, frame);
  scene::write_rasters(town, options, frame, folder, progress, stop);
  folder.put_in_place();
  geo::StyleFile(folder.final_path("labels.tif"), geo::StyleFile::Kind::raster,
                 geo::mask_style(scene_classes(), transparent_values(scene_classes())))
      .put_in_place();
}

}  // namespace terramask
