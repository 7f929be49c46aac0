#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "models/architecture.hpp"
#include "models/text.hpp"

namespace terramask {

namespace {

constexpr std::array table{
#define TERRAMASK_ARCHITECTURE(name) &(name),
#include "models/architectures.def"
#undef TERRAMASK_ARCHITECTURE
};

// n·h·w of an input: with max_channels, no tensor's size in bytes overflows.
constexpr std::int64_t max_positions = std::int64_t{1} << 38;

void check_range(std::string_view name, std::int64_t value, std::int64_t first, std::int64_t last) {
  if (value < first || value > last)
    throw Error(ErrorCode::usage,
                fmt::format("network: {} is {}, must lie between {} and {}", name, value, first, last));
}

}  // namespace

std::vector<std::string> architectures() {
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const Architecture* architecture : table) names.emplace_back(architecture->name);
  return names;
}

const Architecture& find_architecture(std::string_view name) {
  for (const Architecture* architecture : table)
    if (architecture->name == name) return *architecture;
  throw Error(ErrorCode::unsupported, fmt::format("unknown architecture {}", quotation(name)),
              fmt::format("known are {}", fmt::join(architectures(), ", ")));
}

void check_spec(const NetworkSpec& spec) {
  const Architecture& architecture = find_architecture(spec.architecture);
  check_range("bands", spec.bands, 1, 65535);
  check_range("classes", spec.classes, 1, 65535);
  check_range("width", spec.width, 1, max_channels);
  architecture.check(spec);
}

std::int64_t total_stride(const NetworkSpec& spec) {
  check_spec(spec);
  return find_architecture(spec.architecture).stride(spec);
}

Graph build_network(const NetworkSpec& spec, std::int64_t n, std::int64_t h, std::int64_t w) {
  const std::int64_t stride = total_stride(spec);
  if (n < 1 || h < 1 || w < 1 || h % stride != 0 || w % stride != 0)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: a patch of {} × {} × {} (number × height × width)", spec.architecture, n, h, w),
        fmt::format("height and width must be multiples of {}", stride));
  if (h > max_positions || w > max_positions / h || n > max_positions / (h * w))
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: a patch of {} × {} × {} is too large", spec.architecture, n, h, w),
                fmt::format("at most {} pixels", max_positions));
  Graph graph;
  Builder builder(graph);
  const ValueId image = graph.add_input("image", {DType::f32, {n, spec.bands, h, w}});
  graph.add_output("logits", find_architecture(spec.architecture).build(spec, builder, image));
  return graph;
}

}  // namespace terramask
