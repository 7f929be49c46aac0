// The accuracy of a mask against a reference: measures, curves and pictures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/confusion.hpp"
#include "terramask/grid.hpp"
#include "terramask/progress.hpp"
#include "terramask/sampled_accuracy.hpp"

namespace terramask {

/// A mask and the reference that it is compared with.
struct EvaluationPair {
  std::string mask;           ///< a raster of one band of class values
  std::string reference;      ///< a raster, or polygons or points; empty: only the sampled points
  std::string probabilities;  ///< as `segment` writes them; empty: no sweep
  std::string image;          ///< shown with the worst patches; empty: none
  std::string errors;         ///< path of the error raster; empty: none
  std::string label{};        ///< what messages and reports call the mask; empty: its path

  const std::string& name() const { return label.empty() ? mask : label; }
};

struct EvaluationOptions {
  std::vector<EvaluationPair> pairs;
  std::string points;                ///< sampled points, over all masks; empty: none
  std::string layer;                 ///< of vector references and points; empty: the only one
  std::string attribute;             ///< of vector references and points: the field that holds the class
  std::string background;            ///< class where there is no polygon; empty: not judged
  std::vector<std::string> map;      ///< "255=road": reference value or label, and the class by name or value
  std::vector<std::string> ignore;   ///< reference values or labels that are not judged
  std::vector<std::string> classes;  ///< "1=road": the mask's classes, if it does not state them
  std::string positive;              ///< class of the sweep and the error raster, by name or value
  int erode = 0;                     ///< pixels, 0 to most_distance; 0: not measured
  int slack = 0;                     ///< pixels, 0 to most_distance; 0: not measured
  bool patches = false;              ///< keep pictures of the worst patches
  bool overwrite = false;            ///< of the error rasters
  std::int64_t block = 1024;         ///< side of the blocks that are read; affects memory only
};

constexpr int kMostDistance = 64;
/// Side of the patches that are compared, and how many of the worst are shown.
constexpr std::int64_t kEvaluationPatch = 256;
constexpr std::size_t kWorstPatches = 12;

/// Relaxed measures of one class (Mnih 2013, "Machine Learning for Aerial Image Labeling"): a
/// predicted pixel counts as right where a reference pixel of the class lies within `slack` pixels, and a
/// reference pixel as found where a predicted one does. Distances are Euclidean, between pixel centres.
struct RelaxedScore {
  std::uint64_t predicted = 0, predicted_right = 0;
  std::uint64_t reference = 0, reference_found = 0;

  bool operator==(const RelaxedScore&) const = default;
  double precision() const;  ///< NaN where nothing was predicted
  double recall() const;     ///< NaN where there is no reference
  double f1() const;
};

/// One class against the rest, by the probability above which a pixel counts as of that class.
struct SweepPoint {
  double threshold = 0;
  double precision = 0, recall = 0, f1 = 0;  ///< precision is NaN where nothing is above
};

struct ThresholdSweep {
  std::size_t positive = 0;          ///< index of the class
  std::vector<SweepPoint> points{};  ///< thresholds 255/256, 254/256, ..., 0
  SweepPoint best{};                 ///< largest F1; of several the threshold nearest 0.5
  SweepPoint half{};                 ///< at 0.5, where the larger probability wins
  double average_precision = 0;      ///< Σ (R_n − R_n−1) P_n over all levels
  std::uint64_t positives = 0, pixels = 0;
};

struct PairReport {
  std::string mask, reference;
  ConfusionMatrix matrix;
  std::uint64_t mask_pixels = 0;  ///< of the mask's grid
  std::string errors;             ///< path of the error raster
};

/// A patch of a mask, with pictures as "data:image/png;base64,..."
struct PatchPicture {
  std::size_t pair = 0;
  Window window{};
  std::uint64_t judged = 0, right = 0;
  std::string image{}, reference{}, prediction{};  ///< image may be empty
};

struct EvaluationReport {
  std::vector<ClassInfo> classes;
  std::vector<PairReport> pairs;
  ConfusionMatrix matrix;  ///< of all pairs
  int erode = 0, slack = 0;
  std::optional<ConfusionMatrix> eroded;  ///< without pixels within `erode` of another class (ISPRS)
  std::vector<RelaxedScore> relaxed;      ///< by class; empty where not measured
  std::optional<ThresholdSweep> sweep;
  std::optional<SampledAccuracy> sampled;
  std::vector<PatchPicture> worst;
  std::vector<std::string> warnings;
};

/// Compares masks with their references block by block: memory does not depend on the rasters' sizes, and the
/// results do not depend on the blocks. Progress: "comparing", in pixels of the masks.
/// @throws Error usage, mismatch (no overlap, unknown values of the reference or the mask, with counts),
///         not_found, format, io, exists, cancelled
EvaluationReport evaluate(const EvaluationOptions& options, const ProgressSink& progress,
                          const StopFlag* stop);

/// The report as JSON.
std::string report_json(const EvaluationReport& report);

/// The report as a self-contained HTML page with pictures and curves.
std::string report_html(const EvaluationReport& report, const std::string& title);

/// Writes a text file atomically.
void write_report(const std::string& path, const std::string& text, bool overwrite);

}  // namespace terramask
