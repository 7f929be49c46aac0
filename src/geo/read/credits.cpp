#include "geo/read/credits.hpp"

#include <initializer_list>

#include "core/utf8.hpp"

namespace terramask::geo {
namespace {

std::string first_item(GDALDataset& dataset, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = dataset.GetMetadataItem(name);
    if (value != nullptr && *value != 0) return as_utf8(value);
  }
  return {};
}

void add(std::string& to, const std::string& text) {
  if (text.empty() || ("; " + to + "; ").find("; " + text + "; ") != std::string::npos) return;
  to += (to.empty() ? "" : "; ") + text;
}

}  // namespace

Credits credits_of(GDALDataset& dataset) {
  return {first_item(dataset, {kAttributionItem, "ATTRIBUTION", "TIFFTAG_COPYRIGHT"}),
          first_item(dataset, {kLicenceItem, "LICENSE", "LICENCE"})};
}

void add_credits(Credits& to, const Credits& more) {
  add(to.attribution, more.attribution);
  add(to.licence, more.licence);
}

void write_credits(const Credits& credits, std::map<std::string, std::string>& metadata) {
  if (!credits.attribution.empty()) metadata[kAttributionItem] = credits.attribution;
  if (!credits.licence.empty()) metadata[kLicenceItem] = credits.licence;
}

}  // namespace terramask::geo
