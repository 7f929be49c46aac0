// How far single precision may be from the reference, operator by operator.
#include <algorithm>
#include <cmath>

#include "bounds_statistics.hpp"
#include "bounds_training.hpp"
#include "harness.hpp"
#include "ops/operators.hpp"

namespace terramask::tests {
namespace {

using reference::Array;

constexpr double kConvolutionError = 1e-5;  // of Σ|x||w|
constexpr double kWinogradError = 4e-5;     // of the largest Σ|x||w| around
constexpr double kArithmeticError = 1e-6;   // of the magnitudes, for a few operations
constexpr double kFunctionError = 2e-6;     // exponentials and what is made of them, all at most about 1

/// A value as it is needed here: what it is, and how far it may be off.
struct Operand {
  const Array* value;
  const Array* bound;
};

// Single precision is exact as long as all sums are multiples of a grain and below 2^24 grains. A grain of 0
// says that a value is not known to be such a multiple.
constexpr double kMostGrains = 1 << 24;

double largest(const Array& array) {
  double most = 0;
  for (const double value : array.values) most = std::max(most, std::abs(value));
  return most;
}

Array magnitudes(Array array) {
  for (double& value : array.values) value = std::abs(value);
  return array;
}

void add_to(Array& sum, const Array& other, double factor = 1) {
  for (std::size_t i = 0; i < sum.values.size(); ++i) sum.values[i] += factor * other.values[i];
}

Array apply(const Operator& op, std::vector<const Array*> operands, const Shape& result) {
  std::vector<Array> results{reference::make_array(result)};
  if (const auto* pool = op.as<ops::MaxPool>(); pool != nullptr && pool->indices)
    results.push_back(reference::make_array(result));
  reference::evaluate(op, operands, results);
  return std::move(results.front());
}

bool power_of_two(std::int64_t value) {
  return (value & (value - 1)) == 0;
}

// y = activation(x): what x may be off by, and the function's own error. Gives the result's grain.
double add_activation(const ops::Activation& activation, const Array& y, double grain, Array& bound) {
  using Kind = ops::ActivationKind;
  if (activation.kind == Kind::none || activation.kind == Kind::relu) return grain;
  const bool halving = activation.kind == Kind::leaky_relu && activation.alpha == 0.5F && grain > 0;
  const double absolute = activation.kind == Kind::leaky_relu ? 0 : kFunctionError;
  const double slope = std::max(1.0, static_cast<double>(activation.alpha));
  for (std::size_t i = 0; i < bound.values.size(); ++i) {
    bound.values[i] *= slope;
    if (!halving) bound.values[i] += absolute + kArithmeticError * std::abs(y.values[i]);
  }
  return halving ? grain / 2 : 0;
}

/// Whether each element of the result is one of an operand's, or 0.
bool moves_values(const Operator& op) {
  return op.as<ops::MaxPool>() != nullptr || op.as<ops::MaxUnpool>() != nullptr ||
         op.as<ops::Concat>() != nullptr || op.as<ops::Slice>() != nullptr || op.as<ops::Pad>() != nullptr;
}

class Bounds {
 public:
  Bounds(const Graph& graph, const std::vector<Array>& all, Numbers numbers, bool winograd)
      : graph_(graph), all_(all), winograd_(winograd) {
    for (const Value& value : graph.values()) {
      bounds_.push_back(reference::make_array(value.type.shape));
      grains_.push_back(numbers == Numbers::halves ? 0.5 : 0);
    }
  }

  std::vector<Array> run() {
    for (const Node& node : graph_.nodes()) {
      std::vector<Operand> operands;
      double grain = 1;
      for (const ValueId id : node.operands) {
        operands.push_back({&all_[id], &bounds_[id]});
        grain = std::min(grain, grains_[id]);
      }
      if (add_alone(node)) continue;
      const Array& result = all_[node.results.front()];
      Array bound = reference::make_array(result.shape);
      const double own_grain = add_own(node.op, operands, result, grain, bound);
      bounds_[node.results.front()] = std::move(bound);
      for (const ValueId id : node.results) grains_[id] = own_grain;
    }
    return std::move(bounds_);
  }

 private:
  // What trains stands alone in its cases, its operands are exact.
  bool add_alone(const Node& node) {
    std::vector<const Array*> operands, results;
    for (const ValueId id : node.operands) operands.push_back(&all_[id]);
    for (const ValueId id : node.results) results.push_back(&all_[id]);
    std::vector<Array> bounds = training_bounds(node.op, operands, results);
    if (const auto* norm = node.op.as<ops::BatchNormTraining>()) bounds = statistics_bounds(*norm, operands);
    if (const auto* norm = node.op.as<ops::BatchNormGradient>()) bounds = statistics_bounds(*norm, operands);
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      bounds_[node.results[i]] = std::move(bounds[i]);
      grains_[node.results[i]] = 0;
    }
    return !bounds.empty();
  }

