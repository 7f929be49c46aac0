#include "region_arguments.hpp"

#include <fmt/format.h>

#include <charconv>

#include "checks.hpp"
#include "region_job.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/vectorize.hpp"

namespace terramask::tools {
namespace {

void add_job_options(CLI::App& app, RegionArguments& a) {
  const auto job = [&](CLI::Option* option, const char* group) { a.of_job.push_back(option->group(group)); };
  job(app.add_option("--priority", a.priority, "Which source a pixel shows where several are valid")
          ->check(CLI::IsMember({"last", "first", "newest", "oldest"}).description(""))
          ->type_name("last|first|newest|oldest")
          ->capture_default_str(),
      "Input");
  job(app.add_flag("--recursive", a.recursive, "Of folders, take the rasters of their subfolders too"),
      "Input");
  job(app.add_option("--stack", a.stack,
                     "Join the bands of these files to each source's; repeated for names with commas")
          ->allow_extra_args(false)
          ->type_name("A,B"),
      "Input");
  const std::size_t before = app.get_options().size();
  add_raster_options(app, a.raster);
  const auto options = app.get_options();
  for (std::size_t i = before; i < options.size(); ++i) a.of_job.push_back(options[i]);
  job(app.add_option(
             "--bounds", a.bounds,
             "Only this box: XMIN YMIN XMAX YMAX, or with commas; across 180 degrees XMIN is the larger one")
          ->delimiter(',')
          ->expected(1, 4)
          ->check(number())
          ->allow_extra_args(false)
          ->type_name("BOX"),
      "Region");
  job(app.add_option("--bounds-crs", a.bounds_crs, "The box's CRS, if it is not the region's")
          ->type_name("CRS"),
      "Region");
  job(app.add_option("--polygons", a.polygons,
                     "Only pixels whose centres lie in these polygons (anything OGR reads)")
          ->type_name("FILE"),
      "Region");
  job(app.add_option("--grid-crs", a.grid_crs, "CRS of the output (default: the first source's)")
          ->type_name("CRS"),
      "Grid");
  job(app.add_option("--grid-pixel-size", a.grid_pixel_size,
                     "Pixel size of the output in units of its CRS (default: the first source's)")
          ->check(positive_number())
          ->type_name("N"),
      "Grid");
  job(app.add_option("--grid-origin", a.grid_origin, "X,Y of a pixel's corner of the output")
          ->delimiter(',')
          ->expected(2)
          ->check(number())
          ->allow_extra_args(false)
          ->type_name("X,Y"),
      "Grid");
  job(app.add_option("--tile", a.tile, "Side of an output tile in pixels (default: 2048)")
          ->check(whole_number(64, 65536))
          ->type_name("N"),
      "Grid");
  job(app.add_option("--probabilities", a.probabilities, "Write probabilities too, a band a class")
          ->check(CLI::IsMember({"none", "byte", "float32"}).description(""))
          ->type_name("none|byte|float32")
          ->capture_default_str(),
      "Products");
  CLI::Option* vectorize =
      app.add_flag("--vectorize", a.vectorize, "Write polygons.gpkg of all tiles too, seams dissolved");
  job(vectorize, "Products");
  job(app.add_option("--simplify", a.polygon_options.simplify,
                     "How far a polygon's border may be moved: 0.5 (metres) or 1px")
          ->needs(vectorize)
          ->type_name("TOLERANCE")
          ->capture_default_str(),
      "Products");
  job(app.add_option("--min-area", a.polygon_options.min_area,
                     "Give smaller patches to a neighbour: 20 (square metres) or 50px")
          ->needs(vectorize)
          ->type_name("AREA")
          ->capture_default_str(),
      "Products");
  CLI::Option* zones =
      app.add_option("--zones", a.zones.path,
                     "Write zones.csv and zones.gpkg too: the classes' areas in each of these polygons")
          ->type_name("FILE");
  job(zones, "Products");
  job(app.add_option("--zones-layer", a.zones.layer, "The layer of the zones, where the file has several")
          ->needs(zones)
          ->type_name("NAME"),
      "Products");
  job(app.add_option("--zones-id", a.zones.id_field, "The attribute that names a zone (default: its number)")
          ->needs(zones)
          ->type_name("FIELD"),
      "Products");
  job(app.add_option(
             "--threshold", a.threshold,
             "Of two classes: the second where its probability is above P (default: the model's, or 0.5)")
          ->check(number())
          ->type_name("P"),
      "Output");
  job(app.add_option("--datetime", a.datetime,
                     "When the sources were taken, ISO 8601, for the STAC collection (default: as they tell)")
          ->type_name("START[/END]"),
      "Output");
  job(app.add_option("--co", a.creation_options,
                     "GDAL's creation options of the COG driver: COMPRESS=ZSTD; repeatable")
          ->allow_extra_args(false)
          ->type_name("NAME=VALUE"),
      "Output");
}

void add_run_options(CLI::App& app, RegionArguments& a) {
  app.add_option("-o,--output", a.output, "The folder of the job")->type_name("DIR/")->group("Output");
  app.add_option("--json", a.json, "Write the summary as JSON too; a file that is there is replaced")
      ->type_name("FILE")
      ->group("Output");
  CLI::Option* resume = app.add_flag("--resume", a.resume,
                                     "Go on: do what is missing, failed, or whose input changed; the folder "
                                     "knows its job")
                            ->group("Run");
  CLI::Option* restart = app.add_flag("--restart", a.restart, "Forget what was done and begin anew")
                             ->excludes(resume)
                             ->group("Run");
  app.add_flag("--drop-missing", a.drop_missing, "With --resume: go on without sources that are gone")
      ->needs(resume)
      ->group("Run");
  app.add_option("--on-error", a.on_error, "Of a tile or source that fails: leave it, or end the job")
      ->check(CLI::IsMember({"skip", "stop"}).description(""))
      ->type_name("skip|stop")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--retries", a.retries, "How often a tile that failed is done again")
      ->check(CLI::Range(0, 100).description(""))
      ->type_name("N")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--fingerprint", a.fingerprint,
                 "What tells that an input changed: size, time and header, or all its bytes")
      ->check(CLI::IsMember({"header", "content"}).description(""))
      ->type_name("header|content")
      ->capture_default_str()
      ->group("Run");
  CLI::Option* shard =
      app.add_option("--shard", a.shard, "Only the I-th of N shares of the tiles, with a journal of its own")
          ->type_name("I/N")
          ->group("Run");
  CLI::Option* dry_run =
      app.add_flag("--dry-run", a.dry_run, "Only say what it would take: tiles, memory, disk, time")
          ->group("Run");
  CLI::Option* finish =
      app.add_flag("--finish", a.finish, "Join the shards of the job in DIR/, and say what is missing")
          ->excludes(resume)
          ->excludes(restart)
          ->excludes(shard)
          ->excludes(dry_run)
          ->group("Run");
  CLI::Option* job_file =
      app.add_option("--write-job", a.job_file, "Only write the job file that means the same as this call")
          ->type_name("FILE.json")
          ->group("Output");
  for (CLI::Option* other : {resume, restart, shard, dry_run, finish}) job_file->excludes(other);
  app.add_flag("--overwrite", a.overwrite, "With --write-job: replace the file")
      ->needs(job_file)
      ->group("Output");
  app.add_option("--workers", a.workers, "Threads that read; twice as many write (0: one for each processor)")
      ->check(CLI::Range(0, 1024).description(""))
      ->type_name("N")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--patch", a.patch,
                 "Side of the pieces that the network computes; it changes the speed, not the masks")
      ->check(whole_number(1, largest_side))
      ->type_name("N")
      ->group("Run");
  app.add_option("--cache", a.cache, "GDAL's block cache")
      ->type_name("BYTES")
      ->capture_default_str()
      ->group("Run");
}

