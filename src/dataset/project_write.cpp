#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "dataset/project.hpp"
#include "dataset/project_keys.hpp"
#include "geo/disk_space.hpp"
#include "geo/working_folder.hpp"
#include "terramask/error.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/tiles.hpp"

namespace terramask {
namespace {

using dataset::Json;
using dataset::KeyVisitor;
using dataset::Place;

class Writer final : public KeyVisitor {
 public:
  explicit Writer(std::filesystem::path folder) : folder_(std::move(folder)) {}

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
      object_made[key] = with_tile_path(value, [this](const std::string& path) { return from_here(path); });
    else
      object_made[key] = plain ? from_here(value) : value;
  }
  void choice(const char* key, std::string& value, std::initializer_list<const char*>) override {
    object_made[key] = value;
  }
  void object(const char* key, const Object& keys, Need) override {
    Writer inner(folder_);
    keys(inner);
    object_made[key] = std::move(inner.object_made);
  }
  bool has_form(const char*, bool now) override { return now; }
  void list(const char* key, std::size_t length, const std::function<void(std::size_t)>&,
            const std::function<void(KeyVisitor&, std::size_t)>& item, Need need) override {
    if (need == Need::optional && length == 0) return;
    Json all = Json::array();
    for (std::size_t i = 0; i < length; ++i) {
      Writer inner(folder_);
      item(inner, i);
      all.push_back(std::move(inner.object_made));
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

/// Writes down the path of every key, of all forms.
class Lister final : public KeyVisitor {
 public:
  Lister(std::set<std::string>& keys, std::string prefix) : keys_(keys), prefix_(std::move(prefix)) {}

  void whole(const char* key, std::int64_t&, std::int64_t, std::int64_t, Need) override { add(key); }
  void seed(const char* key, std::uint64_t&) override { add(key); }
  void number(const char* key, double&, double, double) override { add(key); }
  void positive(const char* key, std::optional<double>&) override { add(key); }
  void flag(const char* key, bool&) override { add(key); }
  void text(const char* key, std::string&, Need) override { add(key); }
  void path(const char* key, std::string&) override { add(key); }
  void choice(const char* key, std::string&, std::initializer_list<const char*>) override { add(key); }
  void object(const char* key, const Object& keys, Need) override {
    add(key);
    Lister inner(keys_, prefix_ + key + ".");
    keys(inner);
  }
  bool has_form(const char*, bool) override { return other_form_; }
  void list(const char* key, std::size_t, const std::function<void(std::size_t)>& resize,
            const std::function<void(KeyVisitor&, std::size_t)>& item, Need) override {
    add(key);
    resize(1);
    for (const bool other : {false, true}) {
      Lister inner(keys_, prefix_ + key + "[].");
      inner.other_form_ = other;
      item(inner, 0);
    }
  }
  void special(const char* key, const std::function<void(const Json&, const Place&)>&,
               const std::function<Json()>&, Need) override {
    add(key);
  }

 private:
  void add(const char* key) { keys_.insert(prefix_ + key); }

  std::set<std::string>& keys_;
  std::string prefix_;
  bool other_form_ = false;
};

}  // namespace

std::string project_text(const Project& project, const std::string& folder) {
  Project copy = project;
  Writer writer(std::filesystem::absolute(folder).lexically_normal());
  dataset::visit_project(writer, copy);
  return writer.object_made.dump(2) + "\n";
}

void write_project(const std::string& path, const Project& project, bool overwrite) {
  check_output(path, overwrite, {});
  const std::string text = project_text(project, std::filesystem::absolute(path).parent_path().string());
  geo::WorkingFolder folder(path);
  std::ofstream file(folder.finished(), std::ios::binary);
  file << text;
  file.close();
  if (!file) throw geo::write_error(folder, text.size(), "writing failed", "");
  folder.put_in_place(overwrite);
}

std::vector<std::string> project_keys() {
  std::set<std::string> keys;
  Lister lister(keys, "");
  Project project;
  dataset::visit_project(lister, project);
  return {keys.begin(), keys.end()};
}

}  // namespace terramask
