"""Series of four sensors with planted faults of ten kinds, and what iai validate finds in them.

    sensor_faults.py make FOLDER [FAULTY [CLEAN]]   writes FOLDER/*.csv, contract.yaml, truth.json
    sensor_faults.py judge TRUTH REPORT             precision and recall of each kind from iai --json validate; exit 1 below 0.95

The sensors: vibration (noise with impacts), temperature (slow, in steps of 0.05), speed (load cycles), pressure (noise about a level).
"""
import datetime
import json
import math
import os
import random
import sys

KINDS = ["dead", "stuck", "saturated", "spike", "resolution", "step", "drift", "scale", "gap", "clock"]
SENSORS = ["vibration", "temperature", "speed", "pressure"]
ROWS = 1500
LOCATED = {"stuck": 5, "spike": 2, "gap": 2, "clock": 2, "step": 60}  # rows that a find may lie from the planted one


def signals(rng):
    cycle, phase, load = rng.uniform(150, 400), rng.uniform(0, 6.28), rng.uniform(0.9, 1.1)
    warm, level = rng.uniform(40, 44), rng.uniform(2.4, 2.6)
    columns = {name: [] for name in SENSORS}
    for i in range(ROWS):
        impact = rng.expovariate(1) * 0.4 if rng.random() < 0.05 else 0
        columns["vibration"].append(round(0.5 + abs(rng.gauss(0, 0.15)) + impact, 4))
        columns["temperature"].append(round((warm + 0.5 * math.sin(i / 700 + phase) + rng.gauss(0, 0.05)) * 20) / 20)
        columns["speed"].append(round(1500 * load + 60 * math.sin(i / cycle * 6.28 + phase) + rng.gauss(0, 4), 1))
        columns["pressure"].append(round(level + rng.gauss(0, 0.02), 3))
    return columns


def plant(kind, rng, columns, times):
    """Changes the series in place. Returns the column and the first data row of the fault, from 1."""
    name = rng.choice(SENSORS)
    values = columns[name]
    spread = (sum((v - sum(values) / ROWS) ** 2 for v in values) / ROWS) ** 0.5
    at = rng.randrange(300, 900)
    digits = {"vibration": 4, "temperature": 2, "speed": 1, "pressure": 3}
    if kind == "dead":
        values[:] = [values[0]] * ROWS
        return name, 1
    if kind == "stuck":
        if name == "temperature":  # its steps are so coarse that it rests often: longer
            values[at:at + 400] = [round(values[at] + 1.5, 2)] * 400
        else:
            values[at:at + 60] = [values[at]] * 60
        return name, at + 1
    if kind == "saturated":
        name, values = "speed", columns["speed"]
        limit = sorted(values)[int(ROWS * 0.85)]
        values[:] = [min(v, limit) for v in values]
        return name, next(i for i, v in enumerate(values) if v == limit) + 1
    if kind == "spike":
        values[at] = round(values[at] + rng.choice([-1, 1]) * (40 * spread if name != "vibration" else 80 * spread), digits[name])
        return name, at + 1
    if kind == "resolution":
        name, values = rng.choice([(n, columns[n]) for n in ("vibration", "speed", "pressure")])
        step = {"vibration": 0.05, "speed": 10, "pressure": 0.02}[name]
        values[:] = [round(round(v / step) * step, 4) for v in values]
        return name, 1
    if kind == "step":
        name, values = rng.choice([(n, columns[n]) for n in ("vibration", "temperature", "pressure")])
        size = {"vibration": 1.5, "temperature": 6, "pressure": 0.3}[name] * rng.choice([-1, 1])
        values[at:] = [round(v + size, digits[name]) for v in values[at:]]
        return name, at + 1
    if kind == "drift":
        name, values = rng.choice([(n, columns[n]) for n in ("vibration", "temperature", "pressure")])
        size = {"vibration": 2, "temperature": 8, "pressure": 0.5}[name] * rng.choice([-1, 1])
        values[:] = [round(v + size * i / ROWS, digits[name] + 2) for i, v in enumerate(values)]
        return name, 1
    if kind == "scale":
        if name == "temperature":
            change = rng.choice([lambda v: v + 273.15, lambda v: 1.8 * v + 32])
        elif name == "pressure":
            change = rng.choice([lambda v: v * 14.503774, lambda v: v / 10, lambda v: v * 1000])
        else:
            change = rng.choice([lambda v: v * 10, lambda v: v / 1000, lambda v: v * 100])
        values[:] = [round(change(v), 7) for v in values]
        return name, 1
    if kind == "gap":
        for i in range(at, ROWS):
            times[i] += datetime.timedelta(milliseconds=20 * rng.choice([1, 2, 30, 500]) if i == at else 0)
        shift = times[at] - times[at - 1] - datetime.timedelta(milliseconds=20)
        for i in range(at + 1, ROWS):
            times[i] += shift
        return "time", at + 1
    if rng.random() < 0.5:
        times[at] = times[at - 1]
    else:
        for i in range(at, ROWS):
            times[i] -= datetime.timedelta(seconds=rng.choice([3]))
    return "time", at + 1


