// The project file (JSON): images, labels, network and training settings.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/enum_names.hpp"
#include "keys/setting.hpp"
#include "learn/losses.hpp"
#include "learn/schedule.hpp"
#include "models/initial_weights.hpp"
#include "terramask/class_info.hpp"
#include "terramask/nodata_rule.hpp"

namespace terramask {

/// The three parts of the split.
enum class Part : std::uint8_t { training, validation, test };
inline constexpr std::size_t kParts = 3;
/// "training", "validation", "test"
const char* to_string(Part part);

/// A band of a file, selected by name (description or colour interpretation), or by number and then given
/// this name.
struct BandKey {
  std::string name;
  int band = 0;  ///< 1-based; 0: selected by name

  bool operator==(const BandKey&) const = default;
};

/// A raster file of a stack.
struct RasterMember {
  std::string path;
  std::vector<BandKey> bands;   ///< empty: all except alpha
  std::string nodata = "auto";  ///< "auto": from the file; "none" (nor alpha); or a number
  std::string alpha = "auto";   ///< "auto": from the file; "none": treat that band as any other

  bool operator==(const RasterMember&) const = default;
};

/// Height above the terrain: a band "ndsm", the DSM minus the DTM resampled bilinearly to the DSM's grid.
struct NdsmMember {
  std::string dsm, dtm;

  bool operator==(const NdsmMember&) const = default;
};

using StackMember = std::variant<RasterMember, NdsmMember>;

struct LabelKeys {
  std::string path;
  /// Pixel values ("1") or inclusive ranges ("128-255") to class names. Empty: the classes' own values.
  std::map<std::string, std::string> map;
  std::vector<int> ignore;  ///< pixel values to ignore

  bool operator==(const LabelKeys&) const = default;
};

struct ProjectImage {
  std::string id;                        ///< unique
  std::string group;                     ///< may be empty; images of one group are in the same part
  std::vector<StackMember> stack;        ///< the first raster defines the grid
  std::string crs;                       ///< assigned if the files have none; may be empty
  std::optional<double> pixel_size_m{};  ///< assigned; metres on the ground
  LabelKeys labels;
  std::optional<Part> part{};  ///< assigned, if the split is by file

  bool operator==(const ProjectImage&) const = default;
};

enum class SplitMethod : std::uint8_t { blocks, file };

struct SplitKeys {
  SplitMethod method = SplitMethod::blocks;
  double block_m = 256;  ///< side of a block on the ground in metres
  std::array<double, kParts> fractions{0.7, 0.15, 0.15};
  std::uint64_t seed = 1;

  bool operator==(const SplitKeys&) const = default;
};

/// Maximum amounts of augmentation; 0 or false disables each.
struct AugmentKeys {
  bool flip = false;      ///< mirrored or not
  bool turn = false;      ///< quarter turns
  double rotation = 0;    ///< degrees to either side, 0 to 180
  double scale = 0;       ///< 0.25: scaled by 1/1.25 to 1.25; 0 to 3
  double shear = 0;       ///< tangent of the angle, 0 to 1
  double shift = 0;       ///< share of the patch's side, 0 to 0.5
  double brightness = 0;  ///< in standard deviations of the band, the same for all bands, 0 to 2
  double contrast = 0;    ///< 0.2: factor 1/1.2 to 1.2; 0 to 3
  double color = 0;       ///< gain of each band separately; 0.1: factor 1/1.1 to 1.1; 0 to 1
  double noise = 0;       ///< Gaussian, up to this many standard deviations of the band, 0 to 1
  double blur = 0;        ///< Gaussian, up to this many pixels, 0 to 4

  bool operator==(const AugmentKeys&) const = default;
};

/// Parameters with their own rate and decay; the last matching group applies.
struct GroupKeys {
  std::string parameters;  ///< name pattern: "down.*"
  double rate = 1;         ///< multiplies the learning rate
  double weight_decay = 0;
  double l1 = 0;

  bool operator==(const GroupKeys&) const = default;
};

/// The label errors that the loss `noisy_labels` assumes: shares from 0 to 1 by class name, for all classes
/// except `background`.
struct LabelNoiseKeys {
  std::string background;                  ///< the class of everything not on the map; empty: the first class
  std::map<std::string, double> omission;  ///< share of the class missing from the map (background there)
  std::map<std::string, double> commission;  ///< share of the background that the map labels as the class

