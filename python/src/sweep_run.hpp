#pragma once

// One call of deadcone.sweep().

#include <string>
#include <vector>

#include "run.hpp"

namespace deadcone::python {

class SweepRun final : public Run {
 public:
  SweepRun(Sweep sweep, const Execution& execution, Output output, std::string call);

  /// Where no theorem can hold, and what the results may be doubted for, too.
  std::vector<std::string> warnings() const override;

 private:
  Schema schema() const override;
  void compute(ResultArrays* arrays) override;

  Sweep sweep_;
  std::vector<std::string> remarks_;
};

}  // namespace deadcone::python