SourcePriority priority_of(const std::string& name) {
  if (name == "first") return SourcePriority::first;
  if (name == "newest") return SourcePriority::newest;
  return name == "oldest" ? SourcePriority::oldest : SourcePriority::last;
}

void parse_shard(const std::string& text, RegionRun& run) {
  const char* end = text.data() + text.size();
  const auto [slash, first_failed] = std::from_chars(text.data(), end, run.shard);
  bool wrong = first_failed != std::errc() || slash == end || *slash != '/';
  if (!wrong) {
    const auto [rest, failed] = std::from_chars(slash + 1, end, run.shards);
    wrong = failed != std::errc() || rest != end;
  }
  if (wrong || run.shards < 1 || run.shard < 1 || run.shard > run.shards)
    throw Error(ErrorCode::usage, fmt::format("--shard {}: not a share of the tiles", text),
                "count from 1, as in --shard 3/16");
}

}  // namespace

void add_region_options(CLI::App& app, RegionArguments& a) {
  app.add_option("JOB", a.inputs, "JOB.json; or MODEL.safetensors and SOURCES")->type_name("");
  add_job_options(app, a);
  add_run_options(app, a);
  add_device_options(app, a.device);
  add_verbosity_options(app, a.verbosity);
}

void check_arguments(const RegionArguments& a) {
  if (!a.json.empty()) check_output(a.json, true, a.inputs);
  if (!a.finish) return;
  if (!a.inputs.empty())
    throw Error(ErrorCode::usage, a.inputs.front() + " beside --finish, which takes the job from the folder",
                "leave it out");
  for (const CLI::Option* option : a.of_job)
    if (option->count() > 0)
      throw Error(ErrorCode::usage,
                  option->get_name() + " beside --finish, which takes the job from the folder",
                  "leave it out");
}

