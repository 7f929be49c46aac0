// The keys of a JSON file, described once: reading, writing and listing are visitors of the same description.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/enum_names.hpp"

namespace terramask::keys {

using Json = nlohmann::ordered_json;

/// The location of a key, passed to functions that read its value themselves.
struct Place {
  const std::string& file;
  std::string key;  ///< "images[2].labels.map"

  /// Throws format: "FILE: KEY: found VALUE; give EXPECTED".
  [[noreturn]] void refuse(const Json& found, const std::string& expected) const;
  Place inside(const std::string& name) const { return {file, key + "." + name}; }
  Place item(std::size_t index) const;
};

/// Visits the keys of one JSON object. `required` keys must be in the file; others keep their value.
class KeyVisitor {
 public:
  enum class Need { optional, required };
  using Object = std::function<void(KeyVisitor&)>;

  virtual ~KeyVisitor() = default;
  virtual void whole(const char* key, std::int64_t& value, std::int64_t low, std::int64_t high,
                     Need need) = 0;
  virtual void seed(const char* key, std::uint64_t& value) = 0;
  virtual void number(const char* key, double& value, double low, double high) = 0;
  virtual void positive(const char* key, std::optional<double>& value) = 0;
  virtual void flag(const char* key, bool& value) = 0;
  virtual void text(const char* key, std::string& value, Need need) = 0;
  virtual void path(const char* key, std::string& value) = 0;
  virtual void one_of(const char* key, std::string& value, std::span<const std::string_view> choices) = 0;
  void choice(const char* key, std::string& value, const std::vector<std::string_view>& choices) {
    one_of(key, value, choices);
  }
  /// For an enumeration with names (core/enum_names.hpp).
  template <class E>
  requires std::is_enum_v<E>
  void choice(const char* key, E& value) {
    std::string name(name_of(value));
    one_of(key, name, all_names<E>());
    value = *value_of<E>(name);
  }
  virtual void object(const char* key, const Object& keys, Need need) = 0;
  /// Whether the object is of the form that contains `key`; `now`: whether the visited value is of that form.
  virtual bool has_form(const char* key, bool now) = 0;
  virtual void list(const char* key, std::size_t length, const std::function<void(std::size_t)>& resize,
                    const std::function<void(KeyVisitor&, std::size_t)>& item, Need need) = 0;
  /// An object whose entries are objects with user-defined names.
  virtual void named(const char* key, const std::vector<std::string>& names,
                     const std::function<void(KeyVisitor&, const std::string& name)>& item, Need need) = 0;
  /// Whether to visit the keys of every form, regardless of the value's form.
  virtual bool all_forms() const { return false; }
  /// A value with its own format. `write` returns null if there is nothing to write.
  virtual void special(const char* key, const std::function<void(const Json&, const Place&)>& read,
                       const std::function<Json()>& write, Need need) = 0;
};

}  // namespace terramask::keys
