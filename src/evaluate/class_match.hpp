// The class of a value or label.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "evaluate/codes.hpp"
#include "terramask/class_info.hpp"

namespace terramask::evaluation {

/// Index of the class that `text` names, by name or value. Throws usage, listing the classes.
std::size_t find_class(const std::vector<ClassInfo>& classes, const std::string& text,
                       const std::string& option);

/// "1" for "1", "01" and "1.0"; other texts stay what they are.
std::string canonical_label(const std::string& label);
std::string label_of(double value);

/// What reference values mean: first what was said (`ignore`, `map`), then the class of that value, then
/// the class of that name.
class ClassMatch {
 public:
  /// @param map "255=road"; @throws Error usage
  ClassMatch(const std::vector<ClassInfo>& classes, const std::vector<std::string>& map,
             const std::vector<std::string>& ignore);

  /// @param name the reference's own name of that value; may be empty
  Code find(const std::string& label, const std::string& name = {});

  /// What was asked for until now was no value of a pixel.
  void forget_met();
  /// What `map` and `ignore` name and `find` was never asked for: "`ignore` 99". Sorted.
  std::set<std::string> unmet() const;
  /// The same of what `holds` says that the reference cannot have at all.
  std::set<std::string> impossible(const std::function<bool(const std::string& label)>& holds) const;

 private:
  /// A label that an option names, by its canonical form.
  struct Said {
    std::string option;
    bool met = false;
  };

  Code met(const std::pair<const std::string, Code>& known);

  std::map<std::string, Code> known_;
  std::map<std::string, Said> said_;
  std::map<std::string, Code> by_name_;
};

/// The number that a label is; empty where it is none, or not finite.
std::optional<double> label_number(const std::string& label);

/// Values that are not classes, with their counts.
class UnknownValues {
 public:
  /// Throws at once where there are more values than a raster of classes has.
  void add(const std::string& label, std::uint64_t count, const std::string& path);
  /// Throws mismatch, listing them, where there are any.
  void check(const std::string& path, const std::string& what, const std::string& unit,
             const std::string& remedy) const;

 private:
  [[noreturn]] void refuse(const std::string& path, const std::string& what, const std::string& unit,
                           const std::string& remedy) const;

  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace terramask::evaluation
