// Writes the keys of a JSON file.
#pragma once

#include <filesystem>
#include <string>

#include "keys/key_visitor.hpp"
#include "terramask/tiles.hpp"

namespace terramask::keys {

/// Paths below `folder` are written relative to it.
class KeyWriter final : public KeyVisitor {
 public:
  explicit KeyWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Json object_made = Json::object();

  void whole(const char* key, std::int64_t& value, std::int64_t, std::int64_t, Need) override {
    object_made[key] = value;
  }
  void seed(const char* key, std::uint64_t& value) override { object_made[key] = value; }
  void number(const char* key, double& value, double, double) override { object_made[key] = value; }
  void positive(const char* key, std::optional<double>& value) override {
    if (value) object_made[key] = *value;
  }
  void flag(const char* key, bool& value) override { object_made[key] = value; }
  void text(const char* key, std::string& value, Need need) override {
    if (need == Need::required || !value.empty()) object_made[key] = value;
  }
  void path(const char* key, std::string& value) override {
    const bool plain = value.find(':') == std::string::npos && !value.starts_with("/vsi");
    if (is_tile_source(value))
      object_made[key] = with_tile_path(value, [this](const std::string& tiles) { return from_here(tiles); });
    else
      object_made[key] = plain ? from_here(value) : value;
  }
  void one_of(const char* key, std::string& value, std::span<const std::string_view>) override {
    object_made[key] = value;
  }
  void object(const char* key, const Object& keys, Need) override {
    KeyWriter inner(folder_);
    keys(inner);
    object_made[key] = std::move(inner.object_made);
  }
  bool has_form(const char*, bool now) override { return now; }
  void list(const char* key, std::size_t length, const std::function<void(std::size_t)>&,
            const std::function<void(KeyVisitor&, std::size_t)>& item, Need need) override {
    if (need == Need::optional && length == 0) return;
    Json all = Json::array();
    for (std::size_t i = 0; i < length; ++i) {
      KeyWriter inner(folder_);
      item(inner, i);
      all.push_back(std::move(inner.object_made));
    }
    object_made[key] = std::move(all);
  }
  void named(const char* key, const std::vector<std::string>& names,
             const std::function<void(KeyVisitor&, const std::string&)>& item, Need need) override {
    if (need == Need::optional && names.empty()) return;
    Json all = Json::object();
    for (const std::string& name : names) {
      KeyWriter inner(folder_);
      item(inner, name);
      all[name] = std::move(inner.object_made);
    }
    object_made[key] = std::move(all);
  }
  void special(const char* key, const std::function<void(const Json&, const Place&)>&,
               const std::function<Json()>& write, Need) override {
    Json value = write();
    if (!value.is_null()) object_made[key] = std::move(value);
  }

 private:
  std::string from_here(const std::string& path) const {
    std::error_code ignored;
    const auto whole = std::filesystem::absolute(path, ignored).lexically_normal();
    const auto relative = whole.lexically_relative(folder_);
    const bool below = !relative.empty() && *relative.begin() != "..";
    return below ? relative.string() : whole.string();
  }

  std::filesystem::path folder_;
};

}  // namespace terramask::keys
