"""SaQC on the series of tests/sensor_faults.py, and the table that sets it beside iai.

    sensors.py learn HISTORY LIMITS.json                        what SaQC's functions ask for, from sound series
    sensors.py find DATA LIMITS.json FOUND.json                 SaQC's flags as events
    sensors.py table TRUTH.json DATA REPORT.json [FOUND.json]   precision and recall of iai (REPORT, its JSON) and of SaQC

SaQC has no notion of kinds: each kind is judged by the function that its documentation names for the purpose, and one function may
serve several kinds. So that this costs it nothing, a find counts as false only where no fault is planted in that series and column,
for both tools. Functions are called as documented, one SaQC object each, so that none hides flagged values from the next.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from sensor_faults import KINDS, ROWS, SENSORS, near

FUNCTIONS = {"dead": "flagConstants", "stuck": "flagConstants", "saturated": "flagConstants", "resolution": "flagConstants",
             "spike": "flagZScore", "step": "flagJumps", "drift": "flagDriftFromNorm", "scale": "flagRange",
             "gap": "align, flagNAN", "clock": "processGeneric, flagRange"}
MARGIN = 1.2        # limits lie this far outside of what sound series show
SPIKE_WINDOW = 101  # rows about a value that its z-score is taken over
STEP_ROWS = 50      # rows on each side of a step
DRIFT_ROWS = 500    # rows that are compared over a group of series
GROUP = 100         # series: as many as sound ones are learned from


def read(folder):
    """Time stamps and values by series. The dialect is told, which iai finds out."""
    import pandas
    times, values = {}, {}
    for name in sorted(os.listdir(folder)):
        frame = pandas.read_csv(os.path.join(folder, name), sep=";", decimal=",")
        times[name] = pandas.to_datetime(frame.pop("time"), format="%d.%m.%Y %H:%M:%S,%f")
        frame.index = pandas.date_range("2026-03-02", periods=len(frame), freq="20ms")  # clocks are judged apart
        values[name] = frame
    return times, values


def longest_run(values):
    changes = (values != values.shift()).cumsum()
    return int(changes.value_counts().max())


def drift_spread(series):
    """The distance at which single linkage joins all of the sound series, the largest over the parts of a series."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import pdist
    table = [values.to_numpy() for values in series]
    parts = ([values[at:at + DRIFT_ROWS] for values in table] for at in range(0, ROWS, DRIFT_ROWS))
    return max(linkage(pdist(part, "cityblock") / DRIFT_ROWS, "single")[:, 2].max() for part in parts)


def learn(history, limits_file):
    _, values = read(history)
    limits = {}
    for sensor in SENSORS:
        series = [frame[sensor] for frame in values.values()]
        low, high = min(s.min() for s in series), max(s.max() for s in series)
        means = [s.rolling(STEP_ROWS).mean() for s in series]
        limits[sensor] = {
            "min": low / MARGIN, "max": high * MARGIN, "run": int(MARGIN * max(map(longest_run, series))) + 1,
            "residual": MARGIN * max((s - s.rolling(SPIKE_WINDOW, center=True, min_periods=1).median()).abs().max() for s in series),
            "step": MARGIN * max((m - m.shift(STEP_ROWS)).abs().max() for m in means), "spread": MARGIN * drift_spread(series)}
        limits[sensor] = {name: float(value) if name != "run" else value for name, value in limits[sensor].items()}
    json.dump(limits, open(limits_file, "w"), indent=1)


def event(file, column, function, flagged):
    """A find: the first row, from 1, of each run of flagged rows; none where nothing is flagged."""
    starts = [i + 1 for i in range(len(flagged)) if flagged[i] and not (i and flagged[i - 1])]
    return [{"file": file, "column": column, "function": function, "rows": starts}] if starts else []


