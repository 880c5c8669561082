#pragma once

// Names of the values of an enumeration: one table beside each enumeration serves the command line, its help, messages
// and files.

#include <array>
#include <cstddef>
#include <string>

namespace deadcone {

/// One value of an enumeration, its name on the command line and in files, and its meaning.
template <class Kind>
struct Named {
  Kind kind;
  const char* name;
  const char* meaning;
};

/// The table of an enumeration. A specialisation has `what`, the enumeration in words ("a stop rule"), and `values`, an
/// array of Named<Kind>.
template <class Kind>
struct NameTable;

/// How many values the table of an enumeration has.
template <class Kind>
inline constexpr std::size_t count_of = NameTable<Kind>::values.size();

/// The name of a value; empty for a value that is not in the table.
template <class Kind>
constexpr const char* name_of(Kind kind) {
  for (const Named<Kind>& value : NameTable<Kind>::values) {
    if (value.kind == kind) return value.name;
  }
  return "";
}

/// The meaning of a value; empty for a value that is not in the table.
template <class Kind>
constexpr const char* meaning_of(Kind kind) {
  for (const Named<Kind>& value : NameTable<Kind>::values) {
    if (value.kind == kind) return value.meaning;
  }
  return "";
}

/// All names with a separator between them: "stationary|update".
template <class Kind>
std::string join_names(const std::string& separator) {
  std::string text;
  for (const Named<Kind>& value : NameTable<Kind>::values) text += (text.empty() ? "" : separator) + value.name;
  return text;
}

/// All names with their meanings: "stationary (...), update (...)".
template <class Kind>
std::string explain_names() {
  std::string text;
  for (const Named<Kind>& value : NameTable<Kind>::values) {
    text += (text.empty() ? "" : ", ") + std::string(value.name) + " (" + value.meaning + ")";
  }
  return text;
}

}  // namespace deadcone
