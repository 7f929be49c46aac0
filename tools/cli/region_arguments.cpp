#include "cli/region_arguments.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>

#include "cli/file_kinds.hpp"
#include "common/checks.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "region/enum_names.hpp"
#include "terramask/evaluate.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/output.hpp"
#include "terramask/tiles.hpp"
#include "terramask/vectorize.hpp"

namespace terramask::tools {
namespace {

/// What a job file says too.
void add_job_options(CLI::App& app, RegionArguments& a) {
  const std::size_t before = app.get_options().size();
  OptionGroup input(app, "Input"), region(app, "Region"), grid(app, "Grid"), products(app, "Products"),
      output(app, "Output");
  input.add_choice("--priority", a.priority, "Which source wins where several have data",
                   {"last", "first", "newest", "oldest"});
  input.add_flag("--recursive", a.recursive, "Search subfolders of folders too");
  input.add_repeated(
      "--stack", a.stack,
      "Append the bands of these files to those of each source; repeat it for names with commas", "A,B");
  add_raster_options(app, a.raster);
  add_area_options(region, a.bounds, a.job.bounds_crs, a.job.cutline, "region");
  grid.add("--grid-crs", a.job.crs, "CRS of the output (default: the first source's)", "CRS");
  grid.add("--grid-pixel-size", a.job.pixel_size,
           "Pixel size of the output, in units of its CRS (default: the first source's)", "N")
      ->check(positive_number());
  grid.add_list("--grid-origin", a.grid_origin, "Align the output so that a pixel corner lies at X,Y", "X,Y")
      ->expected(2)
      ->check(number());
  grid.add("--tile", a.job.tile, "Size of an output tile in pixels (default: 2048)", "N")
      ->check(whole_number(64, 65536));
  products.add_choice("--probability-type", a.probabilities,
                      "Also write probabilities, one band per class: byte (0 to 254, nodata 255) or float32",
                      {"none", "byte", "float32"});
  CLI::Option* vectorize = products.add_flag("--vectorize", a.vectorize,
                                             "Also write polygons.gpkg of all tiles, with seams dissolved");
  products
      .add_shown("--simplify", a.simplify, "How far polygon borders may move: 0.5 (metres) or 1px",
                 "TOLERANCE")
      ->needs(vectorize);
  products
      .add_shown("--min-area", a.min_area,
                 "Merge smaller patches into a neighbour: 20 (square metres) or 50px", "AREA")
      ->needs(vectorize);
  CLI::Option* zones = products.add(
      "--zones", a.zones.path,
      "Also write zones.csv and zones.gpkg: the area of each class in each of these polygons", "FILE");
  products.add("--zones-layer", a.zones.layer, "Layer of the zones, if the file has several", "NAME")
      ->needs(zones);
  products.add("--zones-id", a.zones.id_field, "Field that identifies a zone (default: its number)", "FIELD")
      ->needs(zones);
  output
      .add("--threshold", a.job.threshold,
           "With two classes: assign the second where its probability is above P (default: the "
           "model's, or 0.5)",
           "P")
      ->check(number());
  add_background_options(app, a.background);
  output.add("--datetime", a.job.datetime,
             "Acquisition date of the sources for the STAC collection, ISO 8601 (default: as they state)",
             "START[/END]");
  output.add_repeated("--co", a.job.creation_options,
                      "Creation option of GDAL's COG driver, such as COMPRESS=ZSTD; repeatable",
                      "NAME=VALUE");
  const std::vector<CLI::Option*> options = app.get_options();
  a.of_job.assign(options.begin() + static_cast<std::ptrdiff_t>(before), options.end());
}

void add_run_options(CLI::App& app, RegionArguments& a) {
  OptionGroup output(app, "Output"), run(app, "Run");
  output.add("-o,--output", a.output, "Output folder of the job", "DIR/");
  output.add("--json", a.json, "Also write the summary as JSON; an existing file is replaced", "FILE");
  CLI::Option* resume = run.add_flag(
      "--resume", a.resume,
      "Continue: do the tiles that are missing, that failed, or whose input changed; the job may be "
      "left out");
  CLI::Option* restart =
      run.add_flag("--restart", a.restart, "Discard all results and start again")->excludes(resume);
  run.add_flag("--drop-missing", a.run.drop_missing,
               "With --resume: continue without sources that no longer exist")
      ->needs(resume);
  run.add_choice("--on-error", a.on_error, "If a tile or source fails: skip it, or stop the job",
                 {"skip", "stop"});
  run.add_shown("--retries", a.run.retries, "How many times to retry a failed tile", "N")
      ->check(whole_number(0, 100));
  run.add_choice("--fingerprint", a.fingerprint,
                 "How to detect a changed input: by size, time and header, or by its whole content",
                 {"header", "content"});
  CLI::Option* shard =
      run.add("--shard", a.shard, "Process only share I of N of the tiles, with its own journal", "I/N");
  CLI::Option* dry_run = run.add_flag("--dry-run", a.dry_run, "Only estimate tiles, memory, disk and time");
  CLI::Option* finish =
      run.add_flag("--finish", a.finish, "Join the shards of the job in DIR/, and list what is missing")
          ->excludes(resume, restart, shard, dry_run);
  CLI::Option* job_file =
      output.add("--write-job", a.job_file, "Only write the job file of this command line", "FILE.json");
  job_file->excludes(resume, restart, shard, dry_run, finish);
  output.add_flag("--overwrite", a.overwrite, "With --write-job: overwrite an existing file")
      ->needs(job_file);
  run.add_shown("--workers", a.run.workers, "Reading threads; twice as many write (0: one per processor)",
                "N")
      ->check(whole_number(0, 1024));
  run.add("--patch", a.run.patch,
          "Size of the patches given to the network; affects the speed, not the masks", "N")
      ->check(whole_number(1, largest_side));
  run.add_shown("--cache", a.cache, "Size of GDAL's block cache", "BYTES");
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

/// Throws ErrorCode::usage for an option that a job file has in its place; `why` follows its name.
void refuse_job_options(const RegionArguments& a, const std::string& why, const std::string& remedy) {
  for (const CLI::Option* option : a.of_job)
    if (option->count() > 0) throw Error(ErrorCode::usage, option->get_name() + why, remedy);
}

/// The job to go on with where the call names none. Throws where the folder holds none, or the call does not
/// say what to do with it.
RegionJob job_of_folder(const RegionArguments& a) {
  refuse_job_options(a, ": no job is named that it could be of",
                     "name a model and its sources; --resume alone takes all of the job from the folder");
  const std::string folder = make_run(a).output;
  if (a.resume || a.restart) return held_region_job(folder);
  const std::string model = held_model(folder);
  if (!model.empty())
    throw Error(ErrorCode::exists, fmt::format("{} holds a job of {}", a.output, model),
                "add --resume to continue, or --restart to start over");
  throw Error(ErrorCode::usage, "no job is named", "name JOB.json, or a model and its sources");
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
  refuse_job_options(a, " beside --finish, which takes the job from the folder", "leave it out");
}

RegionJob make_job(const RegionArguments& a) {
  if (a.inputs.empty()) return job_of_folder(a);
  if (a.inputs.size() == 1 && a.inputs.front().ends_with(".json")) {
    refuse_job_options(a, " beside " + a.inputs.front(), "write it into the job");
    return read_region_job(a.inputs.front());
  }
  if (a.inputs.size() < 2)
    throw Error(ErrorCode::usage, a.inputs.front() + ": neither a job (.json) nor a model with sources",
                "name the sources after the model");
  check_model_first("region", a.inputs.front(), std::span(a.inputs).subspan(1));
  RegionJob job = a.job;
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
  job.bounds = box_of(a.bounds);
  if (!a.grid_origin.empty()) job.origin = {a.grid_origin[0], a.grid_origin[1]};
  job.probabilities = a.probabilities != "none";
  job.probability_type = a.probabilities == "float32" ? ProbabilityType::float32 : ProbabilityType::byte;
  if (a.vectorize)
    job.polygons = {.simplify = parse_measure(a.simplify, "--simplify"),
                    .min_area = parse_measure(a.min_area, "--min-area")};
  if (!a.zones.path.empty()) job.zones = a.zones;
  job.background_transparent = a.background.transparent();
  if (!job.datetime.empty()) (void)parse_time_span(job.datetime, "--datetime");
  return job;
}

RegionRun make_run(const RegionArguments& a) {
  if (a.output.empty())
    throw Error(ErrorCode::usage, "-o,--output is required", "name the folder of the job: -o DIR/");
  RegionRun run = a.run;
  run.output = a.output;
  while (run.output.size() > 1 && run.output.ends_with('/')) run.output.pop_back();
  run.begin = a.resume    ? RegionRun::Begin::resume
              : a.restart ? RegionRun::Begin::restart
                          : RegionRun::Begin::fresh;
  run.stop_on_error = a.on_error == "stop";
  run.content_fingerprint = a.fingerprint == "content";
  if (!a.shard.empty()) parse_shard(a.shard, run);
  run.executor = a.device.options();
  return run;
}

void write_job(const RegionArguments& a) {
  if (a.inputs.empty())
    throw Error(ErrorCode::usage, "--write-job: no job is named", "name a model and its sources");
  const std::string text = region_job_text(make_job(a), a.job_file);
  check_output(a.job_file, a.overwrite, a.inputs);
  write_report(a.job_file, text, a.overwrite);
  if (without_secrets(text) != text)
    spdlog::warn("warning: {}: holds credentials, as they were typed", a.job_file);
  if (!a.verbosity.quiet) say("{}\n", a.job_file);
}

}  // namespace terramask::tools
