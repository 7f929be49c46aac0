// The job people run on whole regions: any number of rasters and a model in, a grid of masks out, unattended.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "terramask/communicator.hpp"
#include "terramask/output.hpp"
#include "terramask/segment.hpp"
#include "terramask/source_list.hpp"
#include "terramask/vectorize.hpp"

namespace terramask {

/// Which source a pixel shows where several lie over each other.
enum class SourcePriority : std::uint8_t { last, first, newest, oldest };

/// Polygons of the whole region, once its tiles are there; as VectorizeOptions.
struct RegionPolygons {
  Measure simplify{}, min_area{};
};

/// Areas of the classes in each zone of a polygon layer, once all tiles are there; as ZonalOptions.
struct RegionZones {
  std::string path, layer, id_field;
};

/// What a region is made of: all that decides a bit of the result. Written as JSON (schemas/job.schema.json).
struct RegionJob {
  std::string model;
  std::vector<SourceSpec> sources;
  SourcePriority priority = SourcePriority::last;
  /// How each source is to be understood. `paths` are files whose bands are joined to each source's; `crs` is
  /// assigned to sources that have none.
  RasterOptions raster;
  std::optional<std::array<double, 4>> bounds;  ///< only this box
  std::string bounds_crs;                       ///< empty: the region's
  std::string cutline;                          ///< only these polygons
  std::string crs;                              ///< of the output; empty: the first source's
  std::optional<double> pixel_size;             ///< in units of that CRS; empty: the first source's
  std::optional<std::array<double, 2>> origin;  ///< x, y of a pixel's corner; empty: see README
  std::int64_t tile = 2048;                     ///< side of an output tile in pixels
  bool probabilities = false;
  ProbabilityType probability_type = ProbabilityType::byte;
  std::optional<double> threshold;
  /// Whether maps show what lies below the background; empty: as the model says, or by the classes' names.
  std::optional<bool> background_transparent;
  std::vector<std::string> creation_options;
  /// Made of the tiles: other settings change no tile.
  std::optional<RegionPolygons> polygons;
  std::optional<RegionZones> zones;
  std::string datetime;  ///< when the sources were taken, of parse_time_span; empty: as they tell themselves
};

/// First and last moment, as "2024-05-01T08:30:00Z"; both empty: unknown.
struct TimeSpan {
  std::string start, end;
};

/// START or START/END, ISO 8601: a year, a month, a day, or a time, with or without a zone (UTC). What names
/// no time begins with its first moment and ends with its last; START alone is one moment.
/// @param name  of the option or key. Throws usage.
TimeSpan parse_time_span(const std::string& text, const std::string& name);

/// Reads a job file. Paths in it begin at its folder. Throws not_found, format (naming the key).
RegionJob read_region_job(const std::string& path);

/// The job as a job file for `file` has it. Paths that were told relative to the working folder are written
/// relative to the file's, so that it is the very same job from there. Throws usage for what no job file can
/// say.
std::string region_job_text(const RegionJob& job, const std::string& file);

/// The job that a folder holds, as it was asked for last, with absolute paths. Throws not_found where it
/// holds none, unsupported where it could not be written down.
RegionJob held_region_job(const std::string& folder);
/// The name of that job's model file; empty where the folder holds no job.
std::string held_model(const std::string& folder);

/// How a job is run; none of this changes a bit of the result.
struct RegionRun {
  enum class Begin : std::uint8_t {
    fresh,    ///< the folder must hold no job
    resume,   ///< what is missing, failed or whose input changed is done
    restart,  ///< all of it anew
  };

