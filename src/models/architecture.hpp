// What an architecture is. A new one is a file of its own and a line in architectures.def.
#pragma once

#include <span>
#include <string_view>

#include "models/builder.hpp"
#include "terramask/model.hpp"

namespace terramask {

struct Architecture {
  std::string_view name;
  /// Its keys in a model file's "network", beside architecture, bands and classes.
  std::span<const std::string_view> keys;
  /// Throws ErrorCode::usage where the values do not fit each other; single values are checked already.
  void (*check)(const NetworkSpec&);
  /// Height and width of the input must be multiples of it.
  std::int64_t (*stride)(const NetworkSpec&);
  /// From the image to the logits.
  ValueId (*build)(const NetworkSpec&, Builder&, ValueId image);
};

#define TERRAMASK_ARCHITECTURE(name) extern const Architecture name;
#include "models/architectures.def"
#undef TERRAMASK_ARCHITECTURE

/// The architecture of that name; ErrorCode::unsupported, naming the known ones, where there is none.
const Architecture& find_architecture(std::string_view name);

/// Checks the values of a specification, all of them against limits that keep every shape countable.
/// @throws Error usage; unsupported for an unknown architecture
void check_spec(const NetworkSpec& spec);

/// Channels beyond this are no network that anyone could run.
inline constexpr std::int64_t max_channels = std::int64_t{1} << 20;

}  // namespace terramask
