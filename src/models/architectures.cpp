#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "models/architecture.hpp"

namespace terramask {

namespace {

constexpr std::array table{
#define TERRAMASK_ARCHITECTURE(name) &(name),
#include "models/architectures.def"
#undef TERRAMASK_ARCHITECTURE
};

// Limit of n·h·w of an input: with max_channels, no tensor's size in bytes overflows.
constexpr std::int64_t kMaxPositions = std::int64_t{1} << 38;

[[noreturn]] void refuse(std::string_view key, const std::string& value, const std::string& expected) {
  throw Error(ErrorCode::usage, fmt::format("network: {} is {}, must {}", key, value, expected));
}

void check_count(std::string_view name, std::int64_t value) {
  if (value < 1 || value > 65535) refuse(name, std::to_string(value), "lie between 1 and 65535");
}

// A whole number is a number too.
NetworkValue in_kind(const NetworkValue& value, NetworkKey::Kind kind) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return kind == NetworkKey::Kind::number && whole != nullptr ? static_cast<double>(*whole) : value;
}

template <class Number>
void check_range(const NetworkKey& key, Number value) {
  const auto low = static_cast<Number>(key.low), high = static_cast<Number>(key.high);
  if (!(value >= low && value <= high))
    refuse(key.name, fmt::format("{}", value), fmt::format("lie between {} and {}", low, high));
}

void check_value(const NetworkKey& key, const NetworkValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (key.kind == NetworkKey::Kind::choice) {
    if (text == nullptr || std::ranges::find(key.choices, *text) == key.choices.end())
      refuse(key.name, text == nullptr ? "a number" : quotation(*text),
             fmt::format("be {}", fmt::join(key.choices, " or ")));
  } else if (key.kind == NetworkKey::Kind::whole) {
    if (!std::holds_alternative<std::int64_t>(value))
      refuse(key.name, text == nullptr ? fmt::format("{}", std::get<double>(value)) : quotation(*text),
             "be a whole number");
    check_range(key, std::get<std::int64_t>(value));
  } else {
    if (text != nullptr) refuse(key.name, quotation(*text), "be a number");
    check_range(key, std::get<double>(in_kind(value, key.kind)));
  }
}

// The value of a key that the architecture's own code reads.
NetworkValue own_value(const NetworkSpec& spec, std::string_view name, NetworkKey::Kind kind) {
  const NetworkKey* key = find_key(spec.architecture, name);
  if (key == nullptr || key->kind != kind)
    throw Error(ErrorCode::internal,
                fmt::format("{} declares no key {} of this kind", spec.architecture, name));
  return network_value(spec, *key);
}

}  // namespace

const NetworkKey* find_key(std::string_view architecture, std::string_view name) {
  const std::span keys = network_keys(architecture);
  const auto found = std::ranges::find(keys, name, &NetworkKey::name);
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> architectures() {
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const Architecture* architecture : table) names.emplace_back(architecture->name);
  return names;
}

std::string_view architecture_title(std::string_view architecture) {
  return find_architecture(architecture).title;
}

std::span<const NetworkKey> network_keys(std::string_view architecture) {
  return find_architecture(architecture).keys;
}

std::vector<NetworkKey> all_network_keys() {
  std::vector<NetworkKey> keys;
  for (const Architecture* architecture : table)
    for (const NetworkKey& key : architecture->keys)
      if (std::ranges::find(keys, key.name, &NetworkKey::name) == keys.end()) keys.push_back(key);
  return keys;
}

const Architecture& find_architecture(std::string_view name) {
  for (const Architecture* architecture : table)
    if (architecture->name == name) return *architecture;
  if (given_architecture.name == name) return given_architecture;
  throw Error(ErrorCode::unsupported, fmt::format("unknown architecture {}", quotation(name)),
              fmt::format("known are {}", fmt::join(architectures(), ", ")));
}

NetworkValue network_value(const NetworkSpec& spec, const NetworkKey& key) {
  if (const auto given = spec.keys.find(key.name); given != spec.keys.end())
    return in_kind(given->second, key.kind);
  if (key.kind == NetworkKey::Kind::choice) return std::string(key.choices.front());
  if (key.kind == NetworkKey::Kind::whole) return static_cast<std::int64_t>(key.initial);
  return key.initial;
}

std::int64_t NetworkSpec::whole(std::string_view key) const {
  return std::get<std::int64_t>(own_value(*this, key, NetworkKey::Kind::whole));
}

double NetworkSpec::number(std::string_view key) const {
  return std::get<double>(own_value(*this, key, NetworkKey::Kind::number));
}

std::string NetworkSpec::choice(std::string_view key) const {
  return std::get<std::string>(own_value(*this, key, NetworkKey::Kind::choice));
}

bool NetworkSpec::operator==(const NetworkSpec& other) const {
  if (architecture != other.architecture || bands != other.bands || classes != other.classes) return false;
  if ((given == nullptr) != (other.given == nullptr)) return false;
  if (given != nullptr) return given == other.given || *given == *other.given;
  return std::ranges::all_of(network_keys(architecture), [&](const NetworkKey& key) {
    return network_value(*this, key) == network_value(other, key);
  });
}

void check_counts(const NetworkSpec& spec) {
  check_count("bands", spec.bands);
  check_count("classes", spec.classes);
}

void check_spec(const NetworkSpec& spec) {
  const Architecture& architecture = find_architecture(spec.architecture);
  check_counts(spec);
  for (const auto& [name, value] : spec.keys) {
    const NetworkKey* key = find_key(architecture.name, name);
    if (key == nullptr) {
      std::vector<std::string_view> names;
      for (const NetworkKey& own : architecture.keys) names.push_back(own.name);
      throw Error(ErrorCode::usage,
                  fmt::format("network: {} has no key {}", spec.architecture, quotation(name)),
                  names.empty() ? "it has none" : fmt::format("its keys are {}", fmt::join(names, ", ")));
    }
    check_value(*key, value);
  }
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
  if (h > kMaxPositions || w > kMaxPositions / h || n > kMaxPositions / (h * w))
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: a patch of {} × {} × {} is too large", spec.architecture, n, h, w),
                fmt::format("at most {} pixels", kMaxPositions));
  Graph graph;
  Builder builder(graph);
  const ValueId image = graph.add_input("image", {DType::f32, {n, spec.bands, h, w}});
  graph.add_output("logits", find_architecture(spec.architecture).build(spec, builder, image));
  return graph;
}

}  // namespace terramask
