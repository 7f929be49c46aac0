#include "core/nearest_name.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <vector>

namespace terramask {
namespace {

constexpr std::size_t kMostFaults = 3;
constexpr std::size_t kLeastPrefix = 3;  // "s" begins too many names to mean one

std::string letters_of(std::string_view name) {
  std::string letters(name.substr(std::min(name.find_first_not_of('-'), name.size())));
  std::ranges::transform(letters, letters.begin(),
                         [](unsigned char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
  return letters;
}

}  // namespace

std::size_t spelling_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

std::string nearest_name(std::string_view word, std::span<const std::string> names) {
  const std::string wanted = letters_of(word);
  if (wanted.empty()) return {};
  std::string nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::string& name : names) {
    const std::string letters = letters_of(name);
    std::size_t distance = spelling_distance(wanted, letters);
    const std::size_t shorter = std::min(wanted.size(), letters.size());
    const bool begun = shorter >= kLeastPrefix && wanted.starts_with(letters.substr(0, wanted.size()));
    if (begun) distance = std::min(distance, kMostFaults);
    // A long name takes more faults than a short one before it is another.
    if (!begun && distance > std::min(kMostFaults, std::max<std::size_t>(1, shorter / 3))) continue;
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace terramask
