#include "models/given/host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "models/given/attributes.hpp"
#include "terramask/error.hpp"

namespace terramask::given {
namespace {

// Data types of ONNX's TensorProto.
constexpr std::int64_t kFloat = 1, kFloat16 = 10, kDouble = 11, kBfloat16 = 16;

using Inputs = std::span<const Constant* const>;
using Whole = std::vector<std::int64_t>;
using Real = std::vector<double>;

[[noreturn]] void fail(const std::string& cause) {
  throw Error(ErrorCode::format, cause, "export the model again");
}

const Constant& input(Inputs inputs, std::size_t index) {
  if (index >= inputs.size() || inputs[index] == nullptr) fail(fmt::format("input {} is missing", index + 1));
  return *inputs[index];
}

bool is_whole(const Constant& constant) {
  return std::holds_alternative<Whole>(constant.values);
}

/// Whole numbers wrap around, as they do in other programs.
std::int64_t wrapped(std::uint64_t bits) {
  return static_cast<std::int64_t>(bits);
}

// As in NumPy: integers floor towards zero in ONNX.
std::int64_t divide(std::int64_t a, std::int64_t b) {
  if (b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min())) fail("a division by zero");
  return a / b;
}

std::int64_t remainder(std::int64_t a, std::int64_t b) {
  if (b == 0) fail("a division by zero");
  if (b == -1) return 0;
  const std::int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const auto own = static_cast<std::int64_t>(rank);
  if (axis < -own || axis >= own) fail(fmt::format("axis {} of {}", axis, own));
  return static_cast<std::size_t>(axis < 0 ? axis + own : axis);
}

/// Row-major strides, 0 along axes that are repeated.
std::vector<std::size_t> strides(const Whole& shape, const Whole& repeated) {
  std::vector<std::size_t> steps(repeated.size(), 0);
  std::size_t step = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t from = shape.size() - 1 - i, to = repeated.size() - 1 - i;
    if (shape[from] != 1) steps[to] = step;
    step *= static_cast<std::size_t>(shape[from]);
  }
  return steps;
}

Whole broadcast_shape(const Whole& a, const Whole& b) {
  Whole shape(std::max(a.size(), b.size()), 1);
  for (const Whole* one : {&a, &b})
    for (std::size_t i = 0; i < one->size(); ++i) {
      std::int64_t& extent = shape[shape.size() - 1 - i];
      const std::int64_t own = (*one)[one->size() - 1 - i];
      if (own != 1 && extent != 1 && own != extent) fail(fmt::format("extents {} and {}", extent, own));
      if (extent == 1) extent = own;
    }
  return shape;
}

/// Elements of `from` in the order of the larger shape.
template <class T>
std::vector<T> expanded(const std::vector<T>& from, const Whole& shape, const Whole& to) {
  const auto count = static_cast<std::size_t>(elements(to));
  const std::vector<std::size_t> steps = strides(shape, to);
  std::vector<T> values(count);
  std::vector<std::int64_t> at(to.size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t source = 0;
    for (std::size_t axis = 0; axis < to.size(); ++axis)
      source += steps[axis] * static_cast<std::size_t>(at[axis]);
    values[i] = from[source];
    for (std::size_t axis = to.size(); axis-- > 0;) {
      if (++at[axis] < to[axis]) break;
      at[axis] = 0;
    }
  }
  return values;
}

Constant expand(const Constant& value, const Whole& shape) {
  Constant result{broadcast_shape(value.shape, shape), {}};
  std::visit([&](const auto& values) { result.values = expanded(values, value.shape, result.shape); },
             value.values);
  return result;
}

template <class OnWhole, class OnReal>
Constant elementwise(Inputs inputs, OnWhole whole, OnReal real) {
  const Whole shape = broadcast_shape(input(inputs, 0).shape, input(inputs, 1).shape);
  const Constant a = expand(input(inputs, 0), shape), b = expand(input(inputs, 1), shape);
  if (is_whole(a) && is_whole(b)) {
    Whole values = std::get<Whole>(a.values);
    const Whole& other = std::get<Whole>(b.values);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = whole(values[i], other[i]);
    return {shape, std::move(values)};
  }
  Real values = real_values(a);
  const Real other = real_values(b);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = real(values[i], other[i]);
  return {shape, std::move(values)};
}

