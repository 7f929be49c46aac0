#include "labels/base/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "geo/style/mask_classes.hpp"
#include "keys/class_keys.hpp"
#include "keys/key_lister.hpp"
#include "keys/key_reader.hpp"
#include "labels/base/label_source.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

using keys::KeyVisitor;
using Need = KeyVisitor::Need;

const SourceType& type_of(const SourceSpec& source) {
  for (const SourceType& type : source_types())
    if (source.type == type.name) return type;
  return source_types().front();
}

void visit_source(KeyVisitor& v, SourceSpec& source) {
  const auto read = [&source](const keys::Json& value, const keys::Place& place) {
    std::string names;
    for (const SourceType& type : source_types()) {
      names += (names.empty() ? "" : ", ") + std::string(type.name);
      if (value == type.name) {
        source.type = type.name;
        return;
      }
    }
    place.refuse(value, "one of " + names);
  };
  v.special(
      "type", read, [&source] { return keys::Json(source.type); }, Need::optional);
  v.text("attribution", source.attribution, Need::optional);
  v.text("licence", source.licence, Need::optional);
  if (v.all_forms()) {
    for (const SourceType& type : source_types()) type.source_keys()->visit(v);
    return;
  }
  if (!source.keys) source.keys = type_of(source).source_keys();
  source.keys->visit(v);
}

void visit_rule(KeyVisitor& v, Rules& rules, RuleSpec& rule) {
  v.text("source", rule.source, Need::required);
  v.text("set", rule.set, Need::optional);
  v.text("comment", rule.comment, Need::optional);
  if (v.all_forms()) {
    for (const SourceType& type : source_types()) type.rule_keys()->visit(v);
    return;
  }
  if (!rule.keys) rule.keys = type_of(rules.source(rule.source, rule.place + ".source")).rule_keys();
  rule.keys->visit(v);
}

[[noreturn]] void refuse(const Rules& rules, const std::string& key, const std::string& cause,
                         const std::string& remedy) {
  throw Error(ErrorCode::format, fmt::format("{}: {}: {}", rules.path, key, cause), remedy);
}

void check_classes(const Rules& rules) {
  std::set<int> values;
  std::set<std::string> names;
  for (std::size_t i = 0; i < rules.classes.size(); ++i) {
    const ClassInfo& one = rules.classes[i];
    const std::string key = fmt::format("classes[{}]", i);
    if (one.name == kIgnoreWord)
      refuse(rules, key + ".name", "\"ignore\" is the name for pixels that are ignored",
             "call the class otherwise");
    if (!values.insert(one.value).second)
      refuse(rules, key + ".value", fmt::format("another class has {} too", one.value), "give each its own");
    if (!names.insert(one.name).second)
      refuse(rules, key + ".name", fmt::format("another class is called \"{}\" too", one.name),
             "give each its own");
    if (!geo::parse_color(one.color))
      refuse(rules, key + ".color", fmt::format("found \"{}\"", one.color), "give a colour as #rrggbb");
  }
}

/// Rules of one set must follow each other: what would others between them lie over?
void check_sets(const Rules& rules) {
  std::set<std::string> closed;
  for (std::size_t i = 0; i < rules.rules.size(); ++i) {
    const RuleSpec& rule = rules.rules[i];
    if (i > 0 && !rules.rules[i - 1].set.empty() && rules.rules[i - 1].set != rule.set)
      closed.insert(rules.rules[i - 1].set);
    if (closed.contains(rule.set))
      refuse(rules, rule.place + ".set",
             fmt::format("other rules stand between those of the set \"{}\"", rule.set),
             "put the rules of a set one after the other");
  }
}

}  // namespace

void visit_rules(KeyVisitor& v, Rules& rules) {
  std::int64_t version = 1;
  v.whole("version", version, 1, 1, Need::required);
  v.text("comment", rules.comment, Need::optional);
  v.text("unlabelled", rules.unlabelled, Need::required);
  v.list(
      "classes", rules.classes.size(), [&rules](std::size_t n) { rules.classes.resize(n); },
      [&rules](KeyVisitor& inner, std::size_t i) { keys::visit_class(inner, rules.classes[i]); },
      Need::required);
  std::vector<std::string> names;
  for (const SourceSpec& source : rules.sources) names.push_back(source.name);
  v.named(
      "sources", names,
      [&rules](KeyVisitor& inner, const std::string& name) {
        auto found = std::find_if(rules.sources.begin(), rules.sources.end(),
                                  [&name](const SourceSpec& one) { return one.name == name; });
        if (found == rules.sources.end()) {
          rules.sources.emplace_back();
          found = std::prev(rules.sources.end());
          found->name = name;
        }
        visit_source(inner, *found);
      },
      Need::required);
  v.list(
      "rules", rules.rules.size(), [&rules](std::size_t n) { rules.rules.resize(n); },
      [&rules](KeyVisitor& inner, std::size_t i) {
        rules.rules[i].place = fmt::format("rules[{}]", i);
        visit_rule(inner, rules, rules.rules[i]);
      },
      Need::required);
}

Code Rules::code(const std::string& class_name, const std::string& place) const {
  if (class_name == kIgnoreWord) return kIgnored;
  std::string names;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].name == class_name) return static_cast<Code>(i);
    names += classes[i].name + ", ";
  }
  refuse(*this, place, fmt::format("no class is called \"{}\"", class_name),
         "name one of: " + names + kIgnoreWord);
}

const SourceSpec& Rules::source(const std::string& name, const std::string& place) const {
  std::string names;
  for (const SourceSpec& one : sources) {
    if (one.name == name) return one;
    names += (names.empty() ? "" : ", ") + one.name;
  }
  refuse(*this, place, fmt::format("no source is called \"{}\"", name), "name one of \"sources\": " + names);
}

Rules read_rules(const std::string& path) {
  return rules_from(keys::read_json(path, "give a rules file, such as those in rules/"), path);
}

Rules rules_from(const keys::Json& json, const std::string& path) {
  Rules rules;
  rules.path = path;
  keys::KeyReader reader(json, {path, ""});
  visit_rules(reader, rules);
  reader.finish();
  check_classes(rules);
  (void)rules.code(rules.unlabelled, "unlabelled");
  check_sets(rules);
  return rules;
}

std::vector<std::string> rules_keys() {
  std::set<std::string> names;
  keys::KeyLister lister(names, "");
  Rules rules;
  visit_rules(lister, rules);
  return {names.begin(), names.end()};
}

}  // namespace terramask::labels
