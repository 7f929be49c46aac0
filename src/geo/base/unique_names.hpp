// Makes column names unique, ignoring case as databases do.
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
  /// The name itself if it is unused, else with the first number appended that makes it unique.
  std::string add(const std::string& name) {
    std::string made = name;
    for (int number = 2; !names_.insert(folded(made)).second; ++number)
      made = name + "_" + std::to_string(number);
    return made;
  }

 private:
  /// Folds case as SQLite does: ASCII letters only.
  static std::string folded(std::string name) {
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return name;
  }

  std::set<std::string> names_;
};

}  // namespace terramask::geo