template <class Compare>
Constant compared(Inputs inputs, Compare compare) {
  Constant result = elementwise(
      inputs, [&](std::int64_t a, std::int64_t b) { return std::int64_t{compare(a, b)}; },
      [&](double a, double b) { return compare(a, b) ? 1.0 : 0.0; });
  return {result.shape, whole_values(result)};
}

template <class Function>
Constant rounded(const Constant& value, Function function) {
  if (is_whole(value)) return value;
  Real values = real_values(value);
  std::ranges::transform(values, values.begin(), function);
  return {value.shape, std::move(values)};
}

Constant negative(const Constant& value) {
  if (!is_whole(value)) return rounded(value, [](double v) { return -v; });
  Whole values = whole_values(value);
  for (std::int64_t& v : values) v = wrapped(0U - static_cast<std::uint64_t>(v));
  return {value.shape, std::move(values)};
}

Constant cast(const GivenNode& node, const Constant& value) {
  const std::int64_t to = whole_attribute(node, "to", kFloat);
  if (to == kFloat || to == kFloat16 || to == kDouble || to == kBfloat16)
    return {value.shape, real_values(value)};
  return {value.shape, whole_values(value)};
}

Constant constant(const GivenNode& node) {
  if (const auto one = node.attributes.find("value_int"); one != node.attributes.end())
    return {{}, Whole{whole_attribute(node, "value_int", 0)}};
  if (const auto one = node.attributes.find("value_float"); one != node.attributes.end())
    return {{}, Real{real_attribute(node, "value_float", 0)}};
  if (const auto found = find_attribute<Whole>(node, "value_ints")) return whole_constant(*found);
  if (const auto found = find_attribute<Real>(node, "value_floats"))
    return {{static_cast<std::int64_t>(found->size())}, *found};
  fail("a constant of this kind");
}

Constant reshaped(const Constant& value, Whole shape) {
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 0 && i < value.shape.size()) shape[i] = value.shape[i];
  const std::int64_t count = elements(value.shape);
  if (const auto free = std::ranges::find(shape, -1); free != shape.end()) {
    *free = 1;
    const std::int64_t others = elements(shape);
    *free = others > 0 ? count / others : 0;
  }
  if (elements(shape) != count) fail("a shape of another size");
  return {std::move(shape), value.values};
}

/// Axes come as an input from opset 13 on, before as an attribute.
Whole axes_of(const GivenNode& node, Inputs inputs) {
  if (inputs.size() > 1 && inputs[1] != nullptr) return whole_values(*inputs[1]);
  return find_attribute<Whole>(node, "axes").value_or(Whole{});
}

Constant squeezed(const Constant& value, const Whole& axes) {
  std::vector<bool> gone(value.shape.size(), axes.empty());
  for (const std::int64_t axis : axes) gone[axis_of(axis, value.shape.size())] = true;
  Whole shape;
  for (std::size_t i = 0; i < value.shape.size(); ++i)
    if (!gone[i] || value.shape[i] != 1) shape.push_back(value.shape[i]);
  return {std::move(shape), value.values};
}

Constant unsqueezed(const Constant& value, const Whole& axes) {
  const std::size_t rank = value.shape.size() + axes.size();
  if (rank > kMostAxes) fail(fmt::format("{} axes", rank));
  Whole shape(rank, 0);
  for (const std::int64_t axis : axes) shape[axis_of(axis, rank)] = 1;
  auto next = value.shape.begin();
  for (std::int64_t& extent : shape)
    if (extent == 0) extent = next == value.shape.end() ? 1 : *next++;
  return {std::move(shape), value.values};
}

