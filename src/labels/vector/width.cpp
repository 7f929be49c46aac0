#include "labels/vector/width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "labels/base/quantity.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {

struct WidthExpression::Parser {
  const std::string& text;
  WidthExpression& made;
  std::size_t at = 0;
  int depth = 0;

  [[noreturn]] void fail(const std::string& expected) const {
    throw Error(ErrorCode::usage, fmt::format("\"{}\": {} expected at character {}", text, expected, at + 1));
  }
  bool take(char c) {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])) != 0) ++at;
    if (at >= text.size() || text[at] != c) return false;
    ++at;
    return true;
  }
  void binary(std::string_view operators, void (Parser::*operand)()) {
    (this->*operand)();
    for (bool again = true; again;) {
      again = false;
      for (const char op : operators)
        if (take(op)) {
          (this->*operand)();
          made.steps_.push_back({op, 0, ""});
          again = true;
          break;
        }
    }
  }
  void sum() { binary("+-", &Parser::product); }
  void product() { binary("*/", &Parser::term); }
  void term() {
    if (take('(')) {
      if (++depth > 50) fail("fewer brackets");
      sum();
      if (!take(')')) fail("\")\"");
      --depth;
    } else if (take('"')) {
      const std::size_t end = text.find('"', at);
      if (end == std::string::npos || end == at) fail("the name of a field and a closing quote");
      field(text.substr(at, end - at));
      at = end + 1;
    } else if (at < text.size() &&
               (std::isdigit(static_cast<unsigned char>(text[at])) != 0 || text[at] == '.')) {
      double value = 0;
      const auto [stop, failed] = std::from_chars(text.data() + at, text.data() + text.size(), value);
      if (failed != std::errc()) fail("a number");
      at = static_cast<std::size_t>(stop - text.data());
      made.steps_.push_back({'#', value, ""});
    } else {
      std::size_t end = at;
      const auto fits = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':' || (c & 0x80) != 0;
      };
      while (end < text.size() && fits(text[end])) ++end;
      if (end == at) fail("a field or a number");
      field(text.substr(at, end - at));
      at = end;
    }
  }
  void field(const std::string& name) {
    made.steps_.push_back({'$', 0, name});
    made.fields_.insert(name);
  }
};

WidthExpression::WidthExpression(const std::string& text) {
  Parser parser{text, *this};
  parser.sum();
  if (parser.take('\0') || parser.at < text.size()) parser.fail("an operator or the end");
}

std::optional<double> WidthExpression::evaluate(const FieldText& field) const {
  std::vector<double> stack;
  for (const Step& step : steps_) {
    if (step.op == '#') {
      stack.push_back(step.number);
    } else if (step.op == '$') {
      const auto text = field(step.field);
      const auto value = text ? parse_quantity(*text) : std::nullopt;
      if (!value) return std::nullopt;
      stack.push_back(*value);
    } else {
      const double b = stack.back();
      stack.pop_back();
      double& a = stack.back();
      a = step.op == '+' ? a + b : step.op == '-' ? a - b : step.op == '*' ? a * b : a / b;
    }
  }
  return std::isfinite(stack.back()) ? std::optional(stack.back()) : std::nullopt;
}

std::set<std::string> Width::fields() const {
  std::set<std::string> names;
  for (const WidthAlternative& one : alternatives) {
    if (one.expression) names.insert(one.expression->fields().begin(), one.expression->fields().end());
    if (!one.by.empty()) names.insert(one.by);
  }
  return names;
}

double Width::widest_said() const {
  double widest = 0;
  for (const WidthAlternative& one : alternatives) {
    for (const auto& [value, metres] : one.values) widest = std::max(widest, metres);
    if (one.expression && one.expression->fields().empty())
      widest = std::max(widest, one.expression->evaluate({}).value_or(0));
  }
  return widest;
}

namespace {

/// "width=600", of the first field of an expression that yielded nothing though all its fields say something.
std::string said_in_vain(const WidthExpression& expression, const FieldText& field) {
  std::string first;
  for (const std::string& name : expression.fields()) {
    const auto text = field(name);
    if (!text || text->empty()) return "";
    if (first.empty()) first = fmt::format("{}={}", name, *text);
  }
  return first;
}

}  // namespace

std::optional<double> Width::evaluate(const FieldText& field, std::string* doubted) const {
  for (const WidthAlternative& one : alternatives) {
    std::optional<double> width;
    if (one.expression) {
      width = one.expression->evaluate(field);
      if (width && *width > most_m && !one.expression->fields().empty()) width.reset();
    } else if (const auto text = field(one.by)) {
      const auto found = one.values.find(*text);
      if (found != one.values.end()) width = found->second;
    }
    if (width && *width > 0) return width;
    if (doubted != nullptr && doubted->empty() && one.expression)
      *doubted = said_in_vain(*one.expression, field);
  }
  return std::nullopt;
}

namespace {

WidthAlternative read_alternative(const keys::Json& value, const keys::Place& place) {
  static const std::string expected =
      R"(metres (7), a field ("width"), an expression ("lanes * 3.25"), or {"by": "highway", "values": {"primary": 9}})";
  WidthAlternative made;
  if (value.is_number() && value > 0) {
    made.expression.emplace(fmt::format("{}", value.get<double>()));
  } else if (value.is_string()) {
    try {
      made.expression.emplace(value.get<std::string>());
    } catch (const Error& error) {
      throw Error(ErrorCode::format, fmt::format("{}: {}: {}", place.file, place.key, error.message()),
                  "give " + expected);
    }
  } else if (value.is_object() && value.size() == 2 && value.contains("by") && value["by"].is_string() &&
             value.contains("values") && value["values"].is_object()) {
    made.by = value["by"].get<std::string>();
    for (const auto& [name, width] : value["values"].items()) {
      if (!width.is_number() || !(width > 0))
        place.inside("values").inside(name).refuse(width, "metres above 0");
      made.values[name] = width.get<double>();
    }
  } else {
    place.refuse(value, expected);
  }
  return made;
}

}  // namespace

void read_width(const keys::Json& value, const keys::Place& place, Width& width) {
  width.alternatives.clear();
  if (!value.is_array()) {
    width.alternatives.push_back(read_alternative(value, place));
    return;
  }
  if (value.empty()) place.refuse(value, "one or more alternatives");
  for (std::size_t i = 0; i < value.size(); ++i)
    width.alternatives.push_back(read_alternative(value[i], place.item(i)));
}

}  // namespace terramask::labels