def write(path, columns, times):
    with open(path, "w", encoding="utf-8") as file:
        file.write("time;" + ";".join(SENSORS) + "\n")
        for i in range(ROWS):
            file.write(times[i].strftime("%d.%m.%Y %H:%M:%S,") + f"{times[i].microsecond // 1000:03};" +
                       ";".join(repr(float(columns[name][i])).replace(".", ",") for name in SENSORS) + "\n")


def make(folder, faulty=200, clean=200):
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(20261125)
    truth = []
    for n in range(faulty + clean):
        columns = signals(rng)
        begin = datetime.datetime(2026, 3, 2, 8) + datetime.timedelta(minutes=n)
        times = [begin + datetime.timedelta(milliseconds=20 * i) for i in range(ROWS)]
        name = f"run-{n:03}.csv"
        if n < faulty:
            kind = KINDS[n % len(KINDS)]
            column, row = plant(kind, rng, columns, times)
            truth.append({"file": name, "kind": kind, "column": column, "row": row})
        write(os.path.join(folder, name), columns, times)
    with open(folder + "/../contract.yaml", "w") as file:
        file.write("contract: planted sensor faults\ntables:\n  - files: \"**\"\n    columns:\n      - {name: time, type: timestamp}\n" +
                   "".join(f"      - {{name: {name}, type: real}}\n" for name in SENSORS) +
                   "    series: {time: time, columns: [" + ", ".join(SENSORS) + "]}\n")
    with open(folder + "/../truth.json", "w") as file:
        json.dump({"series": faulty + clean, "faults": truth}, file)


def near(kind, row, planted):
    return kind not in LOCATED or abs(row - planted) <= LOCATED[kind]


def judge(truth_file, report_file):
    """A find is right when file, column and kind are, and where rows matter the row lies near the planted one (LOCATED)."""
    truth, report = json.load(open(truth_file)), json.load(open(report_file))
    found = {}
    for place in report["violation_places"]:
        kind = place["rule"].rsplit("/", 1)[1]
        found.setdefault((os.path.basename(place["file"]), place["column"], kind), []).append(place["row"])
    planted = {(f["file"], f["column"], f["kind"]): f["row"] for f in truth["faults"]}
    bad = False
    print(f"{'kind':12} planted  found  false  precision  recall")
    for kind in KINDS:
        mine = {key for key in planted if key[2] == kind}
        hits = {key for key in mine if any(near(kind, row, planted[key]) for row in found.get(key, []))}
        false = {key for key in found if key[2] == kind and key not in planted}
        precision = len(hits) / max(len(hits) + len(false), 1)
        recall = len(hits) / max(len(mine), 1)
        bad |= precision < 0.95 or recall < 0.95
        print(f"{kind:12} {len(mine):7} {len(hits):6} {len(false):6}  {precision:9.3f}  {recall:6.3f}")
        for key in sorted(false | (mine - hits))[:5]:
            print("   ", "false:" if key in false else "missed:", key, planted.get(key), found.get(key))
    faulty = {key[0] for key in planted}
    alarmed = {key[0] for key in found} - faulty
    clean = truth["series"] - len(faulty)
    print(f"clean series: {clean}, with an alarm: {len(alarmed)}")
    bad |= len(alarmed) > 0.01 * clean
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], *map(int, sys.argv[3:]))
    else:
        sys.exit(judge(*sys.argv[2:4]))