  // Adds an operator's own error (none where it is exact on operands of this grain) and what it makes of its
  // operands'. Gives the result's grain.
  double add_own(const Operator& op, const std::vector<Operand>& operands, const Array& result, double grain,
                 Array& bound) const {
    if (const auto* conv = op.as<ops::Conv2d>())
      return add_convolution(*conv, operands, result, grain, bound);
    if (const auto* conv = op.as<ops::ConvTranspose2d>())
      return add_convolution(*conv, operands, result, grain, bound);
    if (op.as<ops::Conv2dWeightGradient>() != nullptr) {
      const Array x = magnitudes(*operands[0].value), dy = magnitudes(*operands[1].value);
      bound = apply(op, {&x, operands[1].bound}, result.shape);
      add_to(bound, apply(op, {operands[0].bound, &dy}, result.shape));
      return add_sums(apply(op, {&x, &dy}, result.shape), grain * grain, bound);
    }
    if (op.as<ops::ChannelSum>() != nullptr) {
      const Array x = magnitudes(*operands[0].value);
      bound = apply(op, {operands[0].bound}, result.shape);
      return add_sums(apply(op, {&x}, result.shape), grain, bound);
    }
    if (const auto* pool = op.as<ops::AvgPool>()) {
      const std::int64_t area = pool->kernel.h * pool->kernel.w;
      const bool halving = power_of_two(area) && (pool->count_include_pad || pool->padding == Extent2{0, 0});
      return add_linear(op, operands, halving ? grain / static_cast<double>(area) : 0, bound);
    }
    if (const auto* up = op.as<ops::Upsample>()) {
      if (up->mode == ops::UpsampleMode::nearest) return add_linear(op, operands, grain, bound);
      const std::int64_t parts = 4 * up->factor.h * up->factor.w;
      return add_linear(op, operands, power_of_two(parts) ? grain / static_cast<double>(parts) : 0, bound);
    }
    if (const auto* norm = op.as<ops::BatchNorm>()) return add_batch_norm(*norm, operands, result, bound);
    if (const auto* sum = op.as<ops::Add>()) {
      for (const Operand& operand : operands) {
        add_to(bound, *operand.bound);
        if (grain == 0) add_to(bound, magnitudes(*operand.value), kArithmeticError);
      }
      return add_activation(sum->activation, result, grain, bound);
    }
    if (const auto* activate = op.as<ops::Activate>()) {
      bound = *operands[0].bound;
      return add_activation(activate->activation, result, grain, bound);
    }
    if (op.as<ops::Softmax>() != nullptr) {
      const double most = largest(*operands[0].bound);
      std::fill(bound.values.begin(), bound.values.end(), most + kFunctionError);
      return 0;
    }
    if (op.as<ops::Argmax>() != nullptr) return 1;
    if (!moves_values(op)) throw Error(ErrorCode::internal, "bounds: no rule for " + std::string(op.name()));
    // Their bounds move likewise: to the largest of a window, to where the indices say.
    std::vector<const Array*> moved;
    for (const Operand& operand : operands) moved.push_back(operand.bound);
    if (op.as<ops::MaxUnpool>() != nullptr) moved[1] = operands[1].value;
    bound = apply(op, moved, result.shape);
    return grain;
  }

  // Sums of multiples of a grain: exact as long as they stay below 2^24 grains.
  static double add_sums(const Array& magnitude, double grain, Array& bound) {
    if (grain > 0 && largest(magnitude) / grain < kMostGrains) return grain;
    add_to(bound, magnitude, kConvolutionError);
    return 0;
  }

  template <class Conv>
  double add_convolution(Conv op, const std::vector<Operand>& operands, const Array& result, double grain,
                         Array& bound) const {
    const ops::Activation activation = op.activation;
    op.activation = {};
    const Array weight = magnitudes(*operands[1].value);
    bound = apply(op, {operands[0].bound, &weight}, result.shape);
    const Array x = magnitudes(*operands[0].value);
    Array bias;
    std::vector<const Array*> all{&x, &weight};
    if (operands.size() > 2) all.push_back(&(bias = magnitudes(*operands[2].value)));
    Array sums = apply(op, all, result.shape);
    // A grain times a weight's.
    double own_grain = grain / 2;
    if (own_grain > 0 && largest(sums) / own_grain >= kMostGrains) own_grain = 0;
    if (winograd_ && op.kernel == Extent2{3, 3} && op.stride == Extent2{1, 1} &&
        op.dilation == Extent2{1, 1}) {
      const ops::MaxPool around{.kernel = {7, 7}, .stride = {1, 1}, .padding = {3, 3}};
      add_to(bound, apply(around, {&sums}, result.shape), kWinogradError);
      own_grain = 0;
    } else if (own_grain == 0) {
      add_to(bound, sums, kConvolutionError);
    }
    return add_activation(activation, result, own_grain, bound);
  }

  static double add_batch_norm(const ops::BatchNorm& op, const std::vector<Operand>& operands,
                               const Array& result, Array& bound) {
    const auto plane = static_cast<std::size_t>(result.shape.h() * result.shape.w());
    for (std::size_t i = 0; i < bound.values.size(); ++i) {
      const auto of = [&](std::size_t k) {
        const auto& values = operands[k].value->values;
        return values[i / plane % values.size()];
      };
      const double scale = std::abs(of(1)) / std::sqrt(of(4) + op.epsilon);
      const double normal = (std::abs(operands[0].value->values[i]) + std::abs(of(3))) * scale;
      bound.values[i] =
          operands[0].bound->values[i] * scale + 2 * kArithmeticError * (normal + std::abs(of(2)));
    }
    return add_activation(op.activation, result, 0, bound);
  }

  static double add_linear(const Operator& op, const std::vector<Operand>& operands, double own_grain,
                           Array& bound) {
    bound = apply(op, {operands[0].bound}, bound.shape);
    if (own_grain == 0) {
      const Array x = magnitudes(*operands[0].value);
      add_to(bound, apply(op, {&x}, bound.shape), kArithmeticError);
    }
    return own_grain;
  }

  const Graph& graph_;
  const std::vector<Array>& all_;
  bool winograd_;
  std::vector<Array> bounds_;
  std::vector<double> grains_;
};

}  // namespace

std::vector<Array> error_bounds(const Graph& graph, const std::vector<Array>& all, Numbers numbers,
                                bool winograd) {
  return Bounds(graph, all, numbers, winograd).run();
}

}  // namespace terramask::tests
