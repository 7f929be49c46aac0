// What an architecture is. A new one is a file of its own and a line in architectures.def.
#pragma once

#include <span>
#include <string_view>

#include "models/builder.hpp"
#include "terramask/network.hpp"

namespace terramask {

/// Channels beyond this are no network that anyone could run.
inline constexpr std::int64_t kMaxChannels = std::int64_t{1} << 20;

struct Architecture {
  std::string_view name;
  std::string_view title;  ///< what it is, and its source
  /// Beside architecture, bands and classes. Files, options, schema and documents derive from them.
  std::span<const NetworkKey> keys;
  /// Throws ErrorCode::usage where values do not fit each other; each by itself is checked already.
  void (*check)(const NetworkSpec&);
  /// Height and width of the input must be multiples of it.
  std::int64_t (*stride)(const NetworkSpec&);
  /// From the image to the logits.
  ValueId (*build)(const NetworkSpec&, Builder&, ValueId image);
};

/// For architectures whose keys fit each other whatever they are.
inline void any_keys(const NetworkSpec&) {}

constexpr NetworkKey whole_key(std::string_view name, std::int64_t initial, std::int64_t low,
                               std::int64_t high, std::string_view help) {
  return {.name = name,
          .kind = NetworkKey::Kind::whole,
          .initial = static_cast<double>(initial),
          .low = static_cast<double>(low),
          .high = static_cast<double>(high),
          .help = help};
}

/// A number of channels.
constexpr NetworkKey channels_key(std::string_view name, std::int64_t initial, std::int64_t high,
                                  std::string_view help) {
  NetworkKey key = whole_key(name, initial, 1, high, help);
  key.channels = true;
  return key;
}

constexpr NetworkKey choice_key(std::string_view name, std::span<const std::string_view> choices,
                                std::string_view help) {
  return {.name = name, .kind = NetworkKey::Kind::choice, .choices = choices, .help = help};
}

/// A number that matters to training alone.
constexpr NetworkKey training_key(std::string_view name, double initial, double low, double high,
                                  std::string_view help) {
  return {.name = name,
          .kind = NetworkKey::Kind::number,
          .initial = initial,
          .low = low,
          .high = high,
          .help = help,
          .training_only = true};
}

#define TERRAMASK_ARCHITECTURE(name) extern const Architecture name;
#include "models/architectures.def"
#undef TERRAMASK_ARCHITECTURE

/// The architecture of that name; ErrorCode::unsupported, naming the known ones, where there is none.
const Architecture& find_architecture(std::string_view name);

/// The value of a key of the specification's architecture, or the key's default.
NetworkValue network_value(const NetworkSpec& spec, const NetworkKey& key);

/// Checks the values of a specification, all of them against limits that keep every shape countable.
/// @throws Error usage; unsupported for an unknown architecture
void check_spec(const NetworkSpec& spec);

}  // namespace terramask
