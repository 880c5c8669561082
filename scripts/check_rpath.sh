#!/usr/bin/env bash
# Fails where the loader would look for the libraries of a program in the current folder, or in any that the program does not
# know: every entry of RPATH and RUNPATH must be absolute, or begin where the program lies.
#   scripts/check_rpath.sh FILE...
set -euo pipefail

failed=
for file in "$@"; do
  dynamic=$(LC_ALL=C readelf --dynamic --wide "$file")
  while IFS= read -r path; do
    [ -n "$path" ] || continue  # which the loader ignores
    # One more colon shows an empty entry at the end, too.
    while IFS= read -r -d : entry; do
      case $entry in
        # shellcheck disable=SC2016  # ORIGIN is the loader's
        /* | '$ORIGIN' | '$ORIGIN'/*) ;;
        *) echo "check_rpath: $file looks for libraries in '$entry': its path is '$path'" >&2; failed=yes ;;
      esac
    done <<<"$path:"
  done < <(sed -nE 's/.*\((RPATH|RUNPATH)\).*\[(.*)\]$/\2/p' <<<"$dynamic")
done
[ -z "$failed" ]
