#include "train/ranks.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "train/settings.hpp"

namespace terramask::train {
namespace {

using Json = nlohmann::ordered_json;

// Describes the data in whole numbers: fractions may differ in their last digits between machines.
Json facts_of(const Dataset& dataset) {
  Json facts{{"program", TERRAMASK_VERSION}, {"images", Json::array()}};
  for (std::size_t i = 0; i < dataset.images(); ++i)
    facts["images"].push_back({{"width", dataset.grid(i).width}, {"height", dataset.grid(i).height}});
  for (const Part part : {Part::training, Part::validation, Part::test}) {
    Json& counts = facts["pixels"][to_string(part)];
    counts = Json::array({dataset.visible(part)});
    for (std::size_t c = 0; c < dataset.classes().size(); ++c) counts.push_back(dataset.count(part, c));
  }
  return facts;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

void broadcast_numbers(Communicator& ranks, std::vector<double>& numbers) {
  std::uint64_t count = numbers.size();
  ranks.broadcast(std::as_writable_bytes(std::span(&count, 1)), 0);
  numbers.resize(count);
  ranks.broadcast(std::as_writable_bytes(std::span(numbers)), 0);
}

}  // namespace

void check_same(Communicator& ranks, const std::string& identity, const Dataset& dataset) {
  if (ranks.alone()) return;
  Json all = Json::parse(identity);
  all["data"] = facts_of(dataset);
  const std::string own = all.dump();
  std::string theirs = own;
  ranks.broadcast(theirs, 0);
  if (own == theirs) return;
  throw Error(ErrorCode::mismatch,
              fmt::format("on {} the project or its data are not those of rank 0 ({})", host_name(),
                          first_difference(theirs, own)),
              "give all machines the same files, on a shared disk for instance");
}

Normalization measure_on_first(Communicator& ranks, const std::function<Normalization()>& measure) {
  Normalization found;
  if (ranks.first()) found = measure();
  if (ranks.alone()) return found;
  ranks.barrier();
  ranks.broadcast(std::as_writable_bytes(std::span(&found.method, 1)), 0);
  for (std::vector<double>* numbers : {&found.mean, &found.std, &found.matrix})
    broadcast_numbers(ranks, *numbers);
  found.bands.resize(found.mean.size());
  static_assert(std::is_trivially_copyable_v<BandSummary>);
  ranks.broadcast(std::as_writable_bytes(std::span(found.bands)), 0);
  ranks.broadcast(std::as_writable_bytes(std::span(&found.pixels, 1)), 0);
  return found;
}

void broadcast(Communicator& ranks, Parameters& tensors) {
  if (ranks.alone()) return;
  for (auto& [name, tensor] : tensors) {
    Tensor copy = *tensor;
    ranks.broadcast(copy.bytes(), 0);
    if (!ranks.first()) tensor = std::make_shared<const Tensor>(std::move(copy));
  }
}

void broadcast(Communicator& ranks, Checkpoint& state) {
  if (ranks.alone()) return;
  std::string text = ranks.first() ? facts_text(state) : std::string();
  ranks.broadcast(text, 0);
  if (!ranks.first()) state = parse_facts(text);
}

}  // namespace terramask::train
