// Every key of a project file, described once: reading, writing and listing are visitors of the same
// description.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "dataset/project.hpp"
#include "keys/key_visitor.hpp"

namespace terramask::dataset {

using keys::Json;
using keys::KeyVisitor;
using keys::Place;

void visit_project(KeyVisitor& v, Project& project);
void visit_project_image(KeyVisitor& v, ProjectImage& image);

/// Parses "128-255" or "7" as low and high; empty if the text is neither.
std::optional<std::pair<int, int>> parse_values(const std::string& text);

}  // namespace terramask::dataset
