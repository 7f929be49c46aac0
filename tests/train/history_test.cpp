// What people see of a training: the table and the page of curves.
#include "train/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

namespace terramask::train {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

History some_history() {
  History history;
  history.title = "roads & <paths>";
  history.classes = {"background", "road \"A\", paved"};
  history.colors = {"#000000", "#ffd400"};
  for (int i = 1; i <= 3; ++i) {
    Epoch e;
    e.epoch = i;
    e.step = 10 * i;
    e.rate = 0.001;
    e.loss = 1.0 / i;
    e.norm = 2;
    e.validated = i > 1;
    if (e.validated) {
      e.validation_loss = 1.5 / i;
      e.accuracy = 0.75;
      e.mean_iou = 0.4 + 0.1 * (i == 2);
      e.mean_f1 = 0.625;
      e.iou = {0.5, NAN};
      e.best = i == 2;
    }
    e.seconds = 12.34;
    history.epochs.push_back(e);
  }
  return history;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(History, TheTableHasARowForEachEpochAndIsEmptyWhereNothingIsKnown) {
  const std::string csv = to_csv(some_history());
  EXPECT_THAT(csv, StartsWith("epoch,step,learning_rate,loss,gradient_norm,validation_loss,accuracy,mean_iou,"
                              "mean_f1,\"iou background\",\"iou road \"\"A\"\", paved\",seconds,best\n"
                              "1,10,0.001,1,2,,,,,,,12.3,0\n"
                              "2,20,0.001,0.5,2,0.75,0.75,0.5,0.625,0.5,,12.3,1\n"));
  EXPECT_EQ(count(csv, "\n"), 4U);
}

TEST(History, ThePageNamesTheModelsEpochAndEveryClass) {
  const std::string html = to_html(some_history());
  EXPECT_THAT(html, HasSubstr("<h1>roads &amp; &lt;paths&gt;</h1>"));
  EXPECT_THAT(html, HasSubstr("the model is that of epoch 2"));
  EXPECT_EQ(count(html, ">the model, epoch 2</text>"), 2U) << "marked in both charts";
  EXPECT_THAT(html, HasSubstr("<tr class=\"best\"><td>2<td>"));
  EXPECT_THAT(html, HasSubstr("</svg>background</span>"));
  EXPECT_THAT(html, HasSubstr("IoU road &quot;A&quot;, paved"));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_THAT(html, Not(HasSubstr("cut off")));
  for (const char* outside : {"http", "src=", "<script", "<link"}) EXPECT_THAT(html, Not(HasSubstr(outside)));
}

TEST(History, ALossThatWentAstrayIsCutOffAndTold) {
  History history = some_history();
  history.epochs[0].loss = 1e6;
  EXPECT_THAT(to_html(history), HasSubstr("Values up to 1e+06 are cut off."));
}

TEST(History, CurvesStayInsideTheirChart) {
  History history = some_history();
  for (int i = 4; i <= 137; ++i) {
    history.epochs.push_back(history.epochs[1]);
    history.epochs.back().epoch = i;
  }
  const std::string html = to_html(history);
  const std::regex number(R"re((?: x|x=)="?([0-9.]+)")re");
  for (auto it = std::sregex_iterator(html.begin(), html.end(), number); it != std::sregex_iterator(); ++it)
    EXPECT_LE(std::stod((*it)[1]), 760.0) << it->str();
  // Whole epochs on the axis, and not so many that they run into each other.
  EXPECT_THAT(html, HasSubstr(">20</text>"));
  EXPECT_THAT(html, Not(HasSubstr(">137</text>")));
}

TEST(History, WithoutValidationThereIsOneChart) {
  History history = some_history();
  for (Epoch& e : history.epochs) e.validated = false;
  EXPECT_EQ(count(to_html(history), "<section>"), 2U) << "the loss, and the table";
  history.epochs.clear();
  EXPECT_THAT(to_html(history), HasSubstr("No epoch is done yet"));
  EXPECT_EQ(count(to_csv(history), "\n"), 1U);
}

}  // namespace
}  // namespace terramask::train
