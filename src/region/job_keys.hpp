// A strict reader of JSON objects: what nobody asks for is unknown, and what is wrong is named by its key.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace terramask::region {

using Json = nlohmann::ordered_json;

class JsonKeys {
 public:
  /// @param place the key of the object itself, empty for the file's
  JsonKeys(const Json& object, std::string file, std::string place);

  /// Null where the key is not there, or null.
  const Json* find(const std::string& key);
  const Json& need(const std::string& key);

  std::string text(const std::string& key, std::string fallback = {});
  std::optional<double> number(const std::string& key);
  std::optional<std::int64_t> whole(const std::string& key);
  std::optional<std::vector<double>> numbers(const std::string& key, std::size_t count);
  std::vector<std::string> texts(const std::string& key);
  /// A path, which begins at the file's folder.
  std::string path(const std::string& key);
  std::string resolve(const std::string& path) const;
  std::optional<JsonKeys> object(const std::string& key);
  std::string choice(const std::string& key, std::initializer_list<const char*> choices);

  /// Refuses keys that nobody asked for.
  void finish() const;
  [[noreturn]] void refuse(const std::string& key, const std::string& expected) const;
  std::string at(const std::string& key) const { return place_.empty() ? key : place_ + "." + key; }
  const std::string& file() const { return file_; }

 private:
  const Json* object_;
  std::string file_, place_;
  std::set<std::string> asked_;
};

}  // namespace terramask::region
