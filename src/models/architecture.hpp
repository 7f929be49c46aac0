// Definition of an architecture. To add one, add a file and a line in architectures.def.
#pragma once

#include <span>
#include <string_view>

#include "models/builder.hpp"
#include "terramask/network.hpp"

namespace terramask {

/// The maximum number of channels; larger networks could not be run.
inline constexpr std::int64_t kMaxChannels = std::int64_t{1} << 20;

struct Architecture {
  std::string_view name;
  std::string_view title;  ///< description and source
  /// In addition to architecture, bands and classes. Files, options, schema and documents are derived from
  /// them.
  std::span<const NetworkKey> keys;
  /// Throws ErrorCode::usage for inconsistent values; each value is already checked by itself.
  void (*check)(const NetworkSpec&);
  /// Height and width of the input must be multiples of this.
  std::int64_t (*stride)(const NetworkSpec&);
  /// From the image to the logits.
  ValueId (*build)(const NetworkSpec&, Builder&, ValueId image);
};

/// For architectures whose keys are consistent with any values.
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

/// A number used in training only.
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

/// Of networks that are given as data. It is in no list: nobody can begin with it.
extern const Architecture given_architecture;

/// Returns an architecture by name; ErrorCode::unsupported, listing the known ones, if there is none.
const Architecture& find_architecture(std::string_view name);

/// The value of a key of the specification's architecture, or its default.
NetworkValue network_value(const NetworkSpec& spec, const NetworkKey& key);

/// Checks the numbers of bands and classes, 1 to 65535.
void check_counts(const NetworkSpec& spec);

/// Checks the values of a specification, including the limits that prevent overflow of shapes.
/// @throws Error usage; unsupported for an unknown architecture
void check_spec(const NetworkSpec& spec);

}  // namespace terramask
