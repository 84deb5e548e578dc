#!/usr/bin/env bash
# Start-up: iai --version against /bin/true, 200 runs each in turns. start.sh BUILD SOURCE. Goal: median under 5 ms.
set -euo pipefail
python3 - "$1/iai" <<'RUNS'
import statistics, subprocess, sys, time
def run(*command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * 1000
commands = {"iai --version": (sys.argv[1], "--version"), "iai help": (sys.argv[1], "help"), "true": ("/bin/true",)}
times = {name: [] for name in commands}
for _ in range(200):
    for name, command in commands.items():
        times[name].append(run(*command))
base = statistics.median(times["true"])
for name, values in times.items():
    print(f"{name}: median {statistics.median(values):.2f} ms, of it {statistics.median(values) - base:.2f} ms over starting any process")
RUNS
