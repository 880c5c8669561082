#pragma once

// Numbers, axes, windows and names from text, and back.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"

namespace deadcone {

/// The parts of a text between separators: one more than there are separators.
std::vector<std::string> split(const std::string& text, char separator);

/// A finite or infinite number, all of `text`. Throws ConfigError, as all of these do, with one line that quotes the
/// text.
double parse_number(const std::string& text);

/// An integer in [lo, hi], all of `text`.
std::int64_t parse_integer(const std::string& text, std::int64_t lo,
                           std::int64_t hi = std::numeric_limits<std::int64_t>::max());

/// An axis: a value `0.9`, a list `0,0.7,0.9`, `LO:HI:N` (N points, both ends included) or `log:LO:HI:N`.
std::vector<double> parse_axis(const std::string& text);

/// A range of pixels `LO:HI:N`.
Range parse_range(const std::string& text);

/// The same for an axis of a plane: or `log:LO:HI:N`.
Range parse_plane_range(const std::string& text);

/// The two axes of a plane, `X,Y`: sets those of `plane`, not their ranges.
void parse_plane(const std::string& text, Plane& plane);

/// The fields to keep, a list of `fate` and of the words of `options`; sets those of `sweep`.
void parse_fields(const std::string& text, const std::vector<FieldOption>& options, Sweep& sweep);

/// A value of an enumeration by its name.
template <class Kind>
Kind parse_name(const std::string& text) {
  for (const Named<Kind>& value : NameTable<Kind>::values) {
    if (text == value.name) return value.kind;
  }
  throw ConfigError("'" + text + "' is not " + NameTable<Kind>::what + ": " + join_names<Kind>(", "));
}
/// The name of a kind of refinement; "true" and "false", as a flag has them, mean borders and none.
RefinementKind parse_refinement(const std::string& text);

/// The axes that are dimensions of the file and name a point, by number: the first two that are not in the plane always,
/// the others where they have several values.
std::vector<std::size_t> dimensions(const Sweep& sweep);

/// The values of a point along those axes, in words: "beta 0.9, gamma 0.1".
std::string point_name(const Sweep& sweep, std::int64_t index);

/// What callers give a parameter of the configuration as, which ConfigError names by its member: an option, or an argument.
std::string given_name(const std::string& parameter);

/// The rule for a number in words: "in [0, 1)", "> 0 and finite", "finite".
std::string in_words(const Bounds& bounds);

/// The same for an integer: "from 1 to 4096".
std::string in_words(std::int64_t lo, std::int64_t hi);

/// The shortest text that reads back as the same number of the same type.
std::string shortest(double value);
std::string shortest(float value);

}  // namespace deadcone
