// A rules file: classes, sources, and the rules that paint the one from the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "keys/key_visitor.hpp"
#include "terramask/class_info.hpp"

namespace terramask::labels {

/// What a pixel is painted with: the index of a class in Rules::classes, or kIgnored.
using Code = std::uint16_t;
inline constexpr Code kIgnored = 65535;
/// The word for it in rules files.
inline constexpr const char* kIgnoreWord = "ignore";

/// The keys that sources, or rules, of one type have besides those of all types.
class TypeKeys {
 public:
  virtual ~TypeKeys() = default;
  virtual void visit(keys::KeyVisitor& v) = 0;
  /// Of a source: takes another file in place of the one the rules name (`--source NAME=FILE`).
  virtual void set_path(const std::string&) {}
};

struct SourceSpec {
  std::string name;  ///< its key under `sources`
  std::string type = "vector";
  std::string attribution, licence;
  std::unique_ptr<TypeKeys> keys;
};

struct RuleSpec {
  std::string place;   ///< "rules[2]", for messages
  std::string source;  ///< the name of one of the sources
  /// Rules of one set are painted together: by the `layer` tag of each feature first, then in their order.
  /// Empty: the rule stands alone.
  std::string set;
  std::string comment;
  std::unique_ptr<TypeKeys> keys;
};

struct Rules {
  std::string path;
  std::string comment;
  std::vector<ClassInfo> classes;
  std::string unlabelled = kIgnoreWord;  ///< the class of what no rule paints
  std::vector<SourceSpec> sources;
  std::vector<RuleSpec> rules;

  /// The code of a class name or "ignore". Throws format, naming `place` ("rules[2].class") and the classes.
  Code code(const std::string& class_name, const std::string& place) const;
  /// Throws format, naming `place` ("rules[2].source") and the sources.
  const SourceSpec& source(const std::string& name, const std::string& place) const;
};

/// Every key, told once.
void visit_rules(keys::KeyVisitor& v, Rules& rules);

/// Throws not_found, io, format: what is wrong is named by its key.
Rules read_rules(const std::string& path);

/// The same of what such a file holds. `path` is for messages, and where relative paths in it begin.
Rules rules_from(const keys::Json& json, const std::string& path);

/// Paths of all keys that a rules file may have, sorted ("rules[].where").
std::vector<std::string> rules_keys();

}  // namespace terramask::labels
