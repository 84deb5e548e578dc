#!/usr/bin/env bash
# Files made to do harm, for every reader (tests/hostile_data.py).
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
exec python3 "$2/tests/hostile_data.py" "$1" "$2"
