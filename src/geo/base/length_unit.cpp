#include "geo/base/length_unit.hpp"

#include <algorithm>
#include <cctype>
#include <map>

namespace terramask::geo {

std::optional<double> metres_in(const std::string& text) {
  // "metres above sea level", "m (EGM2008)"
  const std::string unit =
      text.substr(0, std::min({text.find(" above"), text.find(" over"), text.find(" asl"), text.find(" agl"),
                               text.find(" amsl"), text.find(" (EGM"), text.find(" (NAVD")}));
  constexpr double foot = 0.3048, survey_foot = 1200.0 / 3937.0;
  static const std::map<std::string, double> known{{"m", 1},
                                                   {"metre", 1},
                                                   {"metres", 1},
                                                   {"meter", 1},
                                                   {"meters", 1},
                                                   {"km", 1000},
                                                   {"kilometre", 1000},
                                                   {"kilometres", 1000},
                                                   {"kilometer", 1000},
                                                   {"kilometers", 1000},
                                                   {"dm", 0.1},
                                                   {"decimetre", 0.1},
                                                   {"decimetres", 0.1},
                                                   {"decimeter", 0.1},
                                                   {"decimeters", 0.1},
                                                   {"cm", 0.01},
                                                   {"centimetre", 0.01},
                                                   {"centimetres", 0.01},
                                                   {"centimeter", 0.01},
                                                   {"centimeters", 0.01},
                                                   {"mm", 0.001},
                                                   {"millimetre", 0.001},
                                                   {"millimetres", 0.001},
                                                   {"millimeter", 0.001},
                                                   {"millimeters", 0.001},
                                                   {"ft", foot},
                                                   {"foot", foot},
                                                   {"feet", foot},
                                                   {"ftint", foot},
                                                   {"footinternational", foot},
                                                   {"internationalfoot", foot},
                                                   {"internationalfeet", foot},
                                                   {"ftus", survey_foot},
                                                   {"usft", survey_foot},
                                                   {"sft", survey_foot},
                                                   {"footus", survey_foot},
                                                   {"surveyfoot", survey_foot},
                                                   {"surveyfeet", survey_foot},
                                                   {"ussurveyfoot", survey_foot},
                                                   {"ussurveyfeet", survey_foot},
                                                   {"yd", 3 * foot},
                                                   {"yard", 3 * foot},
                                                   {"yards", 3 * foot}};
  std::string plain;
  for (const unsigned char c : unit) {
    if (std::isalnum(c) != 0)
      plain += static_cast<char>(std::tolower(c));
    else if (c >= 0x80)
      return std::nullopt;
  }
  const auto at = known.find(plain);
  return at == known.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace terramask::geo
