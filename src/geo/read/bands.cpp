#include "geo/read/bands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

/// One band of the stacked files.
struct Candidate {
  std::size_t file;
  int band;
  const FileFacts* facts;

  const BandFacts& info() const { return facts->bands[static_cast<std::size_t>(band - 1)]; }
  std::string name() const {
    if (!info().description.empty()) return info().description;
    if (info().interpretation != "undefined") return info().interpretation;
    return "unnamed";
  }
};

std::vector<Candidate> all_bands(std::span<const FileFacts> files) {
  std::vector<Candidate> all;
  for (std::size_t f = 0; f < files.size(); ++f) {
    for (std::size_t b = 1; b <= files[f].bands.size(); ++b)
      all.push_back({f, static_cast<int>(b), &files[f]});
  }
  return all;
}

std::string file_names(std::span<const FileFacts> files) {
  std::string names;
  for (const auto& file : files) names += (names.empty() ? "" : ", ") + file.path;
  return names;
}

std::string list_found(std::span<const Candidate> all) {
  std::string list;
  constexpr std::size_t most = 12;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) {
    list += fmt::format("{}{} {}", i == 0 ? "" : ", ", i + 1, all[i].name());
  }
  return all.size() > most ? list + fmt::format(", ... ({} bands)", all.size()) : list;
}

std::string list_wanted(std::span<const BandRequest> wanted) {
  std::string list;
  constexpr std::size_t most = 12;
  for (std::size_t i = 0; i < std::min(wanted.size(), most); ++i)
    list += (i == 0 ? "" : ", ") + (wanted[i].name.empty() ? "unnamed" : wanted[i].name);
  return wanted.size() > most ? list + fmt::format(", ... ({} bands)", wanted.size()) : list;
}

std::string example_override(std::size_t count) {
  if (count > 6) return fmt::format("`band_override=1-{}`", count);
  std::string list = "`band_override=";
  for (std::size_t i = 1; i <= count; ++i) list += (i == 1 ? "" : ",") + std::to_string(i);
  return list + "`";
}

/// Words that identify a part of the spectrum: a description that is one of them overrides the colour
/// interpretation, which is often wrong in files.
bool names_a_color(const std::string& plain) {
  static const std::set<std::string> colours{
      "red",   "green", "blue", "nir",  "gray",    "alpha",   "coastal", "cyan", "magenta", "yellow", "swir",
      "swir1", "swir2", "tir",  "nir2", "rededge", "redegde", "ndsm",    "dsm",  "dtm",     "height"};
  return colours.contains(plain);
}

/// The colour interpretation, if meaningful. GeoTIFF calls the first of any four plain bands "gray".
std::string telling_interpretation(const Candidate& c) {
  const std::string& name = c.info().interpretation;
  if (name == "undefined" || (name == "gray" && c.facts->data_bands() != 1)) return {};
  return name;
}

/// Whether a file with one data band is named so: by its whole file name or the last word of it.
bool file_is_named(const Candidate& c, const std::string& plain) {
  if (c.facts->data_bands() != 1 || c.info().alpha() || !c.info().description.empty()) return false;
  const std::string stem = std::filesystem::path(c.facts->path).stem().string();
  const std::size_t word = stem.find_last_of("-_ .");
  return plain_name(stem) == plain ||
         (word != std::string::npos && plain_name(stem.substr(word + 1)) == plain);
}

