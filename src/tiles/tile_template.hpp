// URLs and paths with placeholders.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tiles/address.hpp"

namespace terramask::tiles {

/// A parsed template: alternating text and placeholders.
class TileTemplate {
 public:
  struct Options {
    std::string subdomains = "abc";
    bool retina = false;  ///< {r} is "@2x"
  };

  /// {env:NAME} is replaced immediately. Throws usage for an unknown placeholder or a variable that is not
  /// set.
  explicit TileTemplate(const std::string& text);

  /// The URL or path of one tile.
  std::string fill(const TileAddress& address, const Options& options) const;

  /// The tile with this name, if the template matches the whole of `text`. {ext} matches png, jpg, jpeg and
  /// webp.
  /// @param zoom  if the template does not specify it
  std::optional<TileAddress> match(const std::string& text, std::optional<int> zoom) const;

  bool has(const std::string& placeholder) const;
  /// The templates of the parts between slashes, to traverse folders.
  std::vector<TileTemplate> components() const;
  /// The text, if there is no placeholder.
  std::optional<std::string> literal() const;

  /// The values of placeholders in `text`, if the template matches all of it; equal names must have equal
  /// values.
  using Values = std::map<std::string, std::string>;
  bool match_values(const std::string& text, Values& values) const;
  static std::optional<TileAddress> address_of(const Values& values, std::optional<int> zoom);

 private:
  struct Piece {
    bool placeholder = false;
    std::string text;
  };
  explicit TileTemplate(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}
  bool match_from(std::size_t piece, const std::string& text, std::size_t at, Values& values) const;

  std::vector<Piece> pieces_;
};

}  // namespace terramask::tiles
