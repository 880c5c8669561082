#pragma once

// Compares a file with what its configuration asks for, as far as that needs no computing: coordinates, scalars, attributes.

#include <string>
#include <vector>

#include "file/schema.hpp"

namespace deadcone {

struct SchemaCheck {
  std::vector<std::string> wrong;      ///< what differs, each in words
  std::vector<std::string> unchecked;  ///< what nothing here follows from: names of datasets and attributes
};

/// Compares all of a file but its results, which are the pixel and point fields of its Schema; of these, attributes only.
/// Texts that only describe, like `long_name`, are compared where this very program wrote the file and no tool has
/// rewritten it. Throws StorageError where the file cannot be read.
SchemaCheck check_against_schema(const std::string& path, const SchemaSource& schema_of);

}  // namespace deadcone