/// The elements at `indices` along an axis.
Constant taken(const Constant& value, std::size_t axis, const Whole& indices) {
  Constant result = value;
  result.shape[axis] = static_cast<std::int64_t>(indices.size());
  (void)elements(result.shape);
  std::size_t outer = 1, inner = 1;
  for (std::size_t i = 0; i < value.shape.size(); ++i)
    (i < axis ? outer : inner) *= i == axis ? 1 : static_cast<std::size_t>(value.shape[i]);
  const auto extent = static_cast<std::size_t>(value.shape[axis]);
  std::visit(
      [&](const auto& from) {
        auto& to = std::get<std::remove_cvref_t<decltype(from)>>(result.values);
        to.clear();
        for (std::size_t o = 0; o < outer; ++o)
          for (const std::int64_t index : indices)
            for (std::size_t i = 0; i < inner; ++i)
              to.push_back(from[(o * extent + static_cast<std::size_t>(index)) * inner + i]);
      },
      value.values);
  return result;
}

Constant gathered(const GivenNode& node, const Constant& value, const Constant& index) {
  if (value.shape.empty()) fail("a scalar has no axis");
  const std::size_t axis = axis_of(whole_attribute(node, "axis", 0), value.shape.size());
  Whole indices = whole_values(index);
  for (std::int64_t& one : indices) {
    if (one < -value.shape[axis] || one >= value.shape[axis])
      fail(fmt::format("index {} of {}", one, value.shape[axis]));
    if (one < 0) one += value.shape[axis];
  }
  Constant result = taken(value, axis, indices);
  Whole shape(value.shape.begin(), value.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), index.shape.begin(), index.shape.end());
  shape.insert(shape.end(), value.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, value.shape.end());
  result.shape = std::move(shape);
  return result;
}

Constant sliced(const GivenNode& node, Inputs inputs) {
  const auto list = [&](std::size_t index, const char* name) {
    if (index < inputs.size() && inputs[index] != nullptr) return whole_values(*inputs[index]);
    return find_attribute<Whole>(node, name).value_or(Whole{});
  };
  Constant value = input(inputs, 0);
  const Whole starts = list(1, "starts"), ends = list(2, "ends"), axes = list(3, "axes"),
              steps = list(4, "steps");
  if (starts.size() != ends.size()) fail("as many starts as ends are needed");
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis =
        axis_of(i < axes.size() ? axes[i] : static_cast<std::int64_t>(i), value.shape.size());
    const std::int64_t step = i < steps.size() ? steps[i] : 1, extent = value.shape[axis];
    if (step == 0) fail("a step of 0");
    const auto bound = [&](std::int64_t at, std::int64_t low, std::int64_t high) {
      return std::clamp(at < 0 ? std::max(at, -extent - 1) + extent : at, low, high);
    };
    const std::int64_t begin = step > 0 ? bound(starts[i], 0, extent) : bound(starts[i], 0, extent - 1);
    const std::int64_t end = step > 0 ? bound(ends[i], 0, extent) : bound(ends[i], -1, extent - 1);
    Whole indices;
    for (std::int64_t at = begin; step > 0 ? at < end : at > end; at += step) {
      indices.push_back(at);
      if (std::abs(step) > extent) break;
    }
    value = taken(value, axis, indices);
  }
  return value;
}

Constant joined(const GivenNode& node, Inputs inputs) {
  Constant result = input(inputs, 0);
  const std::size_t axis = axis_of(whole_attribute(node, "axis", 0), result.shape.size());
  if (axis != 0) fail("constants are joined along their first axis only");
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    const Constant& next = input(inputs, i);
    if (next.shape.size() != result.shape.size() || next.values.index() != result.values.index() ||
        !std::equal(next.shape.begin() + 1, next.shape.end(), result.shape.begin() + 1))
      fail("constants of different kinds or extents");
    result.shape[0] += next.shape[0];
    (void)elements(result.shape);
    std::visit(
        [&](auto& values) {
          const auto& more = std::get<std::remove_cvref_t<decltype(values)>>(next.values);
          values.insert(values.end(), more.begin(), more.end());
        },
        result.values);
  }
  return result;
}

