#!/usr/bin/env bash
# The whole demo, and a long bench, reach no network: no socket but the machine's own (AF_UNIX, which the C library opens to ask the name
# service cache who the user is). Skipped (77) where strace is missing or may not trace.
set -euo pipefail
binary=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
command -v strace >/dev/null || { echo "no strace"; exit 77; }
strace -f -o "$folder/probe" true 2>/dev/null || { echo "strace may not trace here"; exit 77; }
export ASAN_OPTIONS=detect_leaks=0  # the leak checker cannot run under ptrace
IAI_BUILD=$(dirname "$binary") strace -f -qq -e trace=network -o "$folder/calls" \
  bash "$source/scripts/demo.sh" "$folder/demo" >"$folder/log" 2>&1 || {
  # Sanitizers take memory of their own, more than the demo's policy allows the model: then only what they say counts.
  if [ -n "${IAI_SANITIZE:-}" ] && ! grep -qE 'Sanitizer|runtime error' "$folder/log"; then echo "the demo's limits do not hold under sanitizers"; exit 77; fi
  tail -20 "$folder/log"; exit 1
}
# ONNX Runtime 1.32 starts to report to its maker some seconds after it was loaded, unless told not to: run that long.
strace -f -qq -e trace=network -o "$folder/calls-of-bench" "$binary" bench "$source/examples/bearing/model.onnx" --seconds 15 --no-record >/dev/null 2>&1
if cat "$folder"/calls* | grep -E 'socket\(' | grep -v 'AF_UNIX' >"$folder/found"; then
  echo "the demo used the network:"
  head -5 "$folder/found"
  exit 1
fi
