#!/usr/bin/env bash
# Runs clang-tidy (.clang-tidy; its warnings are errors) over src/ and tools/, one file a processor at a time. All files
# take about 40 minutes of one processor, so that it is no part of tools/check.sh.
#   tools/tidy.sh [--since COMMIT]     only files that differ from COMMIT, with what includes a header that does
set -euo pipefail
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

command -v run-clang-tidy >/dev/null || { echo "clang-tidy is missing: apt-get install clang-tidy" >&2; exit 1; }
cmake --preset release >/dev/null
files=$(find src tools -name '*.cpp' | sort)
if [ "${1:-}" = --since ]; then
  changed=$(git diff --name-only "${2:?--since needs a commit}" -- src include tools)
  wanted=$(grep '\.cpp$' <<<"$changed" || true)
  # What includes a changed header itself; further in, an including header would have to change to be looked at.
  for header in $(grep '\.hpp$' <<<"$changed" || true); do
    wanted+=$'\n'$(grep -lF "#include \"$(sed -E 's#^(src|include|tools)/##' <<<"$header")\"" $files || true)
  done
  files=$(comm -12 <(sort -u <<<"$wanted") <(sort <<<"$files"))
fi
if [ -z "$files" ]; then echo "nothing to check"; exit 0; fi
printf '%s\n' "$files" | sed 's/[.+]/\\&/g; s#^#/#; s/$/$/' |
  xargs run-clang-tidy -p build/release -quiet -j "$(nproc)" 2>/dev/null
