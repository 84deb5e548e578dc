#!/usr/bin/env bash
# Every verb against every kind of bad input (tests/hostile.py).
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
exec python3 "$2/tests/hostile.py" "$1" "$2"
