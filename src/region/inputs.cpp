#include "region/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "core/team.hpp"
#include "core/utf8.hpp"
#include "geo/files/raster_files.hpp"
#include "region/digest.hpp"
#include "region/utc_time.hpp"
#include "terramask/tiles.hpp"

namespace terramask::region {
namespace {

using Json = nlohmann::ordered_json;

/// A source on its way to being an input.
struct Candidate {
  std::string path;  ///< as GDAL opens it; what is kept of it holds no credentials
  JournalSource record;
  std::shared_ptr<const geo::StackFacts> facts;
  Grid grid;
  bool placed = false;  ///< the grid is known
  bool gone = false;
};

/// A template of slippy-map tiles needs bounds: the region's.
SourceSpec with_bounds(SourceSpec spec, const RegionJob& job) {
  if (spec.kind == SourceSpec::Kind::raster && is_tile_source(spec.path))
    spec.path = with_extent(spec.path, std::nullopt, job.bounds, job.bounds_crs);
  return spec;
}

/// What the job names now. Where the job ran before, a pattern may have lost its last match.
std::vector<ListedSource> list(const RegionJob& job, bool ran_before) {
  std::vector<SourceSpec> specs;
  for (const SourceSpec& spec : job.sources) specs.push_back(with_bounds(spec, job));
  if (!ran_before) return list_sources(specs);
  std::vector<ListedSource> all;
  std::set<std::string> seen;
  for (const SourceSpec& spec : specs) {
    try {
      for (ListedSource& one : list_sources({spec}))
        if (seen.insert(one.path).second) all.push_back(std::move(one));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
    }
  }
  return all;
}

/// The sources in the order in which the job names them; those that are gone stand where they stood.
std::vector<Candidate> line_up(const std::vector<ListedSource>& listed,
                               const std::vector<JournalSource>& known) {
  std::map<std::string, const JournalSource*> before;
  for (const JournalSource& one : known) before[one.path] = &one;
  std::set<std::string> now;
  std::vector<Candidate> all;
  for (const ListedSource& one : listed) {
    Candidate candidate;
    require_utf8(one.path, "the region's journal");
    candidate.path = one.path;
    candidate.record.path = without_secrets(one.path);
    now.insert(candidate.record.path);
    candidate.record.date = one.date;
    if (const auto found = before.find(candidate.record.path); found != before.end()) {
      candidate.record.grid = found->second->grid;
      candidate.record.fingerprint = found->second->fingerprint;
    }
    all.push_back(std::move(candidate));
  }
  std::string previous;
  for (const JournalSource& one : known) {
    if (!now.contains(one.path)) {
      Candidate candidate;
      candidate.record = one;
      candidate.gone = true;
      auto at =
          std::find_if(all.begin(), all.end(), [&](const Candidate& c) { return c.record.path == previous; });
      all.insert(previous.empty() || at == all.end() ? all.begin() : at + 1, std::move(candidate));
    }
    previous = one.path;
  }
  return all;
}

std::string no_place(const Grid& grid) {
  if (!grid.has_geotransform)
    return "no geotransform says where it lies; give it one with `gdal_edit.py -a_ullr ulx uly lrx lry`";
  if (grid.crs.empty()) return "it has no coordinate reference system; assign one with `crs`";
  return {};
}

/// The CRS that the job names is for sources that have none.
geo::StackFacts describe(const std::string& path, const RasterOptions& raster, bool values_checked) {
  RasterOptions options = raster;
  options.values_checked = values_checked;
  options.paths.insert(options.paths.begin(), path);
  options.crs.clear();
  try {
    geo::StackFacts facts = geo::describe_stack(options);
    if (!facts.grid().crs.empty() || raster.crs.empty()) return facts;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::mismatch || raster.crs.empty()) throw;
  }
  options.crs = raster.crs;
  return geo::describe_stack(options);
}

/// @param needed what has no date has no place
void date(Candidate& one, bool needed) {
  const geo::RasterDates own = one.record.date.empty() ? geo::dates_of_raster(one.path) : geo::RasterDates{};
  const std::string said = one.record.date.empty() ? own.best() : one.record.date;
  // What a catalogue says must be when it was taken; the time in TIFF's tag is mostly that of writing.
  one.record.acquired = utc_time(one.record.date.empty() ? own.acquired : one.record.date);
  one.record.date = utc_time(said);
  if (needed && one.record.date.empty())
    throw Error(ErrorCode::format,
                said.empty()
                    ? one.record.path + ": nothing says when it was taken, so it has no place by date"
                    : fmt::format("{}: its date, {}, is not in ISO 8601: it cannot be ordered by date",
                                  one.record.path, said),
                "name its date in the job, or let the order decide");
}

/// Empty where all tell their date, or the job does.
std::string dateless(const RegionJob& job, const std::vector<JournalSource>& records) {
  const auto count = std::count_if(records.begin(), records.end(),
                                   [](const JournalSource& one) { return one.acquired.empty(); });
  if (!job.datetime.empty() || count == 0) return {};
  constexpr const char* remedy = "`datetime=START[/END]` sets it";
  if (static_cast<std::size_t>(count) == records.size())
    return fmt::format("no source has an acquisition date, and neither has the STAC collection; {}", remedy);
  return fmt::format(
      "{} of {} sources have no acquisition date: the STAC collection dates them as the "
      "others; {}",
      count, records.size(), remedy);
}

void open(Candidate& one, const RasterOptions& raster, const RegionRun& run, bool dates) {
  try {
    geo::StackFacts facts = describe(one.path, raster, false);
    const std::string lost = no_place(facts.grid());
    if (!lost.empty()) throw Error(ErrorCode::unsupported, one.record.path + ": " + lost);
    date(one, dates);
    one.grid = facts.grid();
    one.placed = true;
    one.record.grid = grid_text(one.grid);
    one.record.fingerprint = fingerprint_raster(one.path, run.content_fingerprint);
    one.facts = std::make_shared<const geo::StackFacts>(std::move(facts));
  } catch (const NoThread&) {
    throw;  // no fault of the source's
  } catch (const Error& error) {
    one.record.fault = error.what();
    one.gone = error.code() == ErrorCode::not_found;
    // What changed since is an input that changed; what is gone keeps the fingerprint it had.
    if (!one.gone) one.record.fingerprint = fingerprint_raster(one.path, run.content_fingerprint);
    if (!one.record.grid.empty()) {
      one.grid = parse_grid(one.record.grid);
      one.placed = true;
    }
  }
}

/// Calls `work` for each of `count` numbers, from some threads of its own. Throws the first of what it threw.
void in_parallel(std::size_t count, const StopFlag* stop, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) {
        if (stop != nullptr && stop->requested()) return;
        work(i);
      }
    } catch (...) {
      next = count;
      throw;
    }
  };
  const std::size_t most = std::max(2U, std::thread::hardware_concurrency());
  // None of it in the calling thread: how GDAL words a CRS depends on what its thread has worded before.
  Team team;
  if (count > 0) team.start(loop);
  for (std::size_t i = 1; i < std::min(count, most); ++i)
    if (!team.try_start(loop)) break;
  team.join();
  if (stop != nullptr) stop->check();
}

