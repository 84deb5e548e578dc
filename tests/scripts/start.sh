#!/usr/bin/env bash
# iai --version opens neither the runtime nor a registry, starts no thread pool and reads no file of its own; help neither.
set -uo pipefail
binary=$1
command -v strace >/dev/null || { echo "strace is not installed"; exit 77; }
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
cd "$scratch" && "$binary" init >/dev/null
export ASAN_OPTIONS=detect_leaks=0  # the leak checker cannot run under ptrace
failed=0
for words in --version help "help inspect"; do
  strace -f -e trace=file,network -o trace "$binary" $words >/dev/null || { cat trace; exit 1; }
  if grep -E 'registry\.db|libonnxruntime|socket\(|\.onnx"' trace; then echo "iai $words touches what it does not need"; failed=1; fi
  strace -c -f -o counts "$binary" $words >/dev/null
  calls=$(awk '$NF == "total" {print $4}' counts)
  echo "iai $words: $calls system calls"
done
exit $failed