/// The bands that match a name: by description, else (in a stack) by file name, else by colour.
std::vector<Candidate> named(std::span<const Candidate> all, const std::string& name, bool stack) {
  const std::string plain = plain_name(name);
  if (plain.empty()) return {};
  std::vector<Candidate> hits;
  const auto keep = [&](auto&& test) {
    if (hits.empty()) std::copy_if(all.begin(), all.end(), std::back_inserter(hits), test);
  };
  keep([&](const Candidate& c) { return plain_name(c.info().description) == plain; });
  if (stack) keep([&](const Candidate& c) { return file_is_named(c, plain); });
  keep([&](const Candidate& c) {
    return plain_name(telling_interpretation(c)) == plain && !names_a_color(plain_name(c.info().description));
  });
  return hits;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<Candidate> overridden(std::span<const FileFacts> files, std::span<const Candidate> all,
                                  const RasterOptions& options) {
  std::vector<Candidate> chosen;
  const auto take = [&](int n) {
    if (n < 1 || static_cast<std::size_t>(n) > all.size()) {
      throw Error(ErrorCode::usage,
                  fmt::format("`band_override` {}: {} has {} band{}", n, file_names(files), all.size(),
                              all.size() == 1 ? "" : "s"),
                  "bands are numbered from 1, over all files of a stack");
    }
    chosen.push_back(all[static_cast<std::size_t>(n - 1)]);
  };
  for (const auto& item : options.band_override) {
    const std::size_t dash = item.find('-');
    const auto first = number(std::string_view(item).substr(0, dash));
    const auto last = dash == std::string::npos ? first : number(std::string_view(item).substr(dash + 1));
    if (first && last && *first <= *last && *last - *first < 65536) {
      for (int n = *first; n <= *last; ++n) take(n);
      continue;
    }
    const auto hits = named(all, item, files.size() > 1);
    if (hits.size() != 1) {
      throw Error(ErrorCode::usage,
                  fmt::format("`band_override` {}: {} has {} band of that name; found {}", item,
                              file_names(files), hits.empty() ? "no" : "more than one", list_found(all)),
                  "give band numbers");
    }
    chosen.push_back(hits.front());
  }
  if (!options.bands.empty() && chosen.size() != options.bands.size()) {
    throw Error(ErrorCode::usage,
                fmt::format("`band_override` names {} bands, the model expects {} ({})", chosen.size(),
                            options.bands.size(), list_wanted(options.bands)),
                "name one band for each, in that order");
  }
  return chosen;
}

[[noreturn]] void refuse_palette(const Candidate& c) {
  throw Error(ErrorCode::mismatch,
              fmt::format("{}: band {} holds palette indices, not the colours the model expects",
                          c.facts->path, c.band),
              "expand it first: `gdal_translate -expand rgb " + c.facts->path +
                  " rgb.tif`; if it is a mask, name the image it was made from");
}

/// Rejects a mask specified instead of its image.
void refuse_mask(std::span<const FileFacts> files, std::span<const BandRequest> wanted) {
  const FileFacts& facts = files.front();
  if (files.size() != 1 || !facts.names_classes || facts.data_bands() != 1 || wanted.size() < 2) return;
  throw Error(
      ErrorCode::mismatch,
      fmt::format("{}: looks like a mask: one band with names of classes{}; the model expects {} bands "
                  "({})",
                  facts.path, facts.bands.front().palette() ? " and a colour table" : "", wanted.size(),
                  list_wanted(wanted)),
      "name the image it was made from");
}

constexpr const char* kJoinHeights = "join a surface and a terrain model with `ndsm=DSM DTM`, or ";

std::vector<Candidate> matched(std::span<const FileFacts> files, std::span<const Candidate> all,
                               const RasterOptions& options, std::vector<std::string>& warnings) {
  const auto& wanted = options.bands;
  std::vector<Candidate> data;
  std::copy_if(all.begin(), all.end(), std::back_inserter(data),
               [](const Candidate& c) { return !c.info().alpha(); });
  const bool wants_alpha = std::any_of(wanted.begin(), wanted.end(),
                                       [](const BandRequest& w) { return plain_name(w.name) == "alpha"; });
  refuse_mask(files, wanted);
  for (const Candidate& c : data) {
    const bool wanted_as_such = std::any_of(wanted.begin(), wanted.end(), [&](const BandRequest& w) {
      return plain_name(w.name) == "palette" || plain_name(w.name) == plain_name(c.info().description);
    });
    if (c.info().palette() && !wanted_as_such) refuse_palette(c);
  }
  const std::size_t usable = wants_alpha ? all.size() : data.size();
  if (usable < wanted.size()) {
    const bool heights = std::any_of(wanted.begin(), wanted.end(), [&](const BandRequest& w) {
      return plain_name(w.name) == "ndsm" && named(all, w.name, files.size() > 1).empty();
    });
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: the model expects {} bands ({}), found {} ({}{})", file_names(files),
                            wanted.size(), list_wanted(wanted), usable,
                            list_found(wants_alpha ? all : std::span<const Candidate>(data)),
                            usable < all.size() ? "; alpha is not a data band" : ""),
                std::string(heights ? kJoinHeights : "") +
                    "give a raster that has them, or join the missing ones with `stack`");
  }
  std::vector<Candidate> chosen;
  std::string missing;
  for (const auto& request : wanted) {
    const auto hits = named(all, request.name, files.size() > 1);
    if (hits.size() > 1) {
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: more than one band could be '{}'; found {}", file_names(files),
                              request.name, list_found(all)),
                  "say which with " + example_override(wanted.size()));
    }
    if (hits.size() == 1) {
      chosen.push_back(hits.front());
    } else {
      missing += (missing.empty() ? "" : ", ") + (request.name.empty() ? "unnamed" : request.name);
    }
  }
  // One band is wanted and one anonymous band exists: only the file itself could be wrong.
  if (!missing.empty() && wanted.size() == 1 && data.size() == 1 && data[0].info().description.empty() &&
      (data[0].info().interpretation == "gray" || data[0].info().interpretation == "undefined")) {
    warnings.push_back(fmt::format("{}: its only band says nothing of itself and is taken as '{}'",
                                   file_names(files), list_wanted(wanted)));
    return {data[0]};
  }
  if (!missing.empty()) {
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: the model expects bands {}; found {}: nothing says which is {}",
                            file_names(files), list_wanted(wanted), list_found(all), missing),
                std::string(plain_name(missing) == "ndsm" ? kJoinHeights : "") +
                    "say which bands they are, in the model's order, such as " +
                    example_override(wanted.size()));
  }
  return chosen;
}