  std::string output;  ///< the folder; made where it is not there
  Begin begin = Begin::fresh;
  /// Forget sources that are gone since the job began: their tiles are done without.
  bool drop_missing = false;
  bool stop_on_error = false;
  int retries = 1;                   ///< of a tile that failed
  bool content_fingerprint = false;  ///< SHA-256 of whole inputs instead of size, time and header
  int shard = 1, shards = 1;         ///< the share of the tiles that this run does
  int workers = 0;                   ///< threads that read, and as many that write; 0: one for each processor
  std::int64_t patch = 0;            ///< as SegmentOptions::tile; 0: 1024, or what the device has memory for
  ExecutorOptions executor;
  /// The processes that do it together; null: this one. All call run_region; rank 0 keeps the journal, hands
  /// out tiles and returns the summary of all, the others return an empty one.
  Communicator* ranks = nullptr;
  /// Gets one line for each thing that a log should hold; may be empty.
  std::function<void(const std::string&)> log;
};

enum class TileStatus : std::uint8_t { pending, running, done, failed };

/// What became of a tile.
struct RegionTile {
  std::int64_t row = 0, column = 0;
  Window window;  ///< of the region's grid
  TileStatus status = TileStatus::pending;
  std::string cause;  ///< of a failure
  std::int64_t runs = 0;
  std::uint64_t pixels = 0, valid = 0;
  /// Pixels that the network, in this run, gave no finite number for: nodata.
  std::uint64_t without_result = 0;
  double confidence = 0;  ///< mean of the largest probability over valid pixels
  double seconds = 0;
  std::vector<std::uint64_t> counts;  ///< pixels by class
  std::vector<double> areas;          ///< square metres by class; empty where the CRS tells none
};

/// What one of the processes that share a region did.
struct RegionRank {
  std::size_t tiles = 0;  ///< that it was handed
  double seconds = 0;     ///< from its first tile to its last
  /// Seconds of these in which it asked for a tile and had none: from the wish to the answer, one reading
  /// thread at a time.
  double waited = 0;
  /// The last wait of each reading thread, for the answer that there are no more.
  double at_end = 0;
};

/// What it takes rank 0 to hand out tiles to the others.
struct RegionHandingOut {
  double processor = 0;  ///< seconds of a core, looking for messages included
  double busy = 0;       ///< seconds in which it answered: with waiting for the journal to be on disk
};

struct RegionClass {
  ClassInfo info;
  std::uint64_t pixels = 0;
  double square_metres = 0;
};

/// What tiles that are done show, all together.
struct RegionTotals {
  std::uint64_t pixels = 0, valid_pixels = 0;
  /// On the ellipsoid. False where the CRS does not tell what some of the pixels cover: areas are then 0.
  bool has_areas = true;
  double square_metres = 0;  ///< of valid pixels
  std::vector<RegionClass> classes;
};

struct RegionSummary {
  std::size_t tiles = 0;  ///< of the region (of the shard)
  std::size_t done = 0;   ///< by this run
  std::size_t kept = 0;   ///< done before, and nothing changed
  std::vector<RegionTile> failed;
  std::vector<std::string> faults;  ///< sources that could not be used, and why
  std::vector<std::string> warnings;
  RegionTotals region;    ///< of all tiles that are done, whichever run did them
  RegionTotals this_run;  ///< of those that this run did
  /// Of this run.
  double seconds = 0, read_seconds = 0, compute_seconds = 0, write_seconds = 0, device_idle = 0;
  std::vector<RegionRank> ranks;  ///< this process alone: one
  RegionHandingOut handing_out;
  std::vector<std::string> products;  ///< files that tie the tiles together

  bool complete() const { return failed.empty() && faults.empty() && done + kept == tiles; }
};

struct RegionEstimate {
  Grid grid;
  Window window;  ///< what of the grid is wanted
  std::size_t sources = 0, tiles = 0, to_do = 0;
  std::uint64_t pixels = 0;  ///< of the tiles to do
  SegmentEstimate tile;      ///< of the largest
  double flops = 0;          ///< of all tiles to do
  std::uint64_t host_bytes = 0;
  DiskEstimate disk;
  std::vector<std::string> faults, warnings;
};

/// What it would take, without making anything.
RegionEstimate estimate_region(const RegionJob& job, const RegionRun& run);

/// Runs a job. Each tile is put in place whole or not at all, and the journal knows of it before and after. A
/// tile that fails is done again `retries` times and then left; the others go on. Unless it is one shard of
/// several, the tiles are then tied together as in finish_region.
///
/// Errors: exists (a job in the folder, another run at work there, a journal that does not fit), what reading
/// the sources throws where none can be used, io (a full disk), cancelled.
RegionSummary run_region(const RegionJob& job, const RegionRun& run, const ProgressSink& progress,
                         const StopFlag* stop);

/// Joins the journals of all shards, says what is missing or failed and writes what ties the tiles together:
/// mask.vrt, probabilities.vrt, tiles.gpkg, a STAC collection and, where the job wants them and no tile is
/// missing, polygons.gpkg, zones.csv and zones.gpkg.
RegionSummary finish_region(const std::string& folder, const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask
