// Where a plan's inputs and outputs lie in the memory that the host fills and reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "terramask/plan.hpp"

namespace terramask {

/// A named value and its bytes.
struct Staged {
  std::string name;
  ValueId value;
  std::uint64_t offset, bytes;
};

struct Staging {
  std::vector<Staged> inputs, outputs;
  std::uint64_t input_bytes = 0, output_bytes = 0;

  Staging() = default;
  /// Each value begins at a multiple of `alignment` bytes.
  Staging(const Plan& plan, std::uint64_t alignment);

  /// ErrorCode::internal where the plan has none of this name.
  const Staged& input(std::string_view name) const;
  const Staged& output(std::string_view name) const;
};

}  // namespace terramask