void check_values(const Candidate& c, const BandRequest& wanted) {
  const std::string where = fmt::format("{}: band {} ({})", c.facts->path, c.band, c.name());
  if (c.info().palette() && plain_name(wanted.name) != "palette" &&
      plain_name(wanted.name) != plain_name(c.info().description)) {
    refuse_palette(c);
  }
  if (wanted.type.empty() || type_fits(wanted.type, c.info().value_type())) return;
  if (c.info().scaled())
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: {} values with a scale of {:g} and an offset of {:g}{}, the model was trained on {} "
                    "values without",
                    where, c.info().type_name, c.info().scale, c.info().offset,
                    c.info().metres == 1 ? "" : fmt::format(" (to metres, from {})", c.info().unit),
                    wanted.type),
        type_fits(wanted.type, c.info().type_name)
            ? fmt::format("if it was trained on the values as they are stored, name "
                          "`gdal_translate -of VRT -a_scale 1 -a_offset 0 {} stored.vrt`",
                          c.facts->path)
            : "give the kind of raster it was trained on");
  std::string remedy =
      "give the kind of raster it was trained on, or convert it as the training images were: ";
  if (wanted.type == "Byte") {
    remedy += fmt::format("`gdal_translate -ot Byte -scale LOW HIGH 0 255 {} byte.tif`", c.facts->path);
  } else {
    remedy += fmt::format("`gdal_translate -ot {} {} converted.tif`", wanted.type, c.facts->path);
  }
  throw Error(
      ErrorCode::mismatch,
      fmt::format("{} has {} values, the model was trained on {}", where, c.info().type_name, wanted.type),
      remedy);
}

}  // namespace

std::string plain_name(const std::string& name) {
  std::string plain;
  for (const unsigned char c : name)
    if (std::isalnum(c) != 0 || c >= 0x80) plain += static_cast<char>(std::tolower(c));
  static const std::map<std::string, std::string> spellings{{"r", "red"},
                                                            {"g", "green"},
                                                            {"b", "blue"},
                                                            {"n", "nir"},
                                                            {"grey", "gray"},
                                                            {"pan", "gray"},
                                                            {"panchromatic", "gray"},
                                                            {"nearinfrared", "nir"},
                                                            {"infrared", "nir"},
                                                            {"nir1", "nir"},
                                                            {"hag", "ndsm"},
                                                            {"heightaboveground", "ndsm"},
                                                            {"normaliseddsm", "ndsm"},
                                                            {"normalizeddsm", "ndsm"},
                                                            {"a", "alpha"}};
  const auto spelling = spellings.find(plain);
  return spelling == spellings.end() ? plain : spelling->second;
}

bool type_fits(const std::string& wanted, const std::string& found) {
  if (wanted == found) return true;
  static const std::array<std::set<std::string>, 3> kinds{std::set<std::string>{"Int16", "UInt16"},
                                                          {"Int32", "UInt32", "Int64", "UInt64"},
                                                          {"Float32", "Float64"}};
  return std::any_of(kinds.begin(), kinds.end(), [&](const std::set<std::string>& kind) {
    return kind.contains(wanted) && kind.contains(found);
  });
}

std::vector<BandChoice> choose_bands(std::span<const FileFacts> files, const RasterOptions& options,
                                     std::vector<std::string>& warnings) {
  const std::vector<Candidate> all = all_bands(files);
  std::vector<Candidate> chosen;
  if (!options.band_override.empty()) {
    chosen = overridden(files, all, options);
  } else if (!options.bands.empty()) {
    chosen = matched(files, all, options, warnings);
  } else {
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
                 [](const Candidate& c) { return !c.info().alpha(); });
    if (chosen.empty()) chosen = all;
  }
  std::vector<BandChoice> choices;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Candidate& c = chosen[i];
    if (!c.facts->heights) check_readable(*c.facts, c.band);
    if (!options.bands.empty()) check_values(c, options.bands[i]);
    choices.push_back({c.file, c.band, {c.name(), c.info().value_type()}});
  }
  for (std::size_t f = 0; f < files.size(); ++f) {
    if (std::none_of(choices.begin(), choices.end(), [f](const BandChoice& c) { return c.file == f; }))
      warnings.push_back(files[f].path + ": none of its bands is used");
  }
  return choices;
}

}  // namespace terramask::geo