  bool operator==(const LabelNoiseKeys&) const = default;
};

/// Where patches are drawn: anywhere labelled, on a grid, or equally often from each class.
enum class Sampling : std::uint8_t { random, grid, balanced };
/// How bands are normalised for the network: see measure_normalization.
enum class NormalizationMethod : std::uint8_t { standard, minmax, percentile, whiten };
/// See class_weights().
enum class ClassWeighting : std::uint8_t { none, balanced, tempered, list };

struct TrainingKeys {
  std::int64_t patch = 256;
  std::int64_t batch = 4;
  std::int64_t accumulate = 1;
  std::int64_t epochs = 50;
  std::int64_t samples = 0;  ///< patches per epoch; 0: as many as cover the training ground once
  learn::Loss loss = learn::Loss::cross_entropy;
  double label_smoothing = 0;
  double focal_gamma = 2;
  double bootstrap_trust = 0.95;  ///< weight of the label in the targets of the bootstrapped losses
  LabelNoiseKeys label_noise;
  ClassWeighting class_weighting = ClassWeighting::none;
  std::vector<double> class_weights;  ///< for ClassWeighting::list: one per class
  learn::OptimizerKind optimizer = learn::OptimizerKind::adam;
  double learning_rate = 1e-3;
  double weight_decay = 0;
  double l1 = 0;          ///< L1 penalty on the weights
  double momentum = 0.9;  ///< sgd
  bool nesterov = false;  ///< sgd
  std::vector<GroupKeys> groups;
  InitialWeights initial_weights = InitialWeights::he;
  learn::ScheduleKind schedule = learn::ScheduleKind::cosine;
  /// step, exponential: epochs in which the rate decreases by a factor of `gamma`; empty: a third or a tenth
  /// of the training
  std::optional<double> step_size{};
  std::optional<double> gamma{};  ///< empty: 0.1 for step, 0.6 for exponential
  double power = 0.9;             ///< polynomial
  double final_rate = 0;          ///< cosine: the final rate as a multiple of the learning rate
  double pct_start = 0.3;         ///< one_cycle: the share of the training during which the rate increases
  double div_factor = 25;         ///< one_cycle: the initial rate is the learning rate divided by this
  double final_div_factor = 1e4;  ///< one_cycle: the final rate is the initial rate divided by this
  std::int64_t warmup = 0;        ///< steps
  double clip_norm = 0;           ///< 0: no clipping
  std::int64_t patience = 0;      ///< epochs without improvement before training stops; 0: never
  std::uint64_t seed = 1;
  std::int64_t workers = 2;  ///< loader threads
  Sampling sampling = Sampling::random;
  NormalizationMethod normalization = NormalizationMethod::standard;
  AugmentKeys augment;
  /// Two classes only: stores the threshold with the best F1 on the validation part in the model.
  bool choose_threshold = false;

  bool operator==(const TrainingKeys&) const = default;
};

struct Project {
  std::optional<double> pixel_size_m{};  ///< ground pixel size of the network; empty: each image's own
  NodataRule nodata_rule = NodataRule::automatic;
  std::vector<ProjectImage> images;
  std::vector<ClassInfo> classes;          ///< in the order of the logits
  std::vector<std::string> allow_missing;  ///< names of classes that may be absent
  SplitKeys split;
  NetworkSpec network;  ///< its bands and classes are those of the images and the project
  TrainingKeys training;

  bool operator==(const Project& other) const;
};

/// Reads and validates a project; relative paths are resolved against the file's folder. An unknown key, a
/// wrong type or a value out of range is ErrorCode::format, naming the file, the key ("images[2].labels.map")
/// and the expected value; other errors are not_found and io. Settings override the file's keys; an invalid
/// one is ErrorCode::usage, naming its option.
Project read_project(const std::string& path, const std::vector<keys::Setting>& settings = {});

/// The same for a project not yet written, to be stored at `path`.
Project with_settings(const Project& project, const std::string& path,
                      const std::vector<keys::Setting>& settings);

/// Writes a project file: paths below the file's folder become relative, defaults are written explicitly.
/// Errors: exists (unless `overwrite`), io.
void write_project(const std::string& path, const Project& project, bool overwrite);

/// The text that write_project writes to a file in this folder (absolute).
std::string project_text(const Project& project, const std::string& folder);

/// The keys known to the reader, as paths ("images[].stack[].bands"), for the test of the schema.
std::vector<std::string> project_keys();

}  // namespace terramask

template <>
inline constexpr auto terramask::enum_names<terramask::SplitMethod> =
    std::to_array<std::pair<terramask::SplitMethod, std::string_view>>({
        {terramask::SplitMethod::blocks, "blocks"},
        {terramask::SplitMethod::file, "file"},
    });

template <>
inline constexpr auto terramask::enum_names<terramask::Sampling> =
    std::to_array<std::pair<terramask::Sampling, std::string_view>>({
        {terramask::Sampling::random, "random"},
        {terramask::Sampling::grid, "grid"},
        {terramask::Sampling::balanced, "balanced"},
    });

template <>
inline constexpr auto terramask::enum_names<terramask::NormalizationMethod> =
    std::to_array<std::pair<terramask::NormalizationMethod, std::string_view>>({
        {terramask::NormalizationMethod::standard, "standard"},
        {terramask::NormalizationMethod::minmax, "minmax"},
        {terramask::NormalizationMethod::percentile, "percentile"},
        {terramask::NormalizationMethod::whiten, "whiten"},
    });

template <>
inline constexpr auto terramask::enum_names<terramask::ClassWeighting> =
    std::to_array<std::pair<terramask::ClassWeighting, std::string_view>>({
        {terramask::ClassWeighting::none, "none"},
        {terramask::ClassWeighting::balanced, "balanced"},
        {terramask::ClassWeighting::tempered, "tempered"},
        {terramask::ClassWeighting::list, "list"},
    });
