// Names of columns, each of its own where databases tell them apart: capitals count for nothing there.
#pragma once

#include <initializer_list>
#include <set>
#include <string>

namespace terramask::geo {

class UniqueNames {
 public:
  UniqueNames() = default;
  UniqueNames(std::initializer_list<std::string> taken) {
    for (const std::string& name : taken) names_.insert(folded(name));
  }

  bool has(const std::string& name) const { return names_.contains(folded(name)); }
  /// The name itself where it is free, else with the first number at its end that makes it so.
  std::string add(const std::string& name) {
    std::string made = name;
    for (int number = 2; !names_.insert(folded(made)).second; ++number)
      made = name + "_" + std::to_string(number);
    return made;
  }

 private:
  /// As SQLite compares names: letters beyond ASCII are told apart.
  static std::string folded(std::string name) {
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return name;
  }

  std::set<std::string> names_;
};

}  // namespace terramask::geo
