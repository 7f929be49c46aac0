#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>

#include "geo/base/crs.hpp"
#include "geo/base/disk_space.hpp"
#include "geo/base/working_folder.hpp"
#include "geo/files/open.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/style/mask_classes.hpp"
#include "labels/base/label_source.hpp"
#include "labels/vector/burn.hpp"
#include "terramask/error.hpp"
#include "terramask/labels.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/output.hpp"

namespace terramask {
namespace labels {
namespace {

constexpr std::int64_t kWindow = 1024;  // pixels a side, whole tiles of the COG

Grid grid_like(const LabelsOptions& options) {
  Grid grid = geo::describe(*geo::open_raster(options.like), options.like).grid;
  if (!options.crs.empty()) grid.crs = geo::crs_from_user(options.crs, "`crs`");
  return grid;
}

/// All that labels are made from, opened and checked.
class Work {
 public:
  explicit Work(const LabelsOptions& options);

  LabelsEstimate estimate() const;
  LabelsSummary run(const ProgressSink& progress, const StopFlag* stop);

 private:
  void open_sources();
  geo::LevelRaster& raster();
  MaskOptions mask_options() const;
  void paint_window(const Window& window, MaskWriter& writer, LabelsSummary& summary, const StopFlag* stop);
  void paint_all(MaskWriter& writer, LabelsSummary& summary, const ProgressSink& progress,
                 const StopFlag* stop);
  void check_painted() const;
  void conclude(LabelsSummary& summary) const;
  std::vector<std::string> credits() const;
  std::string credit(std::size_t source, std::string SourceSpec::*told,
                     std::string (LabelSource::*own)() const) const;

