#pragma once

// What a ConfigError says.

#include <string>

#include "deadcone/errors.hpp"

namespace deadcone::test {

/// The words of the ConfigError that call() throws; none where it throws nothing.
template <class Call>
std::string config_fault(const Call& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace deadcone::test
