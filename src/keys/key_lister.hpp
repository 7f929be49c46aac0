// Lists the keys of a JSON file.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "keys/key_visitor.hpp"

namespace terramask::keys {

/// Records the path of every key, in all forms.
class KeyLister final : public KeyVisitor {
 public:
  KeyLister(std::set<std::string>& keys, std::string prefix) : keys_(keys), prefix_(std::move(prefix)) {}

  void whole(const char* key, std::int64_t&, std::int64_t, std::int64_t, Need) override { add(key); }
  void seed(const char* key, std::uint64_t&) override { add(key); }
  void number(const char* key, double&, double, double) override { add(key); }
  void positive(const char* key, std::optional<double>&) override { add(key); }
  void flag(const char* key, bool&) override { add(key); }
  void text(const char* key, std::string&, Need) override { add(key); }
  void path(const char* key, std::string&) override { add(key); }
  void one_of(const char* key, std::string&, std::span<const std::string_view>) override { add(key); }
  void object(const char* key, const Object& keys, Need) override {
    add(key);
    KeyLister inner(keys_, prefix_ + key + ".");
    keys(inner);
  }
  bool has_form(const char*, bool) override { return other_form_; }
  void list(const char* key, std::size_t, const std::function<void(std::size_t)>& resize,
            const std::function<void(KeyVisitor&, std::size_t)>& item, Need) override {
    add(key);
    resize(1);
    for (const bool other : {false, true}) {
      KeyLister inner(keys_, prefix_ + key + "[].");
      inner.other_form_ = other;
      item(inner, 0);
    }
  }
  void named(const char* key, const std::vector<std::string>&,
             const std::function<void(KeyVisitor&, const std::string&)>& item, Need) override {
    add(key);
    KeyLister inner(keys_, prefix_ + key + ".*.");
    item(inner, "*");
  }
  bool all_forms() const override { return true; }
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

}  // namespace terramask::keys
