// JSON for programs, a page for people.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/page.hpp"
#include "evaluate/html.hpp"
#include "evaluate/support.hpp"

namespace terramask::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Report : public EvaluateTest {
 protected:
  Report() {
    const auto said = blobs(300, 280, {0, 1, 255}, 4);
    const auto truth = blobs(300, 280, {0, 1, 1}, 5);
    const std::vector<ClassInfo> classes{{0, "background", "#000000"},
                                         {1, "<script>alert(1)</script>", "#ffd400"}};
    const Grid grid = utm_grid(300, 280);
    std::vector<float> probability;
    for (const int value : said) probability.push_back(value == 1 ? 0.75F : 0.2F);
    EvaluationOptions options = pair_of(mask("m & n.tif", grid, said, classes), raster("r.tif", grid, truth));
    options.pairs[0].probabilities = planes("p.tif", grid, {probability}, -1, GDT_Float32);
    options.pairs[0].image = planes("i.tif", grid, {probability}, -1, GDT_Float32);
    options.patches = true;
    options.erode = 3;
    options.slack = 3;
    report_ = evaluate(options, {}, nullptr);
  }
  EvaluationReport report_;
};

TEST_F(Report, JsonHoldsEveryFigure) {
  const auto json = nlohmann::json::parse(report_json(report_));
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["columns"][2], "no data");
  EXPECT_EQ(json["all"]["judged"], 300 * 280);
  EXPECT_EQ(json["all"]["matrix"][1][2], report_.matrix.at(1, 2));
  EXPECT_DOUBLE_EQ(json["all"]["kappa"], report_.matrix.scores().kappa);
  EXPECT_EQ(json["pairs"][0]["matrix"], json["all"]["matrix"]);
  EXPECT_EQ(json["eroded"]["radius_pixels"], 3);
  EXPECT_DOUBLE_EQ(json["relaxed"]["classes"][1]["precision"], report_.relaxed[1].precision());
  EXPECT_EQ(json["sweep"]["points"].size(), 256U);
  EXPECT_TRUE(json["sweep"]["points"][0]["precision"].is_null());  // nothing is above 255/256
  EXPECT_EQ(json["worst"].size(), report_.worst.size());
  EXPECT_GT(json["worst"].size(), 0U);
}

TEST_F(Report, ThePageNeedsNothingElse) {
  const std::string page = report_html(report_, "How good is a & b?");
  EXPECT_THAT(page, HasSubstr("<title>How good is a &amp; b?</title>"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(page, HasSubstr("m &amp; n.tif"));
  EXPECT_THAT(page, HasSubstr("<svg "));
  for (const char* outside : {"http://", "https://", "url(", "@import", "<link", "<iframe"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  const auto count = [&](const std::string& text) {
    std::size_t found = 0;
    for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("src=\"data:image/png;base64,"), 3 * report_.worst.size());
  EXPECT_EQ(count("src="), 3 * report_.worst.size());
  // Every tag that is opened is closed.
  for (const std::string tag :
       {"div", "section", "table", "tr", "td", "th", "figure", "svg", "p", "span", "i", "b"})
    EXPECT_EQ(count("<" + tag + " ") + count("<" + tag + ">"), count("</" + tag + ">")) << tag;
}

TEST_F(Report, PatchesAreShownAtOneScale) {
  ASSERT_EQ(report_.worst.size(), 1U);
  PatchPicture at_the_edge = report_.worst.front();
  ASSERT_EQ(at_the_edge.window.width, 256);
  at_the_edge.window.width = 64;
  report_.worst.push_back(at_the_edge);
  const std::string page = report_html(report_, "title");
  EXPECT_THAT(page, HasSubstr("style=\"width:100%\""));
  EXPECT_THAT(page, HasSubstr("style=\"width:25%\""));
}

TEST_F(Report, NoTextLiesInAChart) {
  const std::string page = report_html(report_, "title");
  std::size_t charts = 0;
  for (std::size_t at = 0; (at = page.find("<svg ", at)) != std::string::npos; ++charts) {
    const std::size_t end = page.find("</svg>", at);
    // The axes: twice six numbers and two names; what marks mean stands below.
    std::size_t texts = 0;
    for (std::size_t text = at; (text = page.find("<text ", text)) < end; ++text) ++texts;
    EXPECT_EQ(texts, 14U);
    at = end;
  }
  EXPECT_EQ(charts, 2U);
  EXPECT_THAT(page, HasSubstr("the best F1"));
}

TEST_F(Report, NumbersReadWell) {
  EXPECT_EQ(evaluation::count_text(1234567), "1,234,567");
  EXPECT_EQ(evaluation::count_text(123), "123");
  EXPECT_EQ(evaluation::percent_text(0.0001), "< 0.1%");
  EXPECT_EQ(score_text(std::nan("")), "–");
  EXPECT_EQ(evaluation::area_text({211577400, 61577400}, true), "21,158 ± 6,158 ha");
  EXPECT_EQ(evaluation::area_text({67700, 5021}, true), "6.77 ± 0.50 ha");
  EXPECT_EQ(evaluation::area_text({1234, std::nan("")}, false), "1,234 px");
}

TEST_F(Report, FilesAppearWholeAndAreNotReplacedUnasked) {
  write_report(path("a.json"), "one", false);
  EXPECT_EQ(error_of([&] { write_report(path("a.json"), "two", false); }).code(), ErrorCode::exists);
  write_report(path("a.json"), "two", true);
  std::string text;
  std::ifstream(path("a.json")) >> text;
  EXPECT_EQ(text, "two");
}

}  // namespace
}  // namespace terramask::tests
