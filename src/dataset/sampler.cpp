#include "dataset/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "dataset/augment.hpp"
#include "dataset/random.hpp"
#include "geo/read/bands.hpp"
#include "terramask/error.hpp"

namespace terramask {
namespace {

using dataset::Affine;
using dataset::Random;

/// The purpose of a random number.
enum class Draw : std::uint8_t { order, place, affine, values };

bool is_height(const std::string& name) {
  static const std::set<std::string> heights{"ndsm", "dsm", "dtm", "dem", "height", "chm", "slope"};
  return heights.contains(geo::plain_name(name));
}

bool nothing_to_change(const AugmentKeys& a) {
  return a.brightness == 0 && a.contrast == 0 && a.color == 0 && a.noise == 0 && a.blur == 0;
}

}  // namespace

SamplerPlan::SamplerPlan(const Dataset& data, const TrainingKeys& keys, Normalization measured,
                         std::vector<double> class_weights)
    : dataset(data), training(keys), normalization(std::move(measured)), weights(std::move(class_weights)) {
  if (weights.size() != dataset.classes().size())
    throw Error(ErrorCode::internal, "sampler: not one weight for each class");
  for (const BandRequest& band : dataset.bands()) heights.push_back(is_height(band.name));
  const std::size_t classes = dataset.classes().size();
  std::vector<Places> of_class(classes);
  std::uint64_t all = 0;
  std::size_t cells = 0;
  for (std::size_t image = 0; image < dataset.images(); ++image) {
    const CellIndex& index = dataset.cells(image);
    first_cell.push_back(cells);
    cells += index.cells();
    for (std::size_t cell = 0; cell < index.cells(); ++cell) {
      for (std::size_t c = 0; c < classes; ++c) {
        const std::uint16_t here = index.training[c * index.cells() + cell];
        all += here;
        if (training.sampling == Sampling::balanced) of_class[c].sums.push_back(of_class[c].total() + here);
      }
      any.sums.push_back(all);
    }
  }
  std::erase_if(of_class, [](const Places& places) { return places.total() == 0; });
  by_class = std::move(of_class);
  const auto area = static_cast<std::uint64_t>(training.patch * training.patch);
  std::uint64_t samples = std::max<std::uint64_t>(1, (all + area - 1) / area);
  if (training.sampling == Sampling::grid) {
    grid = part_windows(dataset, Part::training, training.patch);
    samples = grid.size();
  }
  if (training.samples > 0) samples = static_cast<std::uint64_t>(training.samples);
  const auto batch = static_cast<std::uint64_t>(training.batch);
  if (all > 0) batches_ = static_cast<std::int64_t>((samples + batch - 1) / batch);
}

std::vector<PatchWindow> part_windows(const Dataset& dataset, Part part, std::int64_t size) {
  std::vector<PatchWindow> windows;
  Dataset::Reader reader(dataset);
  PartPixels pixels;
  for (std::size_t image = 0; image < dataset.images(); ++image) {
    const CellIndex& index = dataset.cells(image);
    const Grid& grid = dataset.grid(image);
    for (std::int64_t y = 0; y < grid.height; y += size)
      for (std::int64_t x = 0; x < grid.width; x += size) {
        const Window window{x, y, size, size};
        const Window inside = intersect(window, grid.extent());
        bool whole = false, touched = false;  // a labelled cell is inside the window, or only partly
        for (std::int64_t row = inside.y / kCell; row * kCell < inside.y + inside.height; ++row)
          for (std::int64_t column = inside.x / kCell; column * kCell < inside.x + inside.width; ++column) {
            if (!index.labelled(static_cast<std::size_t>(row * index.columns + column), part)) continue;
            const Window cell = intersect({column * kCell, row * kCell, kCell, kCell}, grid.extent());
            (intersect(cell, inside) == cell ? whole : touched) = true;
          }
        if (!whole && touched) {
          reader.read(image, window, part, pixels);
          whole =
              std::any_of(pixels.labels.begin(), pixels.labels.end(), [](auto label) { return label != 0; });
        }
        if (whole) windows.push_back({image, window});
      }
  }
  return windows;
}

struct Sampler::State {
  explicit State(std::shared_ptr<const SamplerPlan> all) : plan(std::move(all)), reader(plan->dataset) {}

