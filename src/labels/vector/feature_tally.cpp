#include "labels/vector/feature_tally.hpp"

#include <fmt/format.h>

namespace terramask::labels {
namespace {

std::string features(std::uint64_t count, const char* one, const char* many) {
  return count == 1 ? fmt::format("1 feature {}", one) : fmt::format("{} features {}", count, many);
}

}  // namespace

std::vector<std::string> FeatureTally::warnings(const std::string& rules, const std::string& path) const {
  std::vector<std::string> all;
  if (shapeless > 0)
    all.push_back(fmt::format("{}: {} no geometry: left out", path, features(shapeless, "has", "have")));
  for (const auto& [rule, count] : widthless)
    all.push_back(fmt::format("{}: {}.buffer: no width up to {:g} m (most_m) for {}, left out", rules,
                              rule.first, rule.second,
                              features(count, ("of " + path).c_str(), ("of " + path).c_str())));
  for (const auto& [rule, one] : doubted)
    all.push_back(
        fmt::format("{}: {}.buffer: {} that is not a number of metres up to {:g} (most_m), as {}: taken by "
                    "the rule's next alternative",
                    rules, rule.first,
                    features(one.first, ("of " + path + " says a width").c_str(),
                             ("of " + path + " say a width").c_str()),
                    rule.second, one.second));
  return all;
}

std::string FeatureTally::why_nothing(const std::string& path, std::optional<std::uint64_t> all,
                                      const std::string& elsewhere) const {
  if (all && *all == 0) return path + ": holds no feature";
  if (read == 0 && shapeless > 0)
    return fmt::format("{}: {} no geometry", path, features(shapeless, "has", "have"));
  if (read == 0) return path + ": " + (elsewhere.empty() ? "holds no feature near the image" : elsewhere);
  if (matched == 0)
    return fmt::format("{}: {} near the image, and none is what \"layer\" and \"where\" of the rules ask for",
                       path, features(read, "is", "are"));
  std::uint64_t left_out = 0;
  for (const auto& [rule, count] : widthless) left_out += count;
  if (left_out == matched)
    return fmt::format("{}: {}, and buffer.width yields no width", path,
                       features(matched, "matches", "match"));
  if (thin > 0)
    return fmt::format(
        "{}: {} points or lines, which cover nothing without a width (buffer.width, or :6m "
        "after the class of `burns`)",
        path, features(thin, "is", "are"));
  return fmt::format("{}: {}, and no pixel's centre lies inside", path,
                     features(matched, "matches", "match"));
}

}  // namespace terramask::labels
