#!/usr/bin/env bash
# planted-faults.csv says what is in raw/bench-2026.zip: each text stands where it says, and nothing else is odd.
set -euo pipefail
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
python3 - "$2/examples/bearing" <<'CHECK'
import csv, re, sys, zipfile
from pathlib import Path

folder = Path(sys.argv[1])
archive = zipfile.ZipFile(folder / "raw" / "bench-2026.zip")
files = {name: archive.read(name).decode("cp1252").split("\r\n") for name in archive.namelist()}
faults = list(csv.DictReader(open(folder / "planted-faults.csv", encoding="utf-8", newline="")))
assert {f["kind"] for f in faults} == {"drop-out", "error word", "out of range", "stuck channel", "gap", "repeated time", "duplicated file"}
known = set()
for fault in faults:
    lines = files[fault["file"]]
    if fault["kind"] == "duplicated file":
        assert lines == files[fault["text"]], fault
        continue
    header = lines[6].split(";")
    for line in range(int(fault["first_line"]), int(fault["last_line"]) + 1):
        cell = lines[line - 1].split(";")[header.index(fault["column"])]
        assert fault["kind"] == "gap" or cell == fault["text"], (fault, line, cell)
        known.add((fault["file"], line, header.index(fault["column"])))
number = re.compile(r"\d+(,\d+)?$")
for name, lines in files.items():
    for line, text in enumerate(lines[8:-1], 9):
        for column, cell in enumerate(text.split(";")[1:-1], 1):
            assert number.match(cell) or (name, line, column) in known, (name, line, column, cell)
labels = list(csv.DictReader(open(folder / "labels.csv", encoding="utf-8", newline="")))
assert {l["file"] for l in labels} == {n for n in files if "Kopie" not in n}
assert not {f["file"] for f in faults} & {l["file"] for l in labels if l["split"] == "evaluation"}
CHECK
