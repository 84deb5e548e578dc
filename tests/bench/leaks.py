"""Planted leaks in tables: recall of each kind, and alarms on splits that are clean.

    leaks.py IAI FOLDER SETS

Each set is one table of twelve machines with six correlated signals; the truth is which rows were planted.
"""
import json
import os
import random
import subprocess
import sys

MACHINES, ROWS, WINDOW = 12, 300, 30


def machine_rows(draw, machine):
    level = [draw.gauss(0, 1) for _ in range(6)]
    value = list(level)
    for t in range(ROWS):
        value = [0.9 * v + 0.1 * l + draw.gauss(0, 0.4) for v, l in zip(value, level)]
        yield {"machine": f"M{machine:02}", "t": t, "split": "", "x": [100 + 10 * value[0], value[1], 5 * value[2], 0.1 * value[3], value[4], 1000 * value[5]], "y": round(sum(value), 3)}


def by_group(draw):
    """Eight machines train, four test."""
    rows = [row for machine in range(MACHINES) for row in machine_rows(draw, machine)]
    test = set(draw.sample(range(MACHINES), 4))
    for row in rows:
        row["split"] = "test" if int(row["machine"][1:]) in test else "train"
    return rows


def by_time(draw):
    """Of each machine the first 180 rows train, the last 90 test, and between them the length of a window is left out."""
    rows = [row for machine in range(MACHINES) for row in machine_rows(draw, machine)]
    for row in rows:
        row["split"] = "train" if row["t"] < 180 else "left out" if row["t"] < 180 + WINDOW else "test"
    return rows


def plant_group(draw, rows):
    truth = set()
    for machine in draw.sample(range(MACHINES), draw.randint(1, 3)):
        mine = [row for row in rows if row["machine"] == f"M{machine:02}"]
        begin, count = draw.randrange(0, ROWS - 60), draw.randint(1, 50)
        for row in mine[begin:begin + count]:
            row["split"] = "test" if row["split"] == "train" else "train"
        truth.add(f"M{machine:02}")
    return truth


def plant_time(draw, rows):
    later = draw.sample([row for row in rows if row["t"] > 180 + WINDOW], draw.randint(1, 8))
    for row in later:
        row["split"] = "train"
    return {rows.index(row) + 1 for row in later}


def plant_window(draw, rows):
    truth = set()
    for machine in draw.sample(range(MACHINES), draw.randint(1, 4)):
        gap = draw.randint(0, WINDOW - 2)
        for row in rows:
            if row["machine"] == f"M{machine:02}" and 180 + gap <= row["t"] < 180 + WINDOW:
                row["split"] = "test"
        truth.add(machine * ROWS + 180 + gap + 1)
    return truth


def plant_near(draw, rows, change):
    """Copies of rows of the one split, changed a little, in the place of rows of the other."""
    deviations = [(sum((row["x"][f] - mean) ** 2 for row in rows) / len(rows)) ** 0.5
                  for f, mean in ((f, sum(row["x"][f] for row in rows) / len(rows)) for f in range(6))]
    truth, used = set(), set()
    for _ in range(draw.randint(1, 6)):
        while True:
            source, target = draw.randrange(len(rows)), draw.randrange(len(rows))
            if rows[source]["split"] != rows[target]["split"] and not used & {source, target}:
                break
        used |= {source, target}
        rows[target]["x"] = [change(draw, value, deviation) for value, deviation in zip(rows[source]["x"], deviations)]
        truth.add(max(source, target) + 1)
    return truth


def write(folder, rows):
    with open(f"{folder}/t.csv", "w") as file:
        file.write("machine;t;split;a;b;c;d;e;f;y\n")
        for row in rows:
            file.write(f"{row['machine']};{row['t']};{row['split']};" + ";".join(f"{value:.6g}" for value in row["x"]) + f";{row['y']}\n")


def judge(iai, folder, rows, rules):
    write(folder, rows)
    with open(f"{folder}/c.yaml", "w") as file:
        file.write("tables:\n  - files: t.csv\n    columns: [" + ", ".join(f"{{name: {name}}}" for name in ["machine", "t", "split", *"abcdefy"])
                   + "]\n    learning: {label: {column: y, kind: number}, group: machine, time: t, features: [a, b, c, d, e, f], near_rows: error, " + rules + "}\n")
    answer = json.loads(subprocess.run([iai, "--no-record", "--json", "validate", "t.csv", "--contract", "c.yaml", "--limit", "100000"], cwd=folder, stdout=subprocess.PIPE, check=False).stdout)
    return answer["violation_places"]


GROUP = "splits: {column: split}"
TIME = "splits: {column: split, order: [train, test], ignore: [left out]}, group_leakage: allow, windows: %d" % WINDOW
KINDS = [
    # kind, design, its rules, how it is planted, the rule that must tell it, what names a plant in a finding
    ("group: part of a machine moved", by_group, GROUP, plant_group, "learning/group-leakage", lambda place: place["value"]),
    ("time: rows of train later than test", by_time, TIME, plant_time, "learning/time-leakage", None),
    ("window: splits nearer than a window", by_time, TIME, plant_window, "learning/windows", None),
    ("copied rows", by_group, GROUP, lambda d, r: plant_near(d, r, lambda draw, value, deviation: value), "learning/duplicate-rows", None),
    ("near rows: noise of 0.0008 deviations", by_group, GROUP, lambda d, r: plant_near(d, r, lambda draw, value, deviation: value + draw.uniform(-8e-4, 8e-4) * deviation), "learning/near-rows", None),
    ("near rows: four digits left", by_group, GROUP, lambda d, r: plant_near(d, r, lambda draw, value, deviation: round(value / deviation, 3) * deviation), "learning/near-rows", None),
]


def main():
    iai, folder, sets = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    failed = False
    for name, design, rules, plant, rule, named in KINDS:
        found = planted = other = 0
        for number in range(sets):
            draw = random.Random(f"{name} {number}")
            rows = design(draw)
            truth = plant(draw, rows)
            places = [place for place in judge(iai, folder, rows, rules) if place["rule"] == rule]
            told = set()
            for place in places:
                told |= {named(place)} if named else set(range(place["row"], place["last_row"] + 1))
            found += len(told & truth)
            planted += len(truth)
            other += len(told - truth)
        failed |= found < 0.95 * planted
        print(f"{name:40} {found:4} of {planted:4} found: recall {found / planted:.3f}; {other} others of the rule {rule}")
    for name, design, rules in (("split by group", by_group, GROUP), ("split by time", by_time, TIME)):
        alarms = 0
        for number in range(sets):
            places = judge(iai, folder, design(random.Random(f"clean {name} {number}")), rules)
            alarms += bool([place for place in places if place["severity"] == "error"])
        failed |= alarms > 0
        print(f"clean, {name:33} {alarms:4} of {sets:4} sets with an alarm")
    sys.exit(failed)


main()