Constant chosen(Inputs inputs) {
  const Whole shape = broadcast_shape(input(inputs, 0).shape,
                                      broadcast_shape(input(inputs, 1).shape, input(inputs, 2).shape));
  const Whole which = whole_values(expand(input(inputs, 0), shape));
  Constant result = expand(input(inputs, 1), shape);
  const Constant other = expand(input(inputs, 2), shape);
  if (result.values.index() != other.values.index()) fail("values of different kinds");
  std::visit(
      [&](auto& values) {
        const auto& others = std::get<std::remove_cvref_t<decltype(values)>>(other.values);
        for (std::size_t i = 0; i < values.size(); ++i)
          if (which[i] == 0) values[i] = others[i];
      },
      result.values);
  return result;
}

Constant filled(const GivenNode& node, const Constant& shape) {
  Constant result{whole_values(shape), {}};
  const auto count = static_cast<std::size_t>(elements(result.shape));
  if (const auto found = find_attribute<Whole>(node, "value"); found && found->size() == 1)
    result.values = Whole(count, found->front());
  else if (const auto real = find_attribute<Real>(node, "value"); real && real->size() == 1)
    result.values = Real(count, real->front());
  else
    result.values = Real(count, 0.0);
  return result;
}

Constant ranged(Inputs inputs) {
  const std::int64_t begin = whole_values(input(inputs, 0)).at(0), end = whole_values(input(inputs, 1)).at(0),
                     step = whole_values(input(inputs, 2)).at(0);
  if (!is_whole(input(inputs, 0)) || step == 0) fail("a range of whole numbers is needed");
  if (std::abs(static_cast<double>(end) - static_cast<double>(begin)) > 1e15)
    fail("a range of too many elements");
  Whole values;
  for (std::int64_t at = begin; step > 0 ? at < end : at > end; at += step) {
    values.push_back(at);
    if (static_cast<std::int64_t>(values.size()) > kMostElements) fail("a range of too many elements");
  }
  return whole_constant(std::move(values));
}

Constant product(Inputs inputs) {
  std::int64_t result = 1;
  for (const std::int64_t value : whole_values(input(inputs, 0)))
    result = wrapped(static_cast<std::uint64_t>(result) * static_cast<std::uint64_t>(value));
  return {{}, Whole{result}};
}

struct HostForm {
  std::string_view op;
  Constant (*evaluate)(const GivenNode&, Inputs);
};

template <class OnWhole, class OnReal>
constexpr auto arithmetic(OnWhole, OnReal) {
  return [](const GivenNode&, Inputs inputs) { return elementwise(inputs, OnWhole{}, OnReal{}); };
}

template <class Compare>
constexpr auto comparison(Compare) {
  return [](const GivenNode&, Inputs inputs) { return compared(inputs, Compare{}); };
}

using Node = const GivenNode&;

