#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "labels/vector/vector_source.hpp"

namespace terramask::labels {
namespace {

using keys::Json;
using keys::KeyVisitor;
using keys::Place;
using Need = KeyVisitor::Need;

constexpr double kMostBuffer = 10'000;  // metres

void visit_texts(KeyVisitor& v, const char* key, std::vector<std::string>& texts,
                 const std::string& expected) {
  const auto read = [&texts, &expected](const Json& value, const Place& place) {
    const auto text = [](const Json& one) {
      return one.is_string() && !one.get_ref<const std::string&>().empty();
    };
    texts.clear();
    if (text(value)) {
      texts.push_back(value.get<std::string>());
      return;
    }
    if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), text))
      place.refuse(value, expected);
    texts = value.get<std::vector<std::string>>();
  };
  v.special(
      key, read, [&texts] { return texts.empty() ? Json() : Json(texts); }, Need::optional);
}

}  // namespace

void VectorSourceKeys::visit(KeyVisitor& v) {
  v.path("path", path);
  v.text("crs", crs, Need::optional);
  visit_texts(v, "tags", tags, "a list of OSM keys");
}

void VectorRuleKeys::visit(KeyVisitor& v) {
  v.text("class", class_name, Need::required);
  visit_texts(v, "layer", layers, "the name of a layer, or a list of names");
  v.text("where", where, Need::optional);
  v.object(
      "buffer",
      [this](KeyVisitor& inner) {
        const bool limited = inner.has_form("most_m", true);
        std::function<void()> check = [] {};
        inner.special(
            "width",
            [this, limited, &check](const Json& value, const Place& place) {
              read_width(value, place, width);
              check = [this, limited, value, place] {
                const double most = limited ? width.most_m : kMostBuffer;
                if (width.widest_said() > most)
                  place.refuse(value, fmt::format("at most {:g} metres{}", most,
                                                  limited ? ", or raise \"most_m\"" : ""));
              };
            },
            [] { return Json(); }, Need::required);
        inner.number("most_m", width.most_m, 0.01, kMostBuffer);
        check();
      },
      Need::optional);
  v.choice("touch", touch, {"centre", "all"});
  v.number("ignore_ring_m", ignore_ring_m, 0, kMostBuffer);
}

std::unique_ptr<TypeKeys> vector_source_keys() {
  return std::make_unique<VectorSourceKeys>();
}

std::unique_ptr<TypeKeys> vector_rule_keys() {
  return std::make_unique<VectorRuleKeys>();
}

}  // namespace terramask::labels
