#pragma once

// One call of deadcone.birth().

#include <string>

#include "deadcone/network/birth.hpp"
#include "run.hpp"

namespace deadcone::python {

class BirthRun final : public Run {
 public:
  BirthRun(BirthSweep sweep, const Execution& execution, Output output, std::string call);

 private:
  Schema schema() const override;
  void compute(ResultArrays* arrays) override;

  BirthSweep sweep_;
};

}  // namespace deadcone::python
