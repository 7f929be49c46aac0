// How wide a feature is: the first of several alternatives that yields a number.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "keys/key_visitor.hpp"

namespace terramask::labels {

/// The text of a field of the feature at hand.
using FieldText = std::function<std::optional<std::string>(const std::string& field)>;

/// A sum of products of numbers, fields and brackets: "lanes * 3.25", "width", "(lanes + 1) * 3". The value
/// of a field is what parse_quantity makes of its text.
class WidthExpression {
 public:
  /// Throws usage, saying where it does not parse.
  explicit WidthExpression(const std::string& text);

  std::optional<double> evaluate(const FieldText& field) const;
  const std::set<std::string>& fields() const { return fields_; }

 private:
  struct Parser;
  struct Step {
    char op = 0;  ///< '#' a number, '$' a field, or an operator on the last two of the stack
    double number = 0;
    std::string field;
  };
  std::vector<Step> steps_;  ///< in reverse Polish order
  std::set<std::string> fields_;
};

/// One of the alternatives of `buffer.width`: an expression, or a number for each value of a field.
struct WidthAlternative {
  std::optional<WidthExpression> expression;
  std::string by;
  std::map<std::string, double> values;
};

struct Width {
  std::vector<WidthAlternative> alternatives;
  /// Where a feature says more it is a slip of the mapper's pen, and the next alternative is taken. What the
  /// rules themselves say in metres is meant.
  double most_m = 100;

  std::set<std::string> fields() const;
  /// The largest of the widths that the rules themselves say; 0 where they say none.
  double widest_said() const;
  /// Metres; empty where no alternative yields a number.
  /// @param doubted gets what a field said that was not believed ("width=600"), where there is such; may be
  ///                null
  std::optional<double> evaluate(const FieldText& field, std::string* doubted = nullptr) const;
};

/// Reads `width`: an alternative or a list of them.
void read_width(const keys::Json& value, const keys::Place& place, Width& width);

}  // namespace terramask::labels
