#!/usr/bin/env bash
# iai validate's sensor rules over 200 series with planted faults of ten kinds and 200 clean ones (tests/sensor_faults.py): precision
# and recall of each kind, alarms on clean series, CPU seconds (user and system) of the whole process; beside it SaQC, whose functions
# get limits learned from 100 more clean series, the dialect and the sampling period, where iai is told the columns' names only.
#   tests/bench/sensors.sh [BUILD [SOURCE]]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
iai=$(realpath "${1:-$root/build}")/iai source=${2:-$root}
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$source/tests/bench/turns.bash"
bench=$source/tests/bench/sensors.py
python3 "$source/tests/sensor_faults.py" make "$work/data" 200 300
mkdir "$work/history"
mv "$work"/data/run-4??.csv "$work/history/"
judge() { "$iai" --no-record --json validate "$work/data" --contract "$work/contract.yaml" --limit 1000000 || [ $? = 1 ]; }
judge >"$work/iai.json"
for _ in 1 2 3; do turn iai "$iai" --no-record validate "$work/data" --contract "$work/contract.yaml" --limit 0; done 2>/dev/null

peer=saqc==2.9.1
if { python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q "$peer"; } >"$work/pip.log" 2>&1; then
  python=("$work/venv/bin/python" -W ignore)
  "${python[@]}" "$bench" learn "$work/history" "$work/limits.json"
  turn "SaQC 2.9.1" "${python[@]}" "$bench" find "$work/data" "$work/limits.json" "$work/saqc.json"
  found=$work/saqc.json
  [ -e "$found" ] || exit 1  # turn has said why
else
  echo "$peer does not install here: $(grep -m 1 ERROR "$work/pip.log" || tail -1 "$work/pip.log")"
fi
python3 "$bench" table "$work/truth.json" "$work/data" "$work/iai.json" ${found:+"$found"}
for name in iai "SaQC 2.9.1"; do
  [ -z "${best[$name]:-}" ] || awk -v name="$name" -v s="${best[$name]}" -v ours="${best[iai]}" -v k="${memory[$name]}" \
    'BEGIN { printf "%-11s %7.2f CPU s  %6.1f x iai  %4.0f MiB at most\n", name, s, s / ours, k / 1024 }'
done