def find_in_values(file, frame, limits):
    import saqc
    found, series = [], saqc.SaQC(frame)
    for sensor, limit in limits.items():
        calls = {"flagConstants": {"window": limit["run"], "min_periods": limit["run"]},
                 "flagZScore": {"method": "modified", "window": SPIKE_WINDOW, "min_residuals": limit["residual"], "min_periods": 1},
                 "flagJumps": {"window": f"{STEP_ROWS * 20}ms", "thresh": limit["step"], "min_periods": STEP_ROWS // 2},
                 "flagRange": {"min": limit["min"], "max": limit["max"]}}
        for function, options in calls.items():
            flags = getattr(series, function)(sensor, **options).flags[sensor]
            found += event(file, sensor, function, (flags > 0).to_numpy())
    return found


def find_drift(values, sensor, spread):
    """A group of series at once: those that leave the others."""
    import saqc
    series = saqc.SaQC({file: frame[sensor] for file, frame in values.items()})
    flags = series.flagDriftFromNorm(list(values), window=f"{DRIFT_ROWS * 20}ms", spread=spread).flags
    return [found for file in values for found in event(file, sensor, "flagDriftFromNorm", (flags[file] > 0).to_numpy())]


def find_in_times(file, stamps):
    """Clocks: a step of the time that is not above zero, as a variable of its own. Gaps: a point of a grid of 20 ms without a sample."""
    import pandas
    import saqc
    rows = pandas.date_range("2026-03-02", periods=len(stamps), freq="20ms")
    steps = saqc.SaQC(pandas.Series(stamps.astype("int64").to_numpy(), rows, name="time")).processGeneric("time", func=lambda time: time.diff())
    found = event(file, "time", FUNCTIONS["clock"], (steps.flagRange("time", min=1).flags["time"] > 0).to_numpy())
    at = pandas.Series(range(1, len(stamps) + 1), pandas.DatetimeIndex(stamps), dtype=float, name="row")
    at = at[~at.index.duplicated()].sort_index()  # align refuses others
    grid = saqc.SaQC(at).align("row", freq="20ms", method="nshift")
    missing = (grid.flagNAN("row").flags["row"] > 0).to_numpy()
    before = grid.data["row"].ffill()
    starts = [int(before.iloc[i - 1]) + 1 for i in range(1, len(missing)) if missing[i] and not missing[i - 1]]
    return found + ([{"file": file, "column": "time", "function": FUNCTIONS["gap"], "rows": starts}] if starts else [])


def find(folder, limits_file, found_file):
    times, values = read(folder)
    limits = json.load(open(limits_file))
    found = [one for file in values for one in find_in_values(file, values[file], limits) + find_in_times(file, times[file])]
    for at in range(0, len(values), GROUP):
        group = dict(list(values.items())[at:at + GROUP])
        for sensor, limit in limits.items():
            found += find_drift(group, sensor, limit["spread"])
    json.dump(found, open(found_file, "w"))


def rows_of_iai(report_file):
    """Rows by (kind, file, column)."""
    found = {}
    for place in json.load(open(report_file))["violation_places"]:
        key = place["rule"].rsplit("/", 1)[1], os.path.basename(place["file"]), place["column"]
        found.setdefault(key, []).append(place["row"])
    return found


def rows_of_saqc(found_file):
    return {(kind, event["file"], event["column"]): event["rows"]
            for event in json.load(open(found_file)) for kind in KINDS if FUNCTIONS[kind] == event["function"]}


def scores(found, faults, kind):
    planted = {(fault["file"], fault["column"]) for fault in faults}
    mine = [fault for fault in faults if fault["kind"] == kind]
    hits = sum(any(near(kind, row, fault["row"]) for row in found.get((kind, fault["file"], fault["column"]), [])) for fault in mine)
    false = sum(key[0] == kind and key[1:] not in planted for key in found)
    return hits / max(hits + false, 1), hits / max(len(mine), 1)


def table(truth_file, folder, report_file, found_file=None):
    faults = json.load(open(truth_file))["faults"]
    tools = {"iai": rows_of_iai(report_file)} | ({"SaQC": rows_of_saqc(found_file)} if found_file else {})
    print(f"{'kind':11} planted" + "".join(f"  {tool:>5} precision  recall" for tool in tools) + ("  SaQC's function" if found_file else ""))
    for kind in KINDS:
        row = f"{kind:11} {sum(fault['kind'] == kind for fault in faults):7}"
        for found in tools.values():
            precision, recall = scores(found, faults, kind)
            row += f"  {precision:15.3f}  {recall:6.3f}"
        print(row + ("  " + FUNCTIONS[kind] if found_file else ""))
    clean = set(os.listdir(folder)) - {fault["file"] for fault in faults}
    for tool, found in tools.items():
        alarmed = {key[1] for key in found} & clean
        print(f"{tool}: an alarm on {len(alarmed)} of {len(clean)} clean series ({100 * len(alarmed) / len(clean):.1f} %)")
        by_kind = {kind: len({key[1] for key in found if key[0] == kind} & clean) for kind in KINDS}
        if alarmed:
            print("    by kind: " + ", ".join(f"{kind} {count}" for kind, count in by_kind.items() if count))


if __name__ == "__main__":
    {"learn": learn, "find": find, "table": table}[sys.argv[1]](*sys.argv[2:])
