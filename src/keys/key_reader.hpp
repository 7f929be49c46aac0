// Reads the keys of a JSON file; errors name the key.
#pragma once

#include <set>
#include <string>

#include "keys/key_visitor.hpp"

namespace terramask::keys {

/// Parses a JSON file. Throws not_found (with `remedy`), io, format (with the line).
Json read_json(const std::string& path, const std::string& remedy);

/// Resolves a path in a file against the file's folder; names that are not file system paths
/// ("xyz:https:...", "/vsicurl/...", "NETCDF:...") are not changed.
std::string path_from(const std::string& file, const std::string& path);

/// Reads the keys of one object; keys not read are unknown (`finish`). All errors are ErrorCode::format and
/// specify file, key, the value found and the value expected.
class KeyReader final : public KeyVisitor {
 public:
  /// Both must outlive the reader.
  KeyReader(const Json& object, Place place);

  void whole(const char* key, std::int64_t& value, std::int64_t low, std::int64_t high, Need need) override;
  void seed(const char* key, std::uint64_t& value) override;
  void number(const char* key, double& value, double low, double high) override;
  void positive(const char* key, std::optional<double>& value) override;
  void flag(const char* key, bool& value) override;
  void text(const char* key, std::string& value, Need need) override;
  void path(const char* key, std::string& value) override;
  void one_of(const char* key, std::string& value, std::span<const std::string_view> choices) override;
  void object(const char* key, const Object& keys, Need need) override;
  bool has_form(const char* key, bool) override { return object_.contains(key); }
  void list(const char* key, std::size_t, const std::function<void(std::size_t)>& resize,
            const std::function<void(KeyVisitor&, std::size_t)>& item, Need need) override;
  void named(const char* key, const std::vector<std::string>&,
             const std::function<void(KeyVisitor&, const std::string&)>& item, Need need) override;
  void special(const char* key, const std::function<void(const Json&, const Place&)>& read,
               const std::function<Json()>&, Need need) override;

  /// Throws if the object has a key that was not read.
  void finish() const;

 private:
  Place at(const std::string& key) const;
  const Json* find(const char* key, Need need);

  const Json& object_;
  Place place_;
  std::set<std::string> known_;
};

}  // namespace terramask::keys
