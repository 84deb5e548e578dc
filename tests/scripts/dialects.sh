#!/usr/bin/env bash
# 60 delimited files as plants write them: every cell of every file is typed right with no options.
set -euo pipefail
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
cells=$(dirname "$1")/iai_cells
[ -x "$cells" ] || { echo "no $cells"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$2/tests/dialects/make.py" "$work"
python3 "$2/tests/dialects/compare.py" "$work" "$cells"
