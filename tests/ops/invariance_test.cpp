// On the CPU every convolution gives a pixel the same bits however large the image around it is, how many are
// computed at a time, and how many threads share the work: what exact tiling rests on. Integers would not
// show an order of summation: the numbers are normally distributed.
#ifdef TERRAMASK_CPU
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

#include "case_builders.hpp"
#include "ops/extents.hpp"
#include "terramask/executor.hpp"

namespace terramask::tests {
namespace {

/// A layer, and the images it is tried on.
struct Layer {
  std::string name;
  Operator op;
  std::int64_t inputs, outputs;
  Extent2 whole;               ///< of one image from which all others are cut
  std::vector<Extent2> sizes;  ///< of what is cut

  friend void PrintTo(const Layer& layer, std::ostream* out) { *out << layer.name; }
};

bool transposes(const Layer& layer) {
  return layer.op.name() == ops::ConvTranspose2d::name;
}

std::vector<float> noise(std::int64_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<std::size_t>(count));
  std::ranges::generate(values, [&] { return normal(random); });
  return values;
}

struct Image {
  Shape shape;
  std::vector<float> values;

  const float* row(std::int64_t c, std::int64_t y) const {
    return values.data() + (c * shape.h() + y) * shape.w();
  }
};

/// A cut's place along one axis.
struct Span {
  std::int64_t first, last;
};

Image cut(const Image& from, Span rows, Span columns) {
  Image made{{1, from.shape.c(), rows.last - rows.first, columns.last - columns.first}, {}};
  for (std::int64_t c = 0; c < from.shape.c(); ++c)
    for (std::int64_t y = rows.first; y < rows.last; ++y)
      made.values.insert(made.values.end(), from.row(c, y) + columns.first, from.row(c, y) + columns.last);
  return made;
}

/// Runs a layer on images of one size.
class Device {
 public:
  Device(const Layer& layer, int threads, Precision precision)
      : layer_(layer),
        executor_(make_executor({.device = "cpu", .threads = threads, .precision = precision})) {}

  std::vector<Image> run(const std::vector<Image>& images) const {
    const Shape& one = images.front().shape;
    const Graph graph = graph_of({static_cast<std::int64_t>(images.size()), one.c(), one.h(), one.w()});
    const auto program = executor_->compile(graph, parameters(graph));
    auto to = program->input_as<float>(0, "x").begin();
    for (const Image& image : images) to = std::ranges::copy(image.values, to).out;
    program->submit(0);
    program->wait(0);
    const auto found = program->output_as<float>(0, "y");
    const Shape all = graph.type(graph.outputs().front().value).shape;
    std::vector<Image> results;
    const std::size_t count = found.size() / images.size();
    for (std::size_t i = 0; i < images.size(); ++i)
      results.push_back({{1, all.c(), all.h(), all.w()},
                         {found.begin() + static_cast<std::ptrdiff_t>(i * count),
                          found.begin() + static_cast<std::ptrdiff_t>((i + 1) * count)}});
    return results;
  }

  /// What a cut must begin at a multiple of.
  std::int64_t alignment(const Extent2& stride) const {
    const Graph graph = graph_of({1, layer_.inputs, layer_.whole.h, layer_.whole.w});
    return std::lcm(executor_->layer_tile(graph, 0), std::lcm(stride.h, stride.w));
  }

 private:
  Graph graph_of(const Shape& shape) const {
    Graph graph;
    std::vector<ValueId> operands{input(graph, shape)};
    const Extent2 kernel = transposes(layer_) ? layer_.op.as<ops::ConvTranspose2d>()->kernel
                                              : layer_.op.as<ops::Conv2d>()->kernel;
    operands.push_back(graph.add_parameter(
        "weight", transposes(layer_) ? Shape{layer_.inputs, layer_.outputs, kernel.h, kernel.w}
                                     : Shape{layer_.outputs, layer_.inputs, kernel.h, kernel.w}));
    operands.push_back(graph.add_parameter("bias", Shape{layer_.outputs}));
    graph.add_output("y", graph.add1(layer_.op, operands));
    return graph;
  }

  Parameters parameters(const Graph& graph) const {
    Parameters made;
    std::uint32_t seed = 100;
    for (const Value& value : graph.values())
      if (value.role == Role::parameter) {
        auto tensor = std::make_shared<Tensor>(value.type.shape, DType::f32);
        std::ranges::copy(noise(value.type.shape.elements(), ++seed), tensor->values<float>().begin());
        made.emplace(value.name, std::move(tensor));
      }
    return made;
  }

