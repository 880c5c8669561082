#pragma once

#include <string>
#include <string_view>

namespace deadcone {

/// An argument as one would type it in a shell: as it is, in single quotes, or in $'...' where it has control
/// characters or is no UTF-8. The result is printable UTF-8 in one line.
std::string quoted_for_shell(std::string_view argument);

}  // namespace deadcone
