#pragma once

#include <string>

#include "deadcone/errors.hpp"

namespace deadcone {

/// The option that sets a parameter of the library: "--tol" for "tolerance".
std::string option_of(const std::string& parameter);

/// An error for a user of the command line: with the option in the place of the parameter, and with what the user can do.
std::string text_for_user(const Error& error);

}  // namespace deadcone
