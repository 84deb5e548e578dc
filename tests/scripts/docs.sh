#!/usr/bin/env bash
# The documents in docs/ show what their commands print (tests/docs.py).
set -euo pipefail
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
cd "$2"
python3 tests/docs.py "$1" "$2" docs/*.md
