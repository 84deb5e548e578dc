#!/usr/bin/env bash
# iai ingest against DuckDB's SUMMARIZE and the describe of Polars and pandas on 200 MB of sensor text: CPU seconds of the whole
# process (user and system), each tool with the threads it takes by itself, turns alternating, the best of each. iai also digests
# every byte, finds the dialect, counts values, keeps quantile sketches, runs, periods and correlations. Then memory at 0.5 and 5 GB.
#   tests/bench/ingest.sh [BUILD [SOURCE]]   IAI_BENCH_TURNS (3), IAI_BENCH_MEGABYTES (200), IAI_BENCH_LARGE=1 for the 5 GB,
#   IAI_BENCH_FOLDER for the files
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
iai=$(realpath "${1:-$root/build}")/iai
source=${2:-$root}
work=$(mktemp -d "${IAI_BENCH_FOLDER:-/var/tmp}/iai-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
make=$source/tests/bench/sensor_text.py
python3 "$make" "$work/point.csv" "${IAI_BENCH_MEGABYTES:-200}"
python3 "$make" "$work/comma.csv" "${IAI_BENCH_MEGABYTES:-200}" --decimal-comma
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq duckdb==2.0.1 polars==2.1.0 pandas==3.1.1 numpy==2.4.6
python=$work/venv/bin/python
megabytes=$(stat -c %s "$work/point.csv" | awk '{print $1 / 1e6}')

source "$source/tests/bench/turns.bash"
for _ in $(seq "${IAI_BENCH_TURNS:-3}"); do
  turn iai "$iai" --no-record ingest "$work/point.csv" -o "$work/ds" --overwrite
  turn "iai, decimal comma" "$iai" --no-record ingest "$work/comma.csv" -o "$work/ds" --overwrite
  turn "iai, 1 thread" "$iai" --no-record ingest "$work/point.csv" -o "$work/ds" --overwrite --threads 1
  turn "iai, 2 threads" "$iai" --no-record ingest "$work/point.csv" -o "$work/ds" --overwrite --threads 2
  turn DuckDB "$python" -c "import duckdb; duckdb.sql(\"SUMMARIZE FROM '$work/point.csv'\").fetchall()"
  turn "DuckDB, 1 thread" "$python" -c "import duckdb; duckdb.sql('SET threads = 1'); duckdb.sql(\"SUMMARIZE FROM '$work/point.csv'\").fetchall()"
  turn Polars "$python" -c "import polars; polars.read_csv('$work/point.csv', try_parse_dates=True).describe()"
  POLARS_MAX_THREADS=1 turn "Polars, 1 thread" "$python" -c "import polars; polars.read_csv('$work/point.csv', try_parse_dates=True).describe()"
  turn pandas "$python" -c "import pandas; pandas.read_csv('$work/point.csv', parse_dates=['time']).describe(include='all')"
done
for name in iai "iai, decimal comma" "iai, 1 thread" "iai, 2 threads" DuckDB "DuckDB, 1 thread" Polars "Polars, 1 thread" pandas; do
  awk -v name="$name" -v s="${best[$name]}" -v w="${wall[$name]}" -v ours="${best[iai]}" -v m="$megabytes" \
    'BEGIN { printf "%-20s %6.2f CPU s  %6.2f s  %5.0f MB per CPU second  %5.2f x iai\n", name, s, w, m / s, s / ours }'
done

for size in 500 ${IAI_BENCH_LARGE:+5000}; do
  python3 "$make" "$work/large.csv" "$size"
  peak=$( { /usr/bin/time -f %M "$iai" --no-record --quiet ingest "$work/large.csv" -o "$work/ds" --overwrite >/dev/null; } 2>&1 | tail -1)
  echo "$size MB: $((peak / 1024)) MiB of memory at most"
  rm "$work/large.csv"
done
