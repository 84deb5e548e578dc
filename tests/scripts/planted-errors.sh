#!/usr/bin/env bash
# iai validate finds each of over 1,600 errors that tests/dialects/plant.py puts into text files, at its file, row, line, column and byte, and no other:
# on the files as they are, and on the data set that ingest made of them.
set -euo pipefail
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$2/tests/dialects/plant.py" "$work"
cd "$work"
"$1" --no-record --quiet ingest files -o data-set >/dev/null
for data in files data-set; do
  rc=0
  "$1" --no-record --json validate "$data" --contract contract.yaml --limit 1000000 >found.json || rc=$?
  [ "$rc" = 1 ] || { echo "exit code $rc, not 1"; exit 1; }
  python3 - <<'CHECK'
import collections, json
truth, found = json.load(open("planted.json")), json.load(open("found.json"))
key = lambda p: tuple(p[k] for k in ("rule", "file", "column", "row", "line", "byte"))
wanted = collections.Counter(map(key, truth["planted"]))
got = collections.Counter(key(place) for place in found["violation_places"])
missed, false = wanted - got, got - wanted
for kind in truth["counts"]:
    planted = [p for p in truth["planted"] if p["kind"] == kind]
    print(f"{kind}: {sum(key(p) not in missed for p in planted)} of {len(planted)} found")
print(f"{sum(false.values())} false alarms")
assert not missed and not false, f"missed {list(missed)[:5]}, false alarms {list(false)[:5]}"
assert found["violations"] == len(truth["planted"])
CHECK
done