  Random random(std::int64_t epoch, std::int64_t batch, std::int64_t sample, Draw what) const {
    return Random(dataset::key(plan->training.seed, epoch, batch, sample, static_cast<int>(what)));
  }

  /// A pixel of the cell selected by the drawn number.
  PatchWindow draw_centre(const SamplerPlan::Places& places, Random& numbers) const {
    const std::uint64_t drawn = numbers.below(places.total());
    const auto at = std::upper_bound(places.sums.begin(), places.sums.end(), drawn);
    const auto cell = static_cast<std::size_t>(at - places.sums.begin());
    const auto next = std::upper_bound(plan->first_cell.begin(), plan->first_cell.end(), cell);
    const auto image = static_cast<std::size_t>(next - plan->first_cell.begin()) - 1;
    const auto local = static_cast<std::int64_t>(cell - plan->first_cell[image]);
    const std::int64_t columns = plan->dataset.cells(image).columns;
    const auto offset = [&numbers] { return static_cast<std::int64_t>(numbers.below(kCell)); };
    const std::int64_t x = local % columns * kCell + offset();
    const std::int64_t y = local / columns * kCell + offset();
    return {image, {x, y, 1, 1}};
  }

  static std::int64_t keep_inside(std::int64_t centre, std::int64_t size, std::int64_t extent) {
    if (extent <= size) return -((size - extent) / 2);
    return std::clamp<std::int64_t>(centre - size / 2, 0, extent - size);
  }

  PatchWindow choose(std::int64_t epoch, std::int64_t batch, std::int64_t sample) {
    const TrainingKeys& training = plan->training;
    if (training.sampling == Sampling::grid) {
      shuffle(epoch);
      const std::size_t number = static_cast<std::size_t>(batch * training.batch + sample);
      return plan->grid[order[number % order.size()]];
    }
    Random numbers = random(epoch, batch, sample, Draw::place);
    const std::uint64_t drawn = numbers.next();
    const auto classes = plan->by_class.size();
    const bool balanced = training.sampling == Sampling::balanced;
    const auto chosen = static_cast<std::size_t>(unit(drawn) * static_cast<double>(classes));
    const PatchWindow centre = draw_centre(balanced ? plan->by_class[chosen] : plan->any, numbers);
    const Grid& grid = plan->dataset.grid(centre.image);
    return {centre.image,
            {keep_inside(centre.window.x, training.patch, grid.width),
             keep_inside(centre.window.y, training.patch, grid.height), training.patch, training.patch}};
  }

