#!/usr/bin/env bash
# iai ingest against pandas' read_csv + describe on the same table: CPU seconds for a megabyte, as a ratio in one run.
# iai also digests every byte, finds the dialect, counts distinct values and sketches quantiles.
# ingest.sh BUILD SOURCE. IAI_BENCH_PYTHON: a Python with pandas (python3 -m venv V && V/bin/pip install pandas).
set -euo pipefail
iai=$1/iai python=${IAI_BENCH_PYTHON:-python3}
"$python" -c 'import pandas' 2>/dev/null || { echo "skipped: $python has no pandas, name one that has in IAI_BENCH_PYTHON"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" - "$work/t.csv" <<'MAKE'
import random, sys
random.seed(1)
with open(sys.argv[1], "w") as out:
    out.write("time;run;a;b;c;d;e;state\n")
    for i in range(1_000_000):
        out.write(f"2026-03-01 {i // 180000 % 24:02}:{i // 3000 % 60:02}:{i // 50 % 60:02}.{i % 50 * 2:02};{i // 1200};" +
                  ";".join(f"{random.gauss(20, 5):.3f}" for _ in range(5)) + f";{random.choice(['on', 'off', 'idle'])}\n")
MAKE
cpu() { local TIMEFORMAT='%U %S'; { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{print $1 + $2}'; }
megabytes=$(stat -c %s "$work/t.csv" | awk '{print $1 / 1e6}')
started=$(cpu "$python" -c 'import pandas')  # not counted
ours=() theirs=()
for _ in 1 2 3; do
  ours+=("$(cpu "$iai" --no-record ingest "$work/t.csv" -o "$work/ds" --overwrite)")
  theirs+=("$(cpu "$python" -c "import pandas as p; d = p.read_csv('$work/t.csv', sep=';', parse_dates=['time']); d.describe(include='all'); d.nunique()")")
done
best() { printf '%s\n' "$@" | sort -n | head -1; }
awk -v m="$megabytes" -v a="$(best "${ours[@]}")" -v b="$(best "${theirs[@]}")" -v s="$started" \
  'BEGIN { b -= s; printf "%.0f MB: iai %.1f MB per CPU second, pandas %.1f, ratio %.2f\n", m, m / a, m / b, b / a }'
