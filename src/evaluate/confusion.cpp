#include "terramask/confusion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terramask {
namespace {

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

ClassScore class_score(std::uint64_t reference, std::uint64_t predicted, std::uint64_t right) {
  ClassScore score{.reference = reference, .predicted = predicted, .right = right};
  score.precision = ratio(number(right), number(predicted));
  score.recall = ratio(number(right), number(reference));
  score.f1 = ratio(2 * number(right), number(reference) + number(predicted));
  score.iou = ratio(number(right), number(reference) + number(predicted) - number(right));
  return score;
}

template <class Weight>
MeanScore mean(const std::vector<ClassScore>& classes, const Weight& weight) {
  MeanScore sum;
  double weights = 0;
  const auto defined = [](double value) { return std::isnan(value) ? 0 : value; };
  for (const ClassScore& score : classes) {
    if (!score.occurs()) continue;
    const double w = weight(score);
    weights += w;
    sum.precision += w * defined(score.precision);
    sum.recall += w * defined(score.recall);
    sum.f1 += w * score.f1;
    sum.iou += w * score.iou;
  }
  return {ratio(sum.precision, weights), ratio(sum.recall, weights), ratio(sum.f1, weights),
          ratio(sum.iou, weights)};
}

}  // namespace

void ConfusionMatrix::add(const ConfusionMatrix& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::uint64_t ConfusionMatrix::total() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts_) sum += count;
  return sum;
}

std::uint64_t ConfusionMatrix::right() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < classes_; ++i) sum += at(i, i);
  return sum;
}

Scores ConfusionMatrix::scores() const {
  std::vector<std::uint64_t> rows(classes_), columns(classes_ + 1);
  for (std::size_t r = 0; r < classes_; ++r)
    for (std::size_t c = 0; c <= classes_; ++c) {
      rows[r] += at(r, c);
      columns[c] += at(r, c);
    }
  Scores scores;
  scores.judged = total();
  const double n = number(scores.judged);
  double chance = 0;
  std::uint64_t commonest = 0;
  for (std::size_t i = 0; i < classes_; ++i) {
    scores.classes.push_back(class_score(rows[i], columns[i], at(i, i)));
    chance += ratio(number(rows[i]), n) * ratio(number(columns[i]), n);
    commonest = std::max(commonest, rows[i]);
  }
  scores.coverage = ratio(n - number(columns[nodata()]), n);
  scores.overall = ratio(number(right()), n);
  scores.base = ratio(number(commonest), n);
  scores.kappa = ratio(scores.overall - chance, 1 - chance);
  scores.macro = mean(scores.classes, [](const ClassScore&) { return 1.0; });
  scores.weighted = mean(scores.classes, [](const ClassScore& score) { return number(score.reference); });
  return scores;
}

}  // namespace terramask
