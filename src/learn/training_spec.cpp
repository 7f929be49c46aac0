#include "learn/training_spec.hpp"

namespace terramask::learn {

bool fits(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*')
    return fits(pattern.substr(1), name) || (!name.empty() && fits(pattern, name.substr(1)));
  return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
         fits(pattern.substr(1), name.substr(1));
}

const ops::ParameterGroup& group_of(const OptimizerSpec& optimizer, std::string_view parameter) {
  const ops::ParameterGroup* found = &optimizer.group;
  for (const GroupSpec& group : optimizer.groups)
    if (fits(group.pattern, parameter)) found = &group.group;
  return *found;
}

}  // namespace terramask::learn
