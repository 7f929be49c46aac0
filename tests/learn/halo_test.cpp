// A patch with the halo of its network gives its tile the bits that one pass over the whole gives it.
#ifdef TERRAMASK_CPU
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "terramask/executor.hpp"
#include "terramask/model.hpp"
#include "terramask/passes.hpp"
#include "terramask/plan.hpp"

namespace terramask {
namespace {

struct Span {
  std::int64_t begin, end;
  std::int64_t size() const { return end - begin; }
};

/// An image of three bands.
struct Image {
  std::int64_t rows, columns;
  std::vector<float> values;

  float at(std::int64_t band, std::int64_t y, std::int64_t x) const {
    return values[static_cast<std::size_t>((band * rows + y) * columns + x)];
  }
};

Image noise(std::int64_t rows, std::int64_t columns) {
  std::mt19937 random(5);
  Image made{rows, columns, std::vector<float>(static_cast<std::size_t>(3 * rows * columns))};
  for (float& value : made.values) value = static_cast<float>(random() % 2001) / 1000 - 1;
  return made;
}

Image cut(const Image& from, Span rows, Span columns) {
  Image made{rows.size(), columns.size(), {}};
  for (std::int64_t band = 0; band < 3; ++band)
    for (std::int64_t y = rows.begin; y < rows.end; ++y)
      for (std::int64_t x = columns.begin; x < columns.end; ++x) made.values.push_back(from.at(band, y, x));
  return made;
}

struct Trial {
  NetworkSpec spec;
  Precision precision;
  std::int64_t extent, pieces;  ///< of the whole image, and of a tile in multiples of the alignment

  friend void PrintTo(const Trial& trial, std::ostream* out) { *out << trial.spec.architecture; }
};

class Halo : public testing::TestWithParam<Trial> {
 protected:
  Halo() : executor_(make_executor({.device = "cpu", .precision = GetParam().precision})) {}

  Network network(std::int64_t rows, std::int64_t columns) const {
    const Graph graph = build_network(GetParam().spec, 1, rows, columns);
    return optimise_for_inference({graph, random_parameters(graph, 3)});
  }

  /// Of a patch whose first pixel stands at `origin` of the whole.
  Image logits(const Image& image, const Footprint& field, Extent2 origin) const {
    const Network made = network(image.rows, image.columns);
    const auto program =
        executor_->compile(made.graph, made.parameters, {}, {.alignment = field.alignment, .origin = origin});
    std::ranges::copy(image.values, program->input_as<float>(0, "image").begin());
    program->submit(0);
    program->wait(0);
    const auto found = program->output_as<float>(0, "logits");
    return {image.rows, image.columns, {found.begin(), found.end()}};
  }

  std::unique_ptr<Executor> executor_;
};

TEST_P(Halo, GivesATileTheBitsOfTheWhole) {
  const std::int64_t extent = GetParam().extent;
  const Footprint found = footprint(network(extent, extent).graph, [&](const Graph& graph, NodeId node) {
    return executor_->layer_tile(graph, node);
  });
  const Image image = noise(extent, extent), whole = logits(image, found, {0, 0});
  const auto patch = [&](Span tile) {
    const std::int64_t s = found.stride, end = tile.end + found.halo;
    return Span{std::max<std::int64_t>(0, (tile.begin - found.halo) / s * s),
                std::min(extent, (end + s - 1) / s * s)};
  };
  const std::int64_t size = found.alignment * GetParam().pieces, begin = found.alignment;
  ASSERT_LT(begin + size, extent);
  const Span tiles[][2] = {{{0, size}, {begin, begin + size}},
                           {{begin, begin + size}, {begin, begin + size}}};
  for (const auto& [rows, columns] : tiles) {
    const Span down = patch(rows), across = patch(columns);
    ASSERT_LT(down.size() * across.size(), extent * extent) << "the patch is the whole: halo " << found.halo;
    const Image part = logits(cut(image, down, across), found, {down.begin, across.begin});
    std::int64_t different = 0;
    for (std::int64_t c = 0; c < 2; ++c)
      for (std::int64_t y = rows.begin; y < rows.end; ++y)
        for (std::int64_t x = columns.begin; x < columns.end; ++x)
          different += part.at(c, y - down.begin, x - across.begin) != whole.at(c, y, x);
    EXPECT_EQ(different, 0) << "halo " << found.halo << ", alignment " << found.alignment;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Halo,
    testing::Values(
        Trial{{.architecture = "unet", .keys = {{"width", 64}, {"depth", 1}}}, Precision::fast, 800, 1},
        Trial{{.architecture = "unet", .keys = {{"width", 32}, {"depth", 3}}}, Precision::fast, 1024, 2},
        Trial{{.architecture = "unet", .keys = {{"width", 32}, {"depth", 2}, {"up", "nearest"}}},
              Precision::fast,
              768,
              1},
        Trial{{.architecture = "unet", .keys = {{"width", 16}, {"depth", 3}}}, Precision::exact, 512, 2},
        Trial{{.architecture = "segnet", .keys = {{"width", 8}}}, Precision::fast, 1024, 1},
        Trial{{.architecture = "fcn", .keys = {{"width", 8}, {"fc", 64}}}, Precision::fast, 1024, 1}));

}  // namespace
}  // namespace terramask
#endif