void open_all(std::vector<Candidate>& all, const RasterOptions& raster, const RegionRun& run, bool dates,
              const StopFlag* stop) {
  in_parallel(all.size(), stop, [&](std::size_t i) {
    Candidate& one = all[i];
    if (!one.gone) {
      open(one, raster, run, dates);
      return;
    }
    one.record.fault =
        one.record.path + ": gone since the job began; bring it back, or go on without it (`drop_missing`)";
    one.grid = parse_grid(one.record.grid);
    one.placed = true;
  });
}

std::string fingerprint_joined(const RasterOptions& raster, bool content) {
  std::string all;
  const auto add = [&](const std::string& path) {
    all += path + '\n' + fingerprint_raster(path, content) + '\n';
  };
  for (const std::string& path : raster.paths) add(path);
  for (const HeightPair& heights : raster.ndsm) {
    add(heights.dsm);
    add(heights.dtm);
  }
  return all.empty() ? all : digest_of(all);
}

/// The lowest first.
void order(std::vector<Candidate>& all, SourcePriority priority) {
  const auto older = [](const Candidate& a, const Candidate& b) { return a.record.date < b.record.date; };
  if (priority == SourcePriority::first) std::reverse(all.begin(), all.end());
  if (priority == SourcePriority::newest) std::stable_sort(all.begin(), all.end(), older);
  if (priority == SourcePriority::oldest)
    std::stable_sort(all.begin(), all.end(),
                     [&](const Candidate& a, const Candidate& b) { return older(b, a); });
}

}  // namespace

