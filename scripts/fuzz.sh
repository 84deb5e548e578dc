#!/usr/bin/env bash
# Runs every fuzzer of a build for SECONDS each (default 20), JOBS at a time: scripts/fuzz.sh BUILD [SECONDS [JOBS]]. What breaks a
# reader is kept in BUILD/crashes, and run alone with: BUILD/fuzz_NAME BUILD/crashes/FILE
set -euo pipefail
build=$(realpath "$1") seconds=${2:-20} jobs=${3:-1}
source=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$build/corpus" "$build/crashes"
python3 "$source/tests/fuzz/corpus.py" "$build/seeds" "$source"
fuzz() {
  local name=${1##*/fuzz_} most=512
  mkdir -p "$build/corpus/$name" "$build/seeds/$name"
  # libhdf5 asks for as much memory as a damaged header says, and takes no for an answer.
  [ "$name" != arrays ] || most=0
  if "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=$most -print_final_stats=1 \
    -artifact_prefix="$build/crashes/$name-" "$build/corpus/$name" "$build/seeds/$name" >"$build/$name.log" 2>&1; then
    echo "fuzz $name: $(awk '/number_of_executed_units/ {print $2}' "$build/$name.log") runs, nothing found"
  else
    echo "fuzz $name: FAILED"; grep -E '^(==|SUMMARY|    #[0-9] )|runtime error|Test unit written' "$build/$name.log" | head -20 || true
    return 1
  fi
}
export -f fuzz
export build seconds
printf '%s\0' "$build"/fuzz_* | xargs -0 -n 1 -P "$jobs" bash -c 'fuzz "$1"' fuzz
