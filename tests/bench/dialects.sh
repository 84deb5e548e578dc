#!/usr/bin/env bash
# 60 delimited files as plants write them (tests/dialects/make.py): the share of cells that iai and its peers type right when
# they are given the path and nothing else. dialects.sh BUILD SOURCE [FOLDER]; the peers, pinned, are installed into FOLDER
# (default: a scratch folder that goes again).
set -euo pipefail
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
peers=${3:-$work/peers}
[ -x "$peers/bin/python" ] || python3 -m venv "$peers"
"$peers/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1 duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1
cmake --build "$build" --target iai_cells >/dev/null
python3 "$source/tests/dialects/make.py" "$work/files"
python3 "$source/tests/dialects/compare.py" "$work/files" "$build/iai_cells" || true
"$peers/bin/python" "$source/tests/dialects/peers.py" "$work/files"
