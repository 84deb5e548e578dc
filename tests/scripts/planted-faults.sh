#!/usr/bin/env bash
# iai validate finds each fault of examples/bearing/planted-faults.csv at its file, rows, lines and byte, and no other.
set -euo pipefail
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bearing=$2/examples/bearing
"$1" --no-record --quiet ingest "$bearing/raw/bench-2026.zip" -o "$work/data-set" >/dev/null
for data in "$bearing/raw/bench-2026.zip" "$work/data-set"; do
  rc=0
  "$1" --no-record --json validate "$data" --contract "$bearing/contract.yaml" >"$work/found.json" || rc=$?
  [ "$rc" = 1 ] || { echo "exit code $rc, not 1"; exit 1; }
  python3 - "$bearing" "$work/found.json" <<'CHECK'
import csv, json, sys, zipfile
from pathlib import Path

folder, found = Path(sys.argv[1]), json.load(open(sys.argv[2]))
archive = zipfile.ZipFile(folder / "raw" / "bench-2026.zip")
rules = {"drop-out": "missing", "error word": "error-words", "out of range": "range", "stuck channel": "stuck", "gap": "B03-sampling",
         "repeated time": "B03-sampling", "duplicated file": "B01-duplicated-file"}
wanted = set()
for fault in csv.DictReader(open(folder / "planted-faults.csv", encoding="utf-8", newline="")):
    rule = rules[fault["kind"]]
    number = lambda key: int(fault[key]) if fault[key] else None
    wanted.add((rule if rule.startswith("B0") else fault["column"] + "/" + rule, "bench-2026.zip/" + fault["file"], fault["column"],
                number("first_row"), number("last_row"), number("first_line"), number("last_line")))
places = found["violation_places"]
got = {(p["rule"], p["file"], p["column"], p["row"], p["last_row"], p["line"], p["last_line"]) for p in places}
assert len(wanted) == 13
assert got == wanted, f"missed {wanted - got}, false alarm {got - wanted}"
for place in places:  # the byte offset is where the value stands in the file as stored
    if place["row"] is not None:
        stored = archive.read(place["file"].removeprefix("bench-2026.zip/"))
        value = place["value"].encode("cp1252")
        assert stored[place["byte"]:place["byte"] + len(value) + 1] == value + b";", place
        assert stored[:place["byte"]].count(b"\n") + 1 == place["line"], place
CHECK
done