std::string grid_text(const Grid& grid) {
  Json json{
      {"width", grid.width}, {"height", grid.height}, {"geotransform", grid.geotransform}, {"crs", grid.crs}};
  if (grid.epoch > 0) json["epoch"] = grid.epoch;
  return json.dump();
}

Grid parse_grid(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    Grid grid;
    grid.width = json.at("width").get<std::int64_t>();
    grid.height = json.at("height").get<std::int64_t>();
    grid.geotransform = json.at("geotransform").get<std::array<double, 6>>();
    grid.crs = json.at("crs").get<std::string>();
    grid.epoch = json.value("epoch", 0.0);
    grid.has_geotransform = true;
    return grid;
  } catch (const Json::exception&) {
    throw Error(ErrorCode::format, "the journal holds a damaged grid", "start over with `restart`");
  }
}

Inputs open_inputs(const RegionJob& job, const RasterOptions& raster, const RegionRun& run,
                   const std::vector<JournalSource>& known, const StopFlag* stop) {
  std::vector<Candidate> all = line_up(list(job, !known.empty()), known);
  const bool dates = job.priority == SourcePriority::newest || job.priority == SourcePriority::oldest;
  open_all(all, raster, run, dates, stop);
  if (run.drop_missing) std::erase_if(all, [](const Candidate& one) { return one.gone; });
  order(all, job.priority);
  Inputs inputs;
  inputs.joined = fingerprint_joined(job.raster, run.content_fingerprint);
  std::set<std::string> warned;
  for (Candidate& one : all) {
    if (!one.record.fault.empty()) inputs.faults.push_back(one.record.fault);
    if (one.facts)
      for (const std::string& warning : one.facts->warnings)
        if (warned.insert(warning).second) inputs.warnings.push_back(warning);
    // Of what was never read nobody knows where it lies.
    if (!one.placed) continue;
    inputs.sources.push_back({one.record.path, one.grid, one.facts, one.record.fault});
    inputs.records.push_back(std::move(one.record));
  }
  const bool none = std::none_of(inputs.sources.begin(), inputs.sources.end(),
                                 [](const geo::RegionSource& one) { return one.facts != nullptr; });
  if (!inputs.faults.empty() && (none || run.stop_on_error))
    throw Error(ErrorCode::mismatch, inputs.faults.front(),
                none && inputs.faults.size() > 1
                    ? fmt::format("none of the {} sources can be used", inputs.faults.size())
                    : std::string());
  if (none) throw Error(ErrorCode::usage, "the region has no source", "name rasters");
  const std::string undated = dateless(job, inputs.records);
  if (!undated.empty()) inputs.warnings.push_back(undated);
  return inputs;
}

Inputs reopen_inputs(const RegionJob& job, const RasterOptions& raster,
                     const std::vector<JournalSource>& records, const StopFlag* stop) {
  std::map<std::string, std::string> opened_as;  // what is kept of a name holds no credentials
  for (const ListedSource& one : list(job, true)) opened_as[without_secrets(one.path)] = one.path;
  Inputs inputs;
  inputs.records = records;
  inputs.sources.resize(records.size());
  in_parallel(records.size(), stop, [&](std::size_t i) {
    const JournalSource& record = records[i];
    inputs.sources[i] = {record.path, parse_grid(record.grid), nullptr, record.fault};
    if (!record.fault.empty()) return;
    try {
      const auto named = opened_as.find(record.path);
      inputs.sources[i].facts = std::make_shared<const geo::StackFacts>(
          describe(named == opened_as.end() ? record.path : named->second, raster, true));
    } catch (const NoThread&) {
      throw;
    } catch (const Error& error) {
      inputs.sources[i].fault = error.what();
    }
  });
  return inputs;
}

}  // namespace terramask::region
