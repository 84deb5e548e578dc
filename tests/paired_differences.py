"""Holds the differences of iai compare against those of iai evaluate over the same samples: paired_differences.py REFERENCE MODEL TASK"""
import json
import subprocess
import sys

reference, model, task = sys.argv[1:]


def run(verb):
    command = ["iai", "--json", "--no-record", verb, reference, model, "--task", task]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


compared, evaluated = run("compare"), run("evaluate")
differences = {row["metric"]: row for row in evaluated["differences"]}
for row in compared["metrics"]:
    other = differences[row["metric"]]
    same = [row["difference"], row["low"], row["high"]] == [other["value"], other["low"], other["high"]]
    print(row["metric"], "differs" if row["difference"] else "does not differ", row["interval"], "as evaluate" if same else (row, other))
print(compared["primary_test"]["test"], 0 < compared["primary_test"]["p"] <= 1, "flips" in compared)
for row in compared.get("slices", []):
    print(row["group"], row["metric"], row["n"], "p_holm" in row)
