#!/usr/bin/env bash
# clang-format, in the version that the tree is formatted with, and clang-tidy over the sources, as many at a time as JOBS; one
# that was clean is not looked at again until it, a header or .clang-tidy changes: scripts/lint.sh BUILD [JOBS] [FILE...]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 jobs=${2:-$(nproc)}
shift $(($# < 2 ? $# : 2))
if [ $# -eq 0 ] && clang-format --version | grep -q 'version 14\.'; then git ls-files -z '*.cpp' '*.hpp' | xargs -0 clang-format -n -Werror; fi
mkdir -p "$build/lint"
headers=$(git ls-files -s '*.hpp' .clang-tidy | sha256sum; git ls-files '*.hpp' .clang-tidy | xargs cat | sha256sum)
export build headers
lint() {
  local stamp=$build/lint/${1//\//-} want
  want="$headers $(sha256sum <"$1")"
  [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && return
  # The compile commands are g++'s; warnings that clang does not know are no finding.
  clang-tidy -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option "$1" 2>"$stamp.log" && echo "$want" >"$stamp" || {
    grep -E 'error:' "$stamp.log" || true
    return 1
  }
}
export -f lint
if [ $# -gt 0 ]; then printf '%s\0' "$@"; else git ls-files -z '*.cpp' ':!tests/fuzz' ':!tests/bench'; fi |
  xargs -0 -n 1 -P "$jobs" bash -c 'lint "$1"' lint