  LabelsOptions options_;
  Rules rules_;
  Grid grid_;
  PaintOrder order_;
  std::vector<RuleSummary> summaries_;
  std::vector<std::string> warnings_;
  std::unique_ptr<geo::WorkingFolder> scratch_;
  std::unique_ptr<geo::LevelRaster> raster_;
  std::vector<std::unique_ptr<LabelSource>>
      sources_;  ///< one for each of rules_.sources; null if no rule uses it
};

/// A scratch folder may serve outputs of one name in several folders at once.
std::string scratch_name(const std::string& output) {
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::absolute(output, failed).lexically_normal();
  return fmt::format("{}.scratch-{:016x}", whole.filename().string().substr(0, 150),
                     std::hash<std::string>{}(whole.string()));
}

/// Before anything is read.
const LabelsOptions& checked(const LabelsOptions& options) {
  check_output(options.output, options.overwrite, {});
  return options;
}

Work::Work(const LabelsOptions& options)
    : options_(checked(options)),
      rules_(options.burns.empty() ? read_rules(options.rules) : burn_rules(options.burns)),
      grid_(grid_like(options)),
      order_(rules_) {
  for (const auto& [name, path] : options_.source_paths) rules_.source(name, "sources").keys->set_path(path);
  for (const RuleSpec& rule : rules_.rules)
    summaries_.push_back(
        {options_.burns.empty() ? rule.place + ": from " + rule.source : "from " + rule.source, 0, 0});
  std::vector<std::string> inputs{options_.like};
  if (options_.burns.empty()) inputs.push_back(options_.rules);
  check_output(options_.output, options_.overwrite, inputs);
  const std::filesystem::path output(options_.output);
  if (options_.scratch.empty())
    options_.scratch = output.has_parent_path() ? output.parent_path().string() : ".";
  const std::string scratch =
      (std::filesystem::path(options_.scratch) / scratch_name(options_.output)).string();
  for (const std::string& left : remove_unfinished(std::array{scratch}))
    warnings_.push_back(left + ": removed, left by a run that was killed");
  scratch_ = std::make_unique<geo::WorkingFolder>(scratch);
  open_sources();
  for (const auto& source : sources_)
    if (source) {
      const std::vector<std::string> more = source->inputs();
      inputs.insert(inputs.end(), more.begin(), more.end());
    }
  check_output(options_.output, options_.overwrite, inputs);
}

void Work::open_sources() {
  for (const SourceSpec& source : rules_.sources) {
    SourceContext context{.rules = rules_,
                          .source = source,
                          .own = {},
                          .grid = grid_,
                          .grid_name = options_.like,
                          .scratch = scratch_->scratch(""),
                          .memory = options_.memory,
                          .levels = order_,
                          .raster = [this]() -> geo::LevelRaster& { return raster(); },
                          .summaries = summaries_,
                          .warnings = warnings_};
    for (std::size_t i = 0; i < rules_.rules.size(); ++i)
      if (rules_.rules[i].source == source.name) context.own.push_back({&rules_.rules[i], i});
    sources_.emplace_back();
    if (context.own.empty()) {
      warnings_.push_back(fmt::format("{}: sources.{}: no rule paints from it", rules_.path, source.name));
      continue;
    }
    const auto types = source_types();
    const auto type = std::find_if(types.begin(), types.end(),
                                   [&source](const SourceType& one) { return source.type == one.name; });
    sources_.back() = type->open(std::move(context));
  }
}

geo::LevelRaster& Work::raster() {
  if (!raster_)
    raster_ = std::make_unique<geo::LevelRaster>(grid_.width, grid_.height, scratch_->scratch("levels.tif"));
  return *raster_;
}

std::string Work::credit(std::size_t source, std::string SourceSpec::*told,
                         std::string (LabelSource::*own)() const) const {
  const std::string& text = rules_.sources[source].*told;
  return text.empty() ? (sources_[source].get()->*own)() : text;
}

std::vector<std::string> Work::credits() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (!sources_[i]) continue;
    std::string text = credit(i, &SourceSpec::attribution, &LabelSource::attribution);
    const std::string licence = credit(i, &SourceSpec::licence, &LabelSource::licence);
    if (!licence.empty()) text += text.empty() ? licence : " (" + licence + ")";
    if (!text.empty() && std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
  }
  return all;
}

MaskOptions Work::mask_options() const {
  MaskOptions options{.path = options_.output,
                      .grid = grid_,
                      .classes = rules_.classes,
                      .metadata = {{"TERRAMASK_VERSION", TERRAMASK_VERSION},
                                   {"TERRAMASK_RULES",
                                    options_.burns.empty()
                                        ? std::filesystem::path(rules_.path).filename().string()
                                        : fmt::format("--burn {}", fmt::join(options_.burns, " --burn "))}},
                      .creation_options = options_.creation_options,
                      .overwrite = options_.overwrite};
  const std::vector<std::string> all = credits();
  if (!all.empty()) options.metadata["TERRAMASK_ATTRIBUTION"] = fmt::format("{}", fmt::join(all, "; "));
  return options;
}

LabelsEstimate Work::estimate() const {
  LabelsEstimate e;
  e.grid = grid_;
  e.classes = rules_.classes;
  for (const RuleSummary& rule : summaries_) e.rules.push_back(rule.name);
  bool raster = false;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (!sources_[i]) continue;
    e.sources.push_back(rules_.sources[i].name + ": " + sources_[i]->description());
    e.scratch_bytes += sources_[i]->scratch_bytes();
    raster = raster || sources_[i]->uses_raster();
  }
  if (raster) e.scratch_bytes += geo::LevelRaster::most_bytes(grid_.width, grid_.height);
  e.scratch_free = geo::free_bytes(options_.scratch);
  e.disk = estimate_disk(options_.output, grid_, rules_.classes.size(), false, ProbabilityType::byte);
  e.warnings = warnings_;
  return e;
}

void Work::paint_window(const Window& window, MaskWriter& writer, LabelsSummary& summary,
                        const StopFlag* stop) {
  PaintedWindow painted(window);
  if (raster_) {
    raster_->read(window, painted.levels);
    for (std::size_t i = 0; i < painted.levels.size(); ++i) painted.codes[i] = order_.code(painted.levels[i]);
  }
  for (const auto& source : sources_)
    if (source) source->paint(painted, stop);
  const Code bare = rules_.code(rules_.unlabelled, "unlabelled");
  const auto nodata = static_cast<std::uint16_t>(writer.nodata());
  std::vector<std::uint16_t> values(painted.codes.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Code code = painted.levels[i] == 0 ? bare : painted.codes[i];
    if (code == kIgnored) {
      values[i] = nodata;
      ++summary.ignored;
    } else {
      values[i] = static_cast<std::uint16_t>(rules_.classes[code].value);
      ++summary.counts[code].second;
    }
  }
  writer.write(window, values);
}

void Work::paint_all(MaskWriter& writer, LabelsSummary& summary, const ProgressSink& progress,
                     const StopFlag* stop) {
  const auto total = static_cast<std::uint64_t>(grid_.width) * static_cast<std::uint64_t>(grid_.height);
  std::uint64_t done = 0;
  for (std::int64_t y = 0; y < grid_.height; y += kWindow)
    for (std::int64_t x = 0; x < grid_.width; x += kWindow) {
      if (stop != nullptr) stop->check();
      const Window window = intersect({x, y, kWindow, kWindow}, grid_.extent());
      paint_window(window, writer, summary, stop);
      done += static_cast<std::uint64_t>(window.width) * static_cast<std::uint64_t>(window.height);
      if (progress) progress({.phase = "painting", .unit = "pixels", .done = done, .total = total});
    }
}

/// Labels of nothing at all are rarely meant, and training would learn from them.
void Work::check_painted() const {
  if (std::any_of(summaries_.begin(), summaries_.end(),
                  [](const RuleSummary& one) { return one.pixels > 0; }))
    return;
  std::vector<std::string> reasons;
  for (const auto& source : sources_)
    if (source && !source->why_nothing().empty()) reasons.push_back(source->why_nothing());
  throw Error(ErrorCode::mismatch,
              fmt::format("{}: not written, as nothing is painted: {}", options_.output,
                          reasons.empty() ? rules_.path + ": no rule paints a pixel"
                                          : fmt::format("{}", fmt::join(reasons, "; "))),
              "correct the sources or the rules, or allow it with `allow_empty`");
}

void Work::conclude(LabelsSummary& summary) const {
  summary.grid = grid_;
  summary.rules = summaries_;
  summary.credits = credits();
  summary.warnings = warnings_;
  std::string idle;
  for (const RuleSummary& rule : summaries_)
    if (rule.features == 0 && rule.pixels == 0) idle += (idle.empty() ? "" : ", ") + rule.name;
  if (!idle.empty()) summary.warnings.push_back(fmt::format("{}: painted nothing: {}", rules_.path, idle));
}

LabelsSummary Work::run(const ProgressSink& progress, const StopFlag* stop) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  const auto begin = Clock::now();
  LabelsSummary summary;
  for (const ClassInfo& one : rules_.classes) summary.counts.emplace_back(one, 0);
  // First, as what it cannot write is told before hours of reading.
  const auto writer = MaskWriter::create(mask_options());
  for (const auto& source : sources_)
    if (source) source->prepare(summary, progress, stop);
  summary.read_seconds = since(begin);
  paint_all(*writer, summary, progress, stop);
  if (!options_.allow_empty) check_painted();
  writer->finish(progress, stop);
  conclude(summary);
  summary.seconds = since(begin);
  return summary;
}

}  // namespace
}  // namespace labels

LabelsEstimate estimate_labels(const LabelsOptions& options) {
  return labels::Work(options).estimate();
}

LabelsSummary make_labels(const LabelsOptions& options, const ProgressSink& progress, const StopFlag* stop) {
  return labels::Work(options).run(progress, stop);
}

}  // namespace terramask
