#include "geo/picture/stroke_font.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <numbers>
#include <string>

namespace terramask::geo {
namespace {

constexpr double kGap = 3.8;  // between letters, from stroke to stroke
constexpr double kSpace = 4.8;

/// Strokes are separated by ';'. A stroke is a list of "x y", and of "(cx cy rx ry from to)", an elliptical
/// arc in degrees, counterclockwise if `to` is larger.
struct Glyph {
  char32_t letter;
  double width;
  const char* strokes;
};

constexpr Glyph kGlyphs[] = {
    {'a', 8.2, "(4.1 5 4.1 5 0 360);8.2 10 8.2 0"},
    {'b', 8.2, "0 14 0 0;(4.1 5 4.1 5 0 360)"},
    {'c', 7.6, "(4.4 5 4.4 5 45 315)"},
    {'d', 8.2, "8.2 14 8.2 0;(4.1 5 4.1 5 0 360)"},
    {'e', 8.6, "0 5.1 8.6 5.1 (4.3 5 4.3 5 0 312)"},
    {'f', 4.6, "1.7 0 1.7 11 (4.3 11 2.6 3 180 80);0 10 4.6 10"},
    {'g', 8.2, "8.2 10 8.2 -0.4 (4.2 -0.4 4 3.6 0 -150);(4.1 5 4.1 5 0 360)"},
    {'h', 7.8, "0 14 0 0;0 6 (3.9 6 3.9 4 180 0) 7.8 0"},
    {'i', 0, "0 0 0 10;0 13.4 0 13.6"},
    {'j', 2, "2 10 2 -1 (-0.4 -1 2.4 3 0 -80);2 13.4 2 13.6"},
    {'k', 7.4, "0 14 0 0;6.9 10 0 3.7;2.8 6.1 7.4 0"},
    {'l', 0, "0 14 0 0"},
    {'m', 13, "0 0 0 10;0 6.6 (3.25 6.6 3.25 3.4 180 0) 6.5 0;6.5 6.6 (9.75 6.6 3.25 3.4 180 0) 13 0"},
    {'n', 7.8, "0 0 0 10;0 6 (3.9 6 3.9 4 180 0) 7.8 0"},
    {'o', 8.8, "(4.4 5 4.4 5 0 360)"},
    {'p', 8.2, "0 10 0 -4;(4.1 5 4.1 5 0 360)"},
    {'q', 8.2, "8.2 10 8.2 -4;(4.1 5 4.1 5 0 360)"},
    {'r', 4.4, "0 0 0 10;0 5.4 (4.2 5.4 4.2 4.6 180 85)"},
    {'s', 6.6, "(3.3 7.55 3 2.45 35 270) (3.3 2.55 3.3 2.55 90 -148)"},
    {'t', 4.8, "1.8 13.4 1.8 2.6 (4.3 2.6 2.5 2.6 180 280);0 10 4.6 10"},
    {'u', 7.8, "0 10 0 4 (3.9 4 3.9 4 180 360);7.8 10 7.8 0"},
    {'v', 8.2, "0 10 4.1 0 8.2 10"},
    {'w', 12, "0 10 3 0 6 9.6 9 0 12 10"},
    {'x', 7.8, "0 10 7.8 0;0 0 7.8 10"},
    {'y', 8.2, "0 10 4.2 0.2;8.2 10 3.4 -2.2 (1.2 -1.7 2.3 2.2 -20 -100)"},
    {'z', 7, "0 10 7 10 0 0 7 0"},
    {'A', 11, "0 0 5.5 14 11 0;1.9 4.8 9.1 4.8"},
    {'B', 9, "4.9 7.4 0 7.4;0 0 0 14 4.8 14 (4.8 10.7 3.5 3.3 90 -90) (5.1 3.7 3.9 3.7 90 -90) 0 0"},
    {'C', 11.4, "(6.6 7 6.6 7 46 314)"},
    {'D', 10.4, "0 0 0 14 4 14 (4 7 6.4 7 90 -90) 0 0"},
    {'E', 7.8, "7.8 14 0 14 0 0 7.8 0;0 7.3 6.8 7.3"},
    {'F', 7.4, "7.4 14 0 14 0 0;0 7.1 6.4 7.1"},
    {'G', 12, "(6.6 7 6.6 7 46 318) 11.8 6.6 7.4 6.6"},
    {'H', 9.8, "0 0 0 14;9.8 0 9.8 14;0 7.3 9.8 7.3"},
    {'I', 0, "0 0 0 14"},
    {'J', 6.2, "6.2 14 6.2 4 (3.1 4 3.1 4 0 -155)"},
    {'K', 9.2, "0 0 0 14;8.8 14 0 5.4;3.4 8.7 9.2 0"},
    {'L', 7.2, "0 14 0 0 7.2 0"},
    {'M', 12.2, "0 0 0 14 6.1 3.4 12.2 14 12.2 0"},
    {'N', 10, "0 0 0 14 10 0 10 14"},
    {'O', 13, "(6.5 7 6.5 7 0 360)"},
    {'P', 8.8, "0 0 0 14 4.9 14 (4.9 10.1 3.9 3.9 90 -90) 0 6.2"},
    {'Q', 13, "(6.5 7 6.5 7 0 360);8.4 3.4 12.4 -0.8"},
    {'R', 9.2, "0 0 0 14 4.9 14 (4.9 10.3 3.8 3.7 90 -90) 0 6.6;4.8 6.6 9.2 0"},
    {'S', 9, "(4.5 10.5 4.1 3.5 32 270) (4.5 3.5 4.5 3.5 90 -150)"},
    {'T', 10, "0 14 10 14;5 14 5 0"},
    {'U', 9.6, "0 14 0 4.8 (4.8 4.8 4.8 4.8 180 360) 9.6 14"},
    {'V', 10.6, "0 14 5.3 0 10.6 14"},
    {'W', 15.6, "0 14 3.9 0 7.8 13.4 11.7 0 15.6 14"},
    {'X', 9.8, "0 14 9.8 0;0 0 9.8 14"},
    {'Y', 9.8, "0 14 4.9 6.6 9.8 14;4.9 6.6 4.9 0"},
    {'Z', 9, "0 14 9 14 0 0 9 0"},
    {'0', 8.6, "(4.3 7 4.3 7 0 360)"},
    {'1', 4, "0 11 4 14 4 0"},
    {'2', 8.2, "(4 10 3.9 4 165 -35) 0 0 8.2 0"},
    {'3', 8, "(3.8 10.6 3.6 3.4 150 -90) (3.9 3.6 4.1 3.6 90 -150);2.9 7.2 3.8 7.2"},
    {'4', 8.8, "6.6 0 6.6 14 0 4 8.8 4"},
    {'5', 8, "7.2 14 1.1 14 0.5 7.7 (3.8 4.5 4.2 4.5 131 -145)"},
    {'6', 8.4, "6.6 14 0.6 6.3;(4.2 4.3 4.2 4.3 0 360)"},
    {'7', 8, "0 14 8 14 2.6 0"},
    {'8', 8.4, "(4.2 10.6 3.7 3.4 0 360);(4.2 3.6 4.2 3.6 0 360)"},
    {'9', 8.4, "1.8 0 7.8 7.7;(4.2 9.7 4.2 4.3 0 360)"},
    {'.', 0, "0 0 0 0.2"},
    {',', 1, "1 0.3 0 -2.6"},
    {':', 0, "0 0 0 0.2;0 8 0 8.2"},
    {';', 1, "1 0.3 0 -2.6;1 8 1 8.2"},
    {'!', 0, "0 14 0 4.6;0 0 0 0.2"},
    {'?', 7, "(3.5 10.6 3.5 3.4 165 -60) (6.6 4 3.2 3.4 135 180);3.4 0 3.4 0.2"},
    {'\'', 0, "0 14 0 10.4"},
    {'"', 3, "0 14 0 10.4;3 14 3 10.4"},
    {'(', 3, "(6 5.5 6 11 128 232)"},
    {')', 3, "(-3 5.5 6 11 52 -52)"},
    {'[', 3, "3 15 0 15 0 -3 3 -3"},
    {']', 3, "0 15 3 15 3 -3 0 -3"},
    {'{', 4, "(4 12 2 3 90 180) 2 8 (0 8 2 2.2 0 -90) (0 3.6 2 2.2 90 0) 2 0 (4 0 2 3 180 270)"},
    {'}', 4, "(0 12 2 3 90 0) 2 8 (4 8 2 2.2 180 270) (4 3.6 2 2.2 90 180) 2 0 (0 0 2 3 0 -90)"},
    {'-', 5, "0 5 5 5"},
    {'_', 8, "0 -2 8 -2"},
    {'+', 8, "0 5.5 8 5.5;4 1.5 4 9.5"},
    {'=', 8, "0 7.4 8 7.4;0 3.6 8 3.6"},
    {'<', 7.4, "7.4 10 0 5.5 7.4 1"},
    {'>', 7.4, "0 10 7.4 5.5 0 1"},
    {'/', 6, "0 -1.6 6 14.6"},
    {'\\', 6, "0 14.6 6 -1.6"},
    {'|', 0, "0 15 0 -3"},
    {'*', 6, "3 14 3 8;0.4 12.5 5.6 9.5;0.4 9.5 5.6 12.5"},
    {'#', 10, "3 0 4.6 14;6.6 0 8.2 14;0.8 9.6 10 9.6;0 4.4 9.2 4.4"},
    {'%', 13.6, "(2.9 10.6 2.9 3.4 0 360);(10.7 3.4 2.9 3.4 0 360);11.4 14 2.2 0"},
    {'&', 11, "11 0 2.9 9 (4.9 11 2.6 3 205 -45) (4.4 3.6 4.4 3.8 120 270) (4.4 4.8 5.6 5 -90 5)"},
    {'@', 14, "(7 5.6 3 3.6 0 360);10 9.2 10 4 (12 4 2 2 180 360) 14 6 (7 6 7 7.6 0 305)"},
    {'$', 9, "(4.5 10.2 4.1 3.2 32 270) (4.5 3.8 4.5 3.2 90 -150);4.5 15.6 4.5 -1.6"},
    {'^', 7, "0 9.6 3.5 14 7 9.6"},
    {'~', 9, "(2.4 4.8 2.4 2 170 30) (6.6 6.2 2.6 2 215 350)"},
    {'`', 2.4, "0 14.6 2.4 12"},
    {U'°', 4, "(2 12 2 2 0 360)"},
    {U'²', 4.4, "(2.1 12.8 2.1 2 165 -35) 0 7.4 4.4 7.4"},
    {U'·', 0, "0 5.4 0 5.6"},
    {U'×', 7, "0 2 7 9;0 9 7 2"},
    {U'–', 8, "0 5 8 5"},
    {U'—', 13, "0 5 13 5"},
    {U'’', 1, "1 14 0 11"},
    {U'ß', 8, "0 0 0 10.4 (3.6 10.4 3.6 3.6 180 -60) 4.2 7.4 (4.2 3.8 3.8 3.7 90 -110)"},
    {U'æ', 14.6, "(3.8 5 3.8 5 20 340);7.4 10 7.4 0;7.4 5.1 14.6 5.1 (11 5 3.6 5 0 312)"},
    {U'ø', 8.8, "(4.4 5 4.4 5 0 360);0.2 -0.8 8.6 10.8"},
    {U'Ø', 13, "(6.5 7 6.5 7 0 360);1 -0.8 12 14.8"},
    {U'Æ', 15, "0 0 7 14 15 14;7.6 14 7.6 0 15 0;2.4 4.8 7.6 4.8;7.6 7.3 14 7.3"},
    {U'ł', 3.4, "1.7 14 1.7 0;0 5.6 3.4 8.8"},
    {U'Ł', 8.4, "1.2 14 1.2 0 8.4 0;0 5.6 5 8.8"},
    {U'đ', 9.6, "8.2 14 8.2 0;(4.1 5 4.1 5 0 360);5.2 12 9.8 12"},
    {U'ı', 0, "0 0 0 10"},
};

/// Accents around x = 0, above small letters (y of 10); 4 higher above capitals.
constexpr Glyph kAccents[] = {
    {'`', 0, "-1.8 14.4 0.8 12"},
    {'\'', 0, "1.8 14.4 -0.8 12"},
    {'^', 0, "-2.4 12 0 14.4 2.4 12"},
    {'v', 0, "-2.4 14.4 0 12 2.4 14.4"},
    {'~', 0, "(-1.5 12.7 1.5 1 170 20) (1.5 13.5 1.5 1 200 360)"},
    {':', 0, "-2 13.2 -2 13.4;2 13.2 2 13.4"},
    {'.', 0, "0 13.2 0 13.4"},
    {'o', 0, "(0 13.6 1.6 1.6 0 360)"},
    {'"', 0, "-0.4 14.4 -1.8 12;2.6 14.4 1.2 12"},
    {'-', 0, "-2.4 13 2.4 13"},
    {'u', 0, "(0 14.2 2.3 2 190 350)"},
    {',', 0, "0 0 0.6 -1.4 -0.8 -3.2"},
    {';', 0, "2.6 0 1.6 -1.8 3 -3.2"},
};

/// Letters composed of another and an accent: letter, base, accent.
struct Composed {
  std::u32string_view letters;
  std::string_view bases;
  char accent;
};
constexpr Composed kComposed[] = {
    {U"àèìòùÀÈÌÒÙ", "aeiouAEIOU", '`'},
    {U"áéíóúýńśźćÁÉÍÓÚÝŃŚŹĆ", "aeiouynszcAEIOUYNSZC", '\''},
    {U"âêîôûÂÊÎÔÛ", "aeiouAEIOU", '^'},
    {U"čďěňřšťžČĎĚŇŘŠŤŽ", "cdenrstzCDENRSTZ", 'v'},
    {U"ãñõÃÑÕ", "anoANO", '~'},
    {U"äëïöüÿÄËÏÖÜ", "aeiouyAEIOU", ':'},
    {U"żŻė", "zZe", '.'},
    {U"åůÅŮ", "auAU", 'o'},
    {U"őűŐŰ", "ouOU", '"'},
    {U"āēīōūĀĒĪŌŪ", "aeiouAEIOU", '-'},
    {U"ăğĂĞ", "agAG", 'u'},
    {U"çşţÇŞŢ", "cstCST", ','},
    {U"ąęĄĘ", "aeAE", ';'},
};

constexpr Glyph kUnknown{0, 8, "0 0 8 0 8 13 0 13 0 0"};

void add_strokes(StrokeText& text, const char* strokes, double dx, double dy) {
  std::vector<StrokePoint> stroke;
  const auto finish = [&] {
    if (!stroke.empty()) text.strokes.push_back(std::move(stroke));
    stroke.clear();
  };
  const char* at = strokes;
  const auto number = [&] {
    char* end = nullptr;
    const double value = std::strtod(at, &end);
    at = end;
    return value;
  };
  while (*at != '\0') {
    if (*at == ' ' || *at == ')') {
      ++at;
    } else if (*at == ';') {
      finish();
      ++at;
    } else if (*at == '(') {
      ++at;
      const double cx = number(), cy = number(), rx = number(), ry = number();
      const double from = number(), to = number();
      const int steps = std::max(2, static_cast<int>(std::abs(to - from) / 8));
      for (int i = 0; i <= steps; ++i) {
        const double angle = (from + (to - from) * i / steps) * std::numbers::pi / 180;
        stroke.push_back({dx + cx + rx * std::cos(angle), dy + cy + ry * std::sin(angle)});
      }
    } else {
      const double x = number();
      stroke.push_back({dx + x, dy + number()});
    }
  }
  finish();
}

const Glyph* find(char32_t letter) {
  const auto* found = std::find_if(std::begin(kGlyphs), std::end(kGlyphs),
                                   [&](const Glyph& glyph) { return glyph.letter == letter; });
  return found == std::end(kGlyphs) ? nullptr : found;
}

void add_letter(StrokeText& text, char32_t letter, double x, double& width) {
  if (const Glyph* glyph = find(letter)) {
    add_strokes(text, glyph->strokes, x, 0);
    width = glyph->width;
    return;
  }
  for (const Composed& family : kComposed) {
    const std::size_t i = family.letters.find(letter);
    if (i == std::u32string_view::npos) continue;
    const char base = family.bases[i];
    const Glyph* glyph = find(base == 'i' ? U'ı' : static_cast<char32_t>(base));
    const bool high = (base >= 'A' && base <= 'Z') || base == 'd' || base == 't';
    const bool below = family.accent == ',' || family.accent == ';';
    add_strokes(text, glyph->strokes, x, 0);
    for (const Glyph& accent : kAccents)
      if (accent.letter == static_cast<char32_t>(family.accent))
        add_strokes(text, accent.strokes, x + glyph->width / 2, high && !below ? 4 : 0);
    width = glyph->width;
    return;
  }
  add_strokes(text, kUnknown.strokes, x, 0);
  width = kUnknown.width;
}

/// The next UTF-8 character; invalid UTF-8 is read byte by byte.
char32_t next_letter(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : byte(0) >= 0xc0 ? 2 : 1;
  if (length > text.size()) length = 1;
  char32_t letter = length == 1 ? byte(0) : byte(0) & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) letter = (letter << 6) | (byte(i) & 0x3fu);
  text.remove_prefix(length);
  return letter;
}

}  // namespace

StrokeText set_text(std::string_view utf8) {
  StrokeText text;
  double x = 0;
  bool first = true;
  while (!utf8.empty()) {
    const char32_t letter = next_letter(utf8);
    if (letter == ' ' || letter == U'\u00a0') {
      x += kSpace;
      continue;
    }
    if (!first) x += kGap;
    double width = 0;
    add_letter(text, letter, x, width);
    x += width;
    first = false;
  }
  text.width = x;
  return text;
}

}  // namespace terramask::geo