  const Layer& layer_;
  std::unique_ptr<Executor> executor_;
};

/// Which results of a cut are those of the whole, along one axis: those whose operands all lie inside, and
/// with them all that the same tile of a kernel is made of.
struct Same {
  std::int64_t first, last;  ///< in the cut's result
  std::int64_t offset;       ///< of the cut's result in the whole's
};

Same same(const Layer& layer, Axis axis, Span span, std::int64_t whole, std::int64_t result,
          std::int64_t alignment) {
  const Rate rate = layer.op.rate(axis);
  const std::int64_t offset = span.first * rate.numerator / rate.denominator;
  const auto inside = [&](std::int64_t at) {
    const std::int64_t tile = (at + offset) / alignment * alignment;
    const Interval needed = layer.op.reach(0, axis, {tile, tile + alignment});
    return (span.first == 0 || needed.begin >= span.first) && (span.last == whole || needed.end <= span.last);
  };
  Same made{0, result, offset};
  while (made.first < made.last && !inside(made.first)) ++made.first;
  while (made.first < made.last && !inside(made.last - 1)) --made.last;
  return made;
}

/// Results that differ in their bits, and how many were compared.
struct Count {
  std::int64_t different = 0, compared = 0;
};

Count compare(const Layer& layer, const Image& whole, const Image& part, Span rows, Span columns,
              std::int64_t alignment) {
  const Same y = same(layer, Axis::rows, rows, layer.whole.h, part.shape.h(), alignment);
  const Same x = same(layer, Axis::columns, columns, layer.whole.w, part.shape.w(), alignment);
  Count count;
  for (std::int64_t c = 0; c < part.shape.c(); ++c)
    for (std::int64_t i = y.first; i < y.last; ++i)
      for (std::int64_t j = x.first; j < x.last; ++j, ++count.compared)
        if (std::memcmp(part.row(c, i) + j, whole.row(c, i + y.offset) + j + x.offset, sizeof(float)) != 0)
          ++count.different;
  return count;
}

class Invariance : public testing::TestWithParam<std::tuple<Layer, Precision>> {};

TEST_P(Invariance, OfExtentBatchAndThreads) {
  const Layer& layer = std::get<0>(GetParam());
  const Precision precision = std::get<1>(GetParam());
  const Device alone(layer, 1, precision);
  const Image image{{1, layer.inputs, layer.whole.h, layer.whole.w},
                    noise(layer.inputs * layer.whole.h * layer.whole.w, 1)};
  const Image whole = alone.run({image}).front();
  for (const int threads : {2, 3, 5})
    EXPECT_EQ(Device(layer, threads, precision).run({image}).front().values, whole.values)
        << threads << " threads";
  const Operator& op = layer.op;
  const Extent2 stride = transposes(layer) ? Extent2{1, 1} : op.as<ops::Conv2d>()->stride;
  const std::int64_t step = alone.alignment(stride);
  std::mt19937 random(3);
  for (const Extent2& size : layer.sizes) {
    // One at a corner of the whole, one inside it; each alone, and both as a batch.
    const auto place = [&](std::int64_t length, std::int64_t all) {
      const std::int64_t places = (all - length) / step;
      const std::int64_t first = places > 0 ? static_cast<std::int64_t>(random() % places + 1) * step : 0;
      return Span{first, first + length};
    };
    const Span rows[] = {{0, size.h}, place(size.h, layer.whole.h)};
    const Span columns[] = {{0, size.w}, place(size.w, layer.whole.w)};
    const std::vector<Image> cuts{cut(image, rows[0], columns[0]), cut(image, rows[1], columns[1])};
    const std::int64_t tile = transposes(layer) ? step * op.rate(Axis::rows).numerator : step;
    const auto check = [&](const Image& part, std::size_t which, const char* how) {
      const Count count =
          compare(layer, whole, part, rows[which], columns[which], std::max<std::int64_t>(tile, 1));
      EXPECT_EQ(count.different, 0) << size.h << "x" << size.w << " of " << count.compared << ", " << how;
      EXPECT_GT(count.compared, 0) << size.h << "x" << size.w;
    };
    for (std::size_t i = 0; i < 2; ++i) check(alone.run({cuts[i]}).front(), i, "alone");
    const std::vector<Image> both = Device(layer, 2, precision).run(cuts);
    for (std::size_t i = 0; i < 2; ++i) check(both[i], i, "in a batch, two threads");
  }
}

std::vector<Layer> layers() {
  const ops::Conv2d three{.kernel = {3, 3}, .padding = {1, 1}}, one{.kernel = {1, 1}};
  const ops::ConvTranspose2d twice{.kernel = {2, 2}, .stride = {2, 2}},
      turned{.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}};
  const std::vector<Extent2> small{{12, 12}, {12, 20}, {16, 28}, {20, 12}};
  const std::vector<Extent2> large{{9, 12}, {16, 20}, {27, 24}, {32, 60}, {64, 48}};
  return {
      {"three_64_64", three, 64, 64, {128, 96}, large},
      {"three_128_64", three, 128, 64, {96, 128}, large},
      {"three_256_128", three, 256, 128, {48, 32}, small},
      {"three_512_512", three, 512, 512, {24, 32}, small},
      {"three_1024_256", three, 1024, 256, {20, 32}, small},
      {"three_256_1024", three, 256, 1024, {20, 32}, small},
      {"three_turned_128_64", turned, 128, 64, {64, 64}, small},
      {"three_3_64", three, 3, 64, {128, 96}, large},
      {"three_4_16", three, 4, 16, {128, 96}, large},
      {"three_32_64", three, 32, 64, {128, 96}, large},
      {"three_17_24", three, 17, 24, {128, 96}, large},
      {"three_64_1040", three, 64, 1040, {24, 32}, small},
      {"strided_64_128",
       ops::Conv2d{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}},
       64,
       128,
       {64, 64},
       small},
      {"seven_64_128", ops::Conv2d{.kernel = {7, 7}, .padding = {3, 3}}, 64, 128, {32, 32}, small},
      {"seven_narrow_64_32",
       ops::Conv2d{.kernel = {7, 7}, .padding = {3, 3}},
       64,
       32,
       {24, 2},
       {{12, 2}, {18, 2}}},
      {"seven_turned_64_32",
       ops::ConvTranspose2d{.kernel = {7, 7}, .stride = {1, 1}, .padding = {3, 3}},
       64,
       32,
       {24, 2},
       {{12, 2}, {18, 2}}},
      {"dilated_64_64",
       ops::Conv2d{.kernel = {3, 3}, .padding = {4, 4}, .dilation = {4, 4}},
       64,
       64,
       {64, 64},
       small},
      {"one_64_2", one, 64, 2, {128, 128}, large},
      {"one_512_2", one, 512, 2, {64, 64}, large},
      {"one_100_100", one, 100, 100, {96, 64}, large},
      {"one_2048_256", one, 2048, 256, {24, 32}, small},
      {"one_strided_256_64", ops::Conv2d{.kernel = {1, 1}, .stride = {2, 2}}, 256, 64, {64, 64}, small},
      {"one_padded_256_64", ops::Conv2d{.kernel = {1, 1}, .padding = {1, 1}}, 256, 64, {64, 64}, small},
      {"up_256_128", twice, 256, 128, {64, 64}, large},
      {"up_1024_512", twice, 1024, 512, {20, 32}, small},
      {"up_twice_32_2",
       ops::ConvTranspose2d{.kernel = {4, 4}, .stride = {2, 2}, .padding = {1, 1}},
       32,
       2,
       {64, 64},
       small},
      {"up_eightfold_2_2",
       ops::ConvTranspose2d{.kernel = {16, 16}, .stride = {8, 8}, .padding = {4, 4}},
       2,
       2,
       {32, 32},
       small},
      {"up_eightfold_21_21",
       ops::ConvTranspose2d{.kernel = {16, 16}, .stride = {8, 8}, .padding = {4, 4}},
       21,
       21,
       {32, 32},
       small},
      {"up_three_64_64",
       ops::ConvTranspose2d{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .output_padding = {1, 1}},
       64,
       64,
       {48, 48},
       small},
      {"up_one_256_64",
       ops::ConvTranspose2d{.kernel = {1, 1}, .stride = {2, 2}, .output_padding = {1, 1}},
       256,
       64,
       {48, 48},
       small},
  };
}

std::string layer_name(const testing::TestParamInfo<std::tuple<Layer, Precision>>& info) {
  const auto& [layer, precision] = info.param;
  return layer.name + (precision == Precision::fast ? "_fast" : "_exact");
}

INSTANTIATE_TEST_SUITE_P(Fast, Invariance,
                         testing::Combine(testing::ValuesIn(layers()), testing::Values(Precision::fast)),
                         layer_name);

std::vector<Layer> three_by_three() {
  std::vector<Layer> found = layers();
  std::erase_if(found, [](const Layer& layer) { return !layer.name.starts_with("three_"); });
  return found;
}

INSTANTIATE_TEST_SUITE_P(Exact, Invariance,
                         testing::Combine(testing::ValuesIn(three_by_three()),
                                          testing::Values(Precision::exact)),
                         layer_name);

}  // namespace
}  // namespace terramask::tests
#endif
