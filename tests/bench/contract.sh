#!/usr/bin/env bash
# iai validate against DuckDB in SQL and pandera on 200 MB of sensor text under a contract of 13 rules (eight ranges, two patterns,
# two sets, a unique serial): CPU seconds of the whole process (user and system), each tool with the threads it takes by itself, turns
# alternating, the best of each; peak memory; then the same on a damaged file, where each has to find the same number of faults; then
# the time from a cold start to the verdict on 1,000 rows, beside Great Expectations and datacontract-cli too.
#   tests/bench/contract.sh [BUILD [SOURCE]]   IAI_BENCH_TURNS (3), IAI_BENCH_MEGABYTES (200), IAI_BENCH_FOLDER for the files
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
iai=$(realpath "${1:-$root/build}")/iai
source=${2:-$root}
megabytes=${IAI_BENCH_MEGABYTES:-200}
work=$(mktemp -d "${IAI_BENCH_FOLDER:-/var/tmp}/iai-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 "$source/tests/bench/sensor_text.py" "$work/whole.csv" "$megabytes"
head -1001 "$work/whole.csv" >"$work/short.csv"
# Faults: 2,000 values out of range, 1,000 serials that are there already, 500 unknown states, 300 tools of another form.
awk -F, -v OFS=, 'NR > 1 { if (NR % 1000 == 7) $3 = "999.5"; if (NR % 2000 == 11) $2 = "SN000000001"; if (NR % 4000 == 13) $11 = "BROKEN"; if (NR % 6000 == 17) $12 = "X1" } 1' "$work/whole.csv" >"$work/damaged.csv"
cp "$source/tests/bench/contract.yaml" "$work/contract.yaml"
for tool in peers gx datacontract; do python3 -m venv "$work/$tool"; done
"$work/peers/bin/pip" install -qq duckdb==2.0.1 pandera==0.35.0 pandas==3.1.1 numpy==2.4.6
"$work/gx/bin/pip" install -qq great_expectations==1.24.1 || echo "Great Expectations: does not install here"
"$work/datacontract/bin/pip" install -qq "datacontract-cli[csv,duckdb]==1.2.8" || echo "datacontract-cli: does not install here"
for tool in peers gx datacontract; do "$work/$tool/bin/pip" list 2>/dev/null | grep -iE '^(duckdb|pandera|pandas|great_expectations|datacontract-cli) ' || true; done
python=$work/peers/bin/python
peers=$source/tests/bench/contract_peers.py

source "$source/tests/bench/turns.bash"
show() {  # speed|start WHAT NAME...
  echo "== $2"
  for name in "${@:3}"; do
    [[ -n ${best[$name]:-} ]] || continue
    awk -v kind="$1" -v name="$name" -v s="${best[$name]}" -v w="${wall[$name]}" -v ours="${best[$3]}" -v ours_wall="${wall[$3]}" -v m="$megabytes" -v k="${memory[$name]}" 'BEGIN {
      if (kind == "speed") printf "%-20s %6.2f CPU s  %5.0f MB per CPU second  %5.2f x iai  %4.0f MiB at most  %6.2f s\n", name, s, m / s, s / ours, k / 1024, w
      else printf "%-20s %7.3f s  %6.1f x iai  %4.0f MiB at most\n", name, w, w / ours_wall, k / 1024 }'
  done
}

for _ in $(seq "${IAI_BENCH_TURNS:-3}"); do
  turn iai "$iai" --no-record validate "$work/whole.csv" --contract "$work/contract.yaml"
  turn "iai, 1 thread" "$iai" --no-record validate "$work/whole.csv" --contract "$work/contract.yaml" --threads 1
  turn DuckDB "$python" "$peers" duckdb "$work/whole.csv"
  turn "DuckDB, 1 thread" "$python" "$peers" duckdb-1 "$work/whole.csv"
  turn pandera "$python" "$peers" pandera "$work/whole.csv"
done
show speed "the whole file, no fault" iai "iai, 1 thread" DuckDB "DuckDB, 1 thread" pandera

echo "== faults found in the damaged file"
"$iai" --no-record validate "$work/damaged.csv" --contract "$work/contract.yaml" --limit 0 | sed -n '/broken rules/,$p' || true
for tool in duckdb pandera; do echo "$tool: $("$python" "$peers" "$tool" "$work/damaged.csv")"; done

best=() wall=() memory=()
for _ in 1 2 3 4 5; do
  turn "iai" "$iai" --no-record validate "$work/short.csv" --contract "$work/contract.yaml"
  turn "pandera" "$python" "$peers" pandera "$work/short.csv"
  turn "DuckDB" "$python" "$peers" duckdb "$work/short.csv"
  [[ -x $work/gx/bin/python ]] && "$work/gx/bin/python" -c 'import great_expectations' 2>/dev/null && turn "Great Expectations" "$work/gx/bin/python" "$peers" gx "$work/short.csv"
  [[ -x $work/datacontract/bin/datacontract ]] && "$work/datacontract/bin/python" "$peers" datacontract-file "$work/short.csv" >"$work/datacontract.yaml" &&
    turn "datacontract-cli" "$work/datacontract/bin/datacontract" test "$work/datacontract.yaml"
done
show start "a cold start to the verdict on 1,000 rows" "iai" "DuckDB" "pandera" "Great Expectations" "datacontract-cli"