  /// Sorts the grid's windows by the hash of (seed, epoch, number).
  void shuffle(std::int64_t epoch) {
    if (order_epoch == epoch && !order.empty()) return;
    order.resize(plan->grid.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<std::uint64_t> keys;
    for (std::size_t i = 0; i < order.size(); ++i)
      keys.push_back(dataset::key(plan->training.seed, epoch, i, static_cast<int>(Draw::order)));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
    order_epoch = epoch;
  }

  void prepare(std::int64_t n, Batch& batch) const {
    batch.n = n;
    batch.bands = static_cast<std::int64_t>(plan->dataset.bands().size());
    batch.size = plan->training.patch;
    const auto plane = static_cast<std::size_t>(batch.size * batch.size);
    batch.image.resize(static_cast<std::size_t>(n * batch.bands) * plane);
    batch.labels.resize(static_cast<std::size_t>(n) * plane);
    batch.weights.resize(static_cast<std::size_t>(n) * plane);
  }

  /// Normalises a patch into its position in the batch.
  void put(const PartPixels& from, std::int64_t place, Batch& batch) const {
    const auto plane = static_cast<std::size_t>(batch.size * batch.size);
    const auto bands = static_cast<std::size_t>(batch.bands);
    const Normalization& normalization = plan->normalization;
    float* image = batch.image.data() + static_cast<std::size_t>(place) * bands * plane;
    for (std::size_t b = 0; b < bands; ++b) {
      const auto mean = static_cast<float>(normalization.mean[b]);
      const auto scale = static_cast<float>(1 / normalization.std[b]);
      const float* values = from.values.data() + b * plane;
      float* out = image + b * plane;
      for (std::size_t i = 0; i < plane; ++i)
        out[i] = from.visible[i] != 0 ? (values[i] - mean) * scale : 0.0F;
    }
    if (!normalization.matrix.empty()) multiply(normalization.matrix, bands, plane, image);
    std::int32_t* labels = batch.labels.data() + static_cast<std::size_t>(place) * plane;
    float* weights = batch.weights.data() + static_cast<std::size_t>(place) * plane;
    for (std::size_t i = 0; i < plane; ++i) {
      const bool counts = from.labels[i] != 0 && from.visible[i] != 0;
      labels[i] = counts ? from.labels[i] - 1 : 0;
      weights[i] = counts ? static_cast<float>(plan->weights[static_cast<std::size_t>(labels[i])]) : 0.0F;
    }
  }

  static void multiply(const std::vector<double>& matrix, std::size_t bands, std::size_t plane,
                       float* image) {
    std::vector<float> in(bands);
    for (std::size_t i = 0; i < plane; ++i) {
      for (std::size_t b = 0; b < bands; ++b) in[b] = image[b * plane + i];
      for (std::size_t b = 0; b < bands; ++b) {
        double sum = 0;
        for (std::size_t k = 0; k < bands; ++k) sum += matrix[b * bands + k] * in[k];
        image[b * plane + i] = static_cast<float>(sum);
      }
    }
  }

  std::shared_ptr<const SamplerPlan> plan;
  Dataset::Reader reader;
  PartPixels read, patch;
  std::vector<std::size_t> order;
  std::int64_t order_epoch = 0;
};

Sampler::Sampler(std::shared_ptr<const SamplerPlan> plan)
    : state_(std::make_unique<State>(std::move(plan))) {}
Sampler::~Sampler() = default;
Sampler::Sampler(Sampler&&) noexcept = default;

std::int64_t Sampler::batches_per_epoch() const {
  return state_->plan->batches_per_epoch();
}

void Sampler::fill(std::int64_t epoch, std::int64_t batch_index, Batch& batch, BatchShare share) {
  State& s = *state_;
  const SamplerPlan& plan = *s.plan;
  const AugmentKeys& augment = plan.training.augment;
  const std::int64_t size = plan.training.patch;
  if (batches_per_epoch() == 0)
    throw Error(ErrorCode::mismatch, "no valid training pixel to sample",
                "see split.fractions and labels.map");
  std::vector<double> spread;
  for (const BandSummary& band : plan.normalization.bands) spread.push_back(band.std);
  if (share.count == 0) share = {0, plan.training.batch};
  s.prepare(share.count, batch);
  for (std::int64_t place = 0; place < batch.n; ++place) {
    const std::int64_t sample = share.first + place;
    const PatchWindow chosen = s.choose(epoch, batch_index, sample);
    Random numbers = s.random(epoch, batch_index, sample, Draw::affine);
    const double most = augment.shift * static_cast<double>(size);
    const double x = static_cast<double>(chosen.window.x) + static_cast<double>(size) / 2 +
                     std::round(most * numbers.symmetric());
    const double y = static_cast<double>(chosen.window.y) + static_cast<double>(size) / 2 +
                     std::round(most * numbers.symmetric());
    const Affine map = dataset::draw_affine(augment, numbers);
    if (map.identity()) {
      const Window window{static_cast<std::int64_t>(std::floor(x - static_cast<double>(size) / 2)),
                          static_cast<std::int64_t>(std::floor(y - static_cast<double>(size) / 2)), size,
                          size};
      s.reader.read(chosen.image, window, Part::training, s.patch);
    } else {
      const Window window = dataset::reach_of(map, x, y, size);
      s.reader.read(chosen.image, window, Part::training, s.read);
      dataset::warp(s.read, window, plan.dataset.bands().size(), map, x, y, size, s.patch);
    }
    if (!nothing_to_change(augment)) {
      Random values = s.random(epoch, batch_index, sample, Draw::values);
      dataset::change_values(augment, spread, plan.heights, size, values, s.patch);
    }
    s.put(s.patch, place, batch);
  }
}

void Sampler::fill_windows(std::span<const PatchWindow> windows, Part part, Batch& batch) {
  State& s = *state_;
  s.prepare(static_cast<std::int64_t>(windows.size()), batch);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (windows[i].window.width != batch.size || windows[i].window.height != batch.size)
      throw Error(ErrorCode::internal, "sampler: a window of another size than the plan's patch");
    s.reader.read(windows[i].image, windows[i].window, part, s.patch);
    s.put(s.patch, static_cast<std::int64_t>(i), batch);
  }
}

}  // namespace terramask
