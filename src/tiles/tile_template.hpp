// Addresses and paths with placeholders.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tiles/address.hpp"

namespace terramask::tiles {

/// A template taken apart: text and placeholders by turns.
class TileTemplate {
 public:
  struct Options {
    std::string subdomains = "abc";
    bool retina = false;  ///< {r} is "@2x"
  };

  /// {env:NAME} is replaced at once. Throws usage for an unknown placeholder or a variable that is not set.
  explicit TileTemplate(const std::string& text);

  /// The address or path of one tile.
  std::string fill(const TileAddress& address, const Options& options) const;

  /// The tile whose name this is, where the template fits `text` whole. {ext} fits png, jpg, jpeg and webp.
  /// @param zoom  where the template does not say it
  std::optional<TileAddress> match(const std::string& text, std::optional<int> zoom) const;

  bool has(const std::string& placeholder) const;
  /// The template of each part between slashes, to walk down folders.
  std::vector<TileTemplate> components() const;
  /// Whether there is no placeholder in it; then this is the text.
  std::optional<std::string> literal() const;

  /// What placeholders stand for in `text`, where the template fits it whole; equal names must agree.
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
