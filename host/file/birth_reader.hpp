#pragma once

#include <cstdint>
#include <string>

#include "deadcone/network/birth.hpp"
#include "file/birth_experiment.hpp"
#include "file/result_reader.hpp"
#include "network/birth_json.hpp"

namespace deadcone {

/// The sweep of a file of births, and the file.
class BirthReader {
 public:
  explicit BirthReader(const std::string& path)
      : file_(path, [this](const std::string& configuration, const std::string& where) {
          sweep_ = birth_from_json(configuration, where);
          return birth_schema(sweep_);
        }) {}

  const BirthSweep& sweep() const { return sweep_; }
  const ResultReader& file() const { return file_; }
  BirthResult result(std::int64_t point) const { return birth_result(sweep_, point, file_.read_points({point, 1})); }

 private:
  BirthSweep sweep_;
  ResultReader file_;
};

}  // namespace deadcone
