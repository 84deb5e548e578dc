#!/usr/bin/env bash
# Writes man/ and completions/ anew from the binary: scripts/generate.sh [BINARY]. Their test compares them with it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
binary=$(realpath "${1:-$root/build/iai}")
mkdir -p "$root/man" "$root/completions"
rm -f "$root"/man/*.[15]
"$binary" generate man "$root/man" >/dev/null
for shell in bash zsh fish; do "$binary" generate $shell "$root/completions" >/dev/null; done