RegionJob make_job(const RegionArguments& a) {
  if (a.inputs.empty()) return job_of_folder(a);
  if (a.inputs.size() == 1 && a.inputs.front().ends_with(".json")) {
    for (const CLI::Option* option : a.of_job)
      if (option->count() > 0)
        throw Error(ErrorCode::usage, fmt::format("{} beside {}", option->get_name(), a.inputs.front()),
                    "write it into the job");
    return read_region_job(a.inputs.front());
  }
  if (a.inputs.size() < 2)
    throw Error(ErrorCode::usage, a.inputs.front() + ": neither a job (.json) nor a model with sources",
                "name the sources after the model");
  RegionJob job;
  job.model = a.inputs.front();
  for (std::size_t i = 1; i < a.inputs.size(); ++i) {
    job.sources.push_back(guess_source(a.inputs[i]));
    job.sources.back().recursive = a.recursive && job.sources.back().kind == SourceSpec::Kind::raster;
  }
  job.priority = priority_of(a.priority);
  job.raster = a.raster.options(stack_names(a.stack));
  if (job.raster.assumed_pixel_size_m)
    throw Error(ErrorCode::usage, "--pixel-size says nothing of a region, whose CRS tells it",
                "leave it out, or choose the output's with --grid-pixel-size");
  if (!a.bounds.empty() && a.bounds.size() != 4)
    throw Error(ErrorCode::usage, "--bounds: takes four numbers", "XMIN YMIN XMAX YMAX");
  if (!a.bounds.empty()) job.bounds = {a.bounds[0], a.bounds[1], a.bounds[2], a.bounds[3]};
  job.bounds_crs = a.bounds_crs;
  job.cutline = a.polygons;
  job.crs = a.grid_crs;
  job.pixel_size = a.grid_pixel_size;
  if (!a.grid_origin.empty()) job.origin = {a.grid_origin[0], a.grid_origin[1]};
  job.tile = a.tile.value_or(job.tile);
  job.probabilities = a.probabilities != "none";
  job.probability_type = a.probabilities == "float32" ? ProbabilityType::float32 : ProbabilityType::byte;
  if (a.vectorize) {
    (void)parse_measure(a.polygon_options.simplify, "--simplify");
    (void)parse_measure(a.polygon_options.min_area, "--min-area");
    job.polygons = a.polygon_options;
  }
  if (!a.zones.path.empty()) job.zones = a.zones;
  job.threshold = a.threshold;
  job.creation_options = a.creation_options;
  if (!a.datetime.empty()) (void)parse_time_span(a.datetime, "--datetime");
  job.datetime = a.datetime;
  return job;
}

RegionRun make_run(const RegionArguments& a) {
  if (a.output.empty())
    throw Error(ErrorCode::usage, "-o,--output is required", "name the folder of the job: -o DIR/");
  RegionRun run;
  run.output = a.output;
  while (run.output.size() > 1 && run.output.ends_with('/')) run.output.pop_back();
  run.begin = a.resume    ? RegionRun::Begin::resume
              : a.restart ? RegionRun::Begin::restart
                          : RegionRun::Begin::fresh;
  run.drop_missing = a.drop_missing;
  run.stop_on_error = a.on_error == "stop";
  run.retries = a.retries;
  run.content_fingerprint = a.fingerprint == "content";
  if (!a.shard.empty()) parse_shard(a.shard, run);
  run.workers = a.workers;
  run.patch = a.patch;
  run.executor = a.device.options();
  return run;
}

}  // namespace terramask::tools