// Unsigned arithmetic wraps around without undefined behaviour.
constexpr std::array<HostForm, 30> kForms{{
    {"Add",
     arithmetic([](std::int64_t a, std::int64_t b) { return wrapped(std::uint64_t(a) + std::uint64_t(b)); },
                [](double a, double b) { return a + b; })},
    {"Sub",
     arithmetic([](std::int64_t a, std::int64_t b) { return wrapped(std::uint64_t(a) - std::uint64_t(b)); },
                [](double a, double b) { return a - b; })},
    {"Mul",
     arithmetic([](std::int64_t a, std::int64_t b) { return wrapped(std::uint64_t(a) * std::uint64_t(b)); },
                [](double a, double b) { return a * b; })},
    {"Div", arithmetic([](std::int64_t a, std::int64_t b) { return divide(a, b); },
                       [](double a, double b) { return a / b; })},
    {"Mod", arithmetic([](std::int64_t a, std::int64_t b) { return remainder(a, b); },
                       [](double a, double b) { return std::fmod(a, b); })},
    {"Min", arithmetic([](std::int64_t a, std::int64_t b) { return std::min(a, b); },
                       [](double a, double b) { return std::min(a, b); })},
    {"Max", arithmetic([](std::int64_t a, std::int64_t b) { return std::max(a, b); },
                       [](double a, double b) { return std::max(a, b); })},
    {"Equal", comparison(std::equal_to<>{})},
    {"Less", comparison(std::less<>{})},
    {"Greater", comparison(std::greater<>{})},
    {"And", comparison([](auto a, auto b) { return a != 0 && b != 0; })},
    {"Or", comparison([](auto a, auto b) { return a != 0 || b != 0; })},
    {"Identity", [](Node, Inputs in) { return input(in, 0); }},
    {"Neg", [](Node, Inputs in) { return negative(input(in, 0)); }},
    {"Floor", [](Node, Inputs in) { return rounded(input(in, 0), [](double v) { return std::floor(v); }); }},
    {"Ceil", [](Node, Inputs in) { return rounded(input(in, 0), [](double v) { return std::ceil(v); }); }},
    {"Round",
     [](Node, Inputs in) { return rounded(input(in, 0), [](double v) { return std::nearbyint(v); }); }},
    {"Cast", [](Node node, Inputs in) { return cast(node, input(in, 0)); }},
    {"Constant", [](Node node, Inputs) { return constant(node); }},
    {"Reshape", [](Node, Inputs in) { return reshaped(input(in, 0), whole_values(input(in, 1))); }},
    {"Squeeze", [](Node node, Inputs in) { return squeezed(input(in, 0), axes_of(node, in)); }},
    {"Unsqueeze", [](Node node, Inputs in) { return unsqueezed(input(in, 0), axes_of(node, in)); }},
    {"Gather", [](Node node, Inputs in) { return gathered(node, input(in, 0), input(in, 1)); }},
    {"Slice", [](Node node, Inputs in) { return sliced(node, in); }},
    {"Concat", [](Node node, Inputs in) { return joined(node, in); }},
    {"Where", [](Node, Inputs in) { return chosen(in); }},
    {"ConstantOfShape", [](Node node, Inputs in) { return filled(node, input(in, 0)); }},
    {"Expand", [](Node, Inputs in) { return expand(input(in, 0), whole_values(input(in, 1))); }},
    {"Range", [](Node, Inputs in) { return ranged(in); }},
    {"ReduceProd", [](Node, Inputs in) { return product(in); }},
}};

const HostForm* find_form(std::string_view op) {
  const auto found = std::ranges::find(kForms, op, &HostForm::op);
  return found == kForms.end() ? nullptr : &*found;
}

}  // namespace

std::int64_t elements(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) fail(fmt::format("an extent of {}", extent));
    if (extent > 0 && count > kMostElements / extent)
      fail(fmt::format("more than {} elements", kMostElements));
    count *= extent;
  }
  return count;
}

std::vector<std::int64_t> whole_values(const Constant& constant) {
  if (const auto* whole = std::get_if<Whole>(&constant.values)) return *whole;
  Whole values;
  for (const double value : std::get<Real>(constant.values)) {
    if (!(std::abs(value) < 9e18)) fail(fmt::format("{} is no whole number", value));
    values.push_back(static_cast<std::int64_t>(value));
  }
  return values;
}

std::vector<double> real_values(const Constant& constant) {
  if (const auto* real = std::get_if<Real>(&constant.values)) return *real;
  const auto& whole = std::get<Whole>(constant.values);
  return {whole.begin(), whole.end()};
}

Constant whole_constant(std::vector<std::int64_t> values) {
  return {{static_cast<std::int64_t>(values.size())}, std::move(values)};
}

bool has_host_form(std::string_view op) {
  return find_form(op) != nullptr;
}

Constant evaluate(const GivenNode& node, Inputs inputs) {
  const HostForm* form = find_form(node.op);
  if (form == nullptr) throw Error(ErrorCode::internal, node.op + " has no host form");
  return form->evaluate(node, inputs);
}

}  // namespace terramask::given
