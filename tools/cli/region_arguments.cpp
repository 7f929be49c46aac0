#include "cli/region_arguments.hpp"

#include <fmt/format.h>

#include <charconv>

#include "cli/file_kinds.hpp"
#include "cli/region_job.hpp"
#include "common/checks.hpp"
#include "region/enum_names.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/output.hpp"
#include "terramask/vectorize.hpp"

namespace terramask::tools {
namespace {

void add_job_options(CLI::App& app, RegionArguments& a) {
  const auto job = [&](CLI::Option* option, const char* group) { a.of_job.push_back(option->group(group)); };
  job(app.add_option("--priority", a.priority, "Which source wins where several have data")
          ->check(one_of({"last", "first", "newest", "oldest"}))
          ->type_name("last|first|newest|oldest")
          ->capture_default_str(),
      "Input");
  job(app.add_flag("--recursive", a.recursive, "Search subfolders of folders too"), "Input");
  job(app.add_option(
             "--stack", a.stack,
             "Append the bands of these files to those of each source; repeat it for names with commas")
          ->allow_extra_args(false)
          ->type_name("A,B"),
      "Input");
  const std::size_t before = app.get_options().size();
  add_raster_options(app, a.raster);
  const auto options = app.get_options();
  for (std::size_t i = before; i < options.size(); ++i) a.of_job.push_back(options[i]);
  job(app.add_option("--bounds", a.bounds,
                     "Process only this box: XMIN YMIN XMAX YMAX (or separated by commas); across 180 "
                     "degrees XMIN is the larger one")
          ->delimiter(',')
          ->expected(1, 4)
          ->check(number())
          ->allow_extra_args(false)
          ->type_name("BOX"),
      "Region");
  job(app.add_option("--bounds-crs", a.bounds_crs, "CRS of --bounds (default: the region's)")
          ->type_name("CRS"),
      "Region");
  job(app.add_option("--cutline", a.polygons,
                     "Process only pixels whose centres lie in these polygons (any vector file)")
          ->type_name("FILE"),
      "Region");
  job(app.add_option("--grid-crs", a.grid_crs, "CRS of the output (default: the first source's)")
          ->type_name("CRS"),
      "Grid");
  job(app.add_option("--grid-pixel-size", a.grid_pixel_size,
                     "Pixel size of the output, in units of its CRS (default: the first source's)")
          ->check(positive_number())
          ->type_name("N"),
      "Grid");
  job(app.add_option("--grid-origin", a.grid_origin, "Align the output so that a pixel corner lies at X,Y")
          ->delimiter(',')
          ->expected(2)
          ->check(number())
          ->allow_extra_args(false)
          ->type_name("X,Y"),
      "Grid");
  job(app.add_option("--tile", a.tile, "Size of an output tile in pixels (default: 2048)")
          ->check(whole_number(64, 65536))
          ->type_name("N"),
      "Grid");
  job(app.add_option("--probability-type", a.probabilities,
                     "Also write probabilities, one band per class: byte (0 to 254, nodata 255) or float32")
          ->check(one_of({"none", "byte", "float32"}))
          ->type_name("none|byte|float32")
          ->capture_default_str(),
      "Products");
  CLI::Option* vectorize =
      app.add_flag("--vectorize", a.vectorize, "Also write polygons.gpkg of all tiles, with seams dissolved");
  job(vectorize, "Products");
  job(app.add_option("--simplify", a.simplify, "How far polygon borders may move: 0.5 (metres) or 1px")
          ->needs(vectorize)
          ->type_name("TOLERANCE")
          ->capture_default_str(),
      "Products");
  job(app.add_option("--min-area", a.min_area,
                     "Merge smaller patches into a neighbour: 20 (square metres) or 50px")
          ->needs(vectorize)
          ->type_name("AREA")
          ->capture_default_str(),
      "Products");
  CLI::Option* zones =
      app.add_option("--zones", a.zones.path,
                     "Also write zones.csv and zones.gpkg: the area of each class in each of these polygons")
          ->type_name("FILE");
  job(zones, "Products");
  job(app.add_option("--zones-layer", a.zones.layer, "Layer of the zones, if the file has several")
          ->needs(zones)
          ->type_name("NAME"),
      "Products");
  job(app.add_option("--zones-id", a.zones.id_field, "Field that identifies a zone (default: its number)")
          ->needs(zones)
          ->type_name("FIELD"),
      "Products");
  job(app.add_option("--threshold", a.threshold,
                     "With two classes: assign the second where its probability is above P (default: the "
                     "model's, or 0.5)")
          ->check(number())
          ->type_name("P"),
      "Output");
  for (CLI::Option* option : add_background_options(app, a.background)) a.of_job.push_back(option);
  job(app.add_option(
             "--datetime", a.datetime,
             "Acquisition date of the sources for the STAC collection, ISO 8601 (default: as they state)")
          ->type_name("START[/END]"),
      "Output");
  job(app.add_option("--co", a.creation_options,
                     "Creation option of GDAL's COG driver, such as COMPRESS=ZSTD; repeatable")
          ->allow_extra_args(false)
          ->type_name("NAME=VALUE"),
      "Output");
}

void add_run_options(CLI::App& app, RegionArguments& a) {
  app.add_option("-o,--output", a.output, "Output folder of the job")->type_name("DIR/")->group("Output");
  app.add_option("--json", a.json, "Also write the summary as JSON; an existing file is replaced")
      ->type_name("FILE")
      ->group("Output");
  CLI::Option* resume =
      app.add_flag(
             "--resume", a.resume,
             "Continue: do the tiles that are missing, that failed, or whose input changed; the job may be "
             "left out")
          ->group("Run");
  CLI::Option* restart = app.add_flag("--restart", a.restart, "Discard all results and start again")
                             ->excludes(resume)
                             ->group("Run");
  app.add_flag("--drop-missing", a.drop_missing,
               "With --resume: continue without sources that no longer exist")
      ->needs(resume)
      ->group("Run");
  app.add_option("--on-error", a.on_error, "If a tile or source fails: skip it, or stop the job")
      ->check(one_of({"skip", "stop"}))
      ->type_name("skip|stop")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--retries", a.retries, "How many times to retry a failed tile")
      ->check(whole_number(0, 100))
      ->type_name("N")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--fingerprint", a.fingerprint,
                 "How to detect a changed input: by size, time and header, or by its whole content")
      ->check(one_of({"header", "content"}))
      ->type_name("header|content")
      ->capture_default_str()
      ->group("Run");
  CLI::Option* shard =
      app.add_option("--shard", a.shard, "Process only share I of N of the tiles, with its own journal")
          ->type_name("I/N")
          ->group("Run");
  CLI::Option* dry_run =
      app.add_flag("--dry-run", a.dry_run, "Only estimate tiles, memory, disk and time")->group("Run");
  CLI::Option* finish =
      app.add_flag("--finish", a.finish, "Join the shards of the job in DIR/, and list what is missing")
          ->excludes(resume)
          ->excludes(restart)
          ->excludes(shard)
          ->excludes(dry_run)
          ->group("Run");
  CLI::Option* job_file =
      app.add_option("--write-job", a.job_file, "Only write the job file of this command line")
          ->type_name("FILE.json")
          ->group("Output");
  for (CLI::Option* other : {resume, restart, shard, dry_run, finish}) job_file->excludes(other);
  app.add_flag("--overwrite", a.overwrite, "With --write-job: overwrite an existing file")
      ->needs(job_file)
      ->group("Output");
  app.add_option("--workers", a.workers, "Reading threads; twice as many write (0: one per processor)")
      ->check(whole_number(0, 1024))
      ->type_name("N")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--patch", a.patch,
                 "Size of the patches given to the network; affects the speed, not the masks")
      ->check(whole_number(1, largest_side))
      ->type_name("N")
      ->group("Run");
  app.add_option("--cache", a.cache, "Size of GDAL's block cache")
      ->type_name("BYTES")
      ->capture_default_str()
      ->group("Run");
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
  check_model_first("region", a.inputs.front(), std::span(a.inputs).subspan(1));
  RegionJob job;
  job.model = a.inputs.front();
  for (std::size_t i = 1; i < a.inputs.size(); ++i) {
    job.sources.push_back(guess_source(a.inputs[i]));
    job.sources.back().recursive = a.recursive && job.sources.back().kind == SourceSpec::Kind::raster;
  }
  job.priority = value_of<SourcePriority>(a.priority).value();
  job.raster = a.raster.options(stack_names(a.stack));
  if (job.raster.assumed_pixel_size_m)
    throw Error(ErrorCode::usage, "--pixel-size has no effect on a region, whose CRS defines it",
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
  if (a.vectorize)
    job.polygons = {.simplify = parse_measure(a.simplify, "--simplify"),
                    .min_area = parse_measure(a.min_area, "--min-area")};
  if (!a.zones.path.empty()) job.zones = a.zones;
  job.threshold = a.threshold;
  job.background_transparent = a.background.transparent();
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
