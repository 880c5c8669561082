#pragma once

#include <string>

#include "deadcone/errors.hpp"

namespace deadcone {

/// The option that sets a parameter of the library: "--tol" for "tolerance".
std::string option_of(const std::string& parameter);

/// An error for a user of the command line: with the option in the place of the parameter, and with what the user can
/// do.
std::string text_for_user(const Error& error);

/// A message of unknown parts (names of files, arguments) as one line of at most 500 bytes that a terminal can show:
/// with '?' for control characters and what is no UTF-8, and "..." for what is left out of the middle.
std::string in_one_line(std::string message);

}  // namespace deadcone
