// What `terramask info` tells of a model.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "terramask/executor.hpp"
#include "terramask/model.hpp"

namespace terramask::tools {

/// Text for people: network, bands, classes, size, receptive field, work by tile size.
/// @param executor  whose kernels' alignment counts; null: none
std::string describe(const Model& model, const Executor* executor);
/// The same for scripts.
nlohmann::ordered_json as_json(const Model& model, const Executor* executor);

/// The steps of the inference graph on one patch, and its receptive field.
/// @param executor  who makes the plan; null: the plan no device has changed
std::string describe_plan(const Model& model, std::int64_t patch, const Executor* executor);

}  // namespace terramask::tools
