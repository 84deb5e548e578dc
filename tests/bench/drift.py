"""False alarms of the drift rules on samples without drift, what they find of planted drifts, and SciPy on the raw data beside them.

    drift.py IAI FOLDER TRIALS [AI4I.csv]

Each trial draws a reference and a sample, ingests the one and holds the other against its profile.json, with the limits 0: every
alarm is one that the bound by chance let through.
"""
import json
import math
import os
import subprocess
import sys

import numpy
import scipy.spatial.distance
import scipy.stats

LEVEL = 0.05
MEASURES = ("psi", "ks", "wasserstein", "jensen_shannon", "missing")
NUMBERS = ("normal", "skewed", "rounded", "steps", "heavy", "count")
COLUMNS = NUMBERS + ("on", "state", "gappy")


def draw(random, rows):
    table = {
        "normal": random.normal(20, 3, rows),
        "skewed": random.lognormal(0, 1, rows),
        "rounded": numpy.round(random.normal(5, 1, rows), 1),
        "steps": numpy.where(random.random(rows) < 0.5, 0.0, random.integers(1, 6, rows)),
        "heavy": random.standard_cauchy(rows),
        "count": random.poisson(3, rows).astype(float),
        "gappy": random.normal(0, 1, rows),
        "on": random.random(rows) < 0.3,
        "state": numpy.array(["idle", "run", "setup", "stop"])[random.choice(4, rows, p=[0.2, 0.7, 0.08, 0.02])],
    }
    table["gappy"][random.random(rows) < 0.03] = numpy.nan
    return table


def cell(value):
    if isinstance(value, (bool, numpy.bool_)):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return "" if math.isnan(value) else repr(float(value))


def write(path, table):
    columns = [[cell(value) for value in column] for column in table.values()]
    with open(path, "w") as file:
        file.write(";".join(table) + "\n")
        file.writelines(";".join(row) + "\n" for row in zip(*columns))


def contract(path, columns, limit, level=LEVEL, every=None):
    limits = ", ".join(f"{name}: {limit}" for name in MEASURES)
    listed = ", ".join(f'{{name: "{name}"}}' for name in columns)
    with open(path, "w") as file:
        file.write(f"tables:\n  - files: '*.csv'\n    columns: [{listed}]\n    drift: {{reference: reference, level: {level}, " + (f"independent_every: {every}, " if every else "")
                   + (f"measures: {{{limits}}}" if limit is not None else "columns: [" + ", ".join(f'"{name}"' for name in columns) + "]") + "}\n")


def judge(iai, folder, reference, sample):
    """The rules that fired, and the figures of each column."""
    write(f"{folder}/reference.csv", reference)
    write(f"{folder}/sample.csv", sample)
    run = lambda *arguments: subprocess.run([iai, "--no-record", "--json", *arguments], cwd=folder, stdout=subprocess.PIPE, check=False).stdout
    run("ingest", "reference.csv", "-o", "reference", "--overwrite")
    answer = json.loads(run("validate", "sample.csv", "--contract", "c.yaml"))
    return {(place["rule"], place["column"]) for place in answer["violation_places"]}, {row["column"]: row for row in answer["drift"]}


def bins_of(values, most):
    """Borders at the smallest values up to which another share of the rows is full."""
    values, at = numpy.unique(values, return_counts=True)
    through = numpy.cumsum(at) / at.sum()
    borders, last = [], 0.0
    for value, share in zip(values[:-1], through[:-1]):
        if share - last >= 0.999 / most and 1 - share >= 0.5 / most:
            borders.append(value)
            last = share
    return borders


def peer(a, b, every):
    """SciPy's figures of two samples; and p of KS. In bins of 30 rows that count, of which there is one in `every`."""
    test = scipy.stats.ks_2samp(a, b, method="asymp")
    most = int(min(10, min(len(a), len(b)) / every / 30))
    borders = bins_of(a, most)
    p, q = (numpy.bincount(numpy.searchsorted(borders, values), minlength=len(borders) + 1) / len(values) for values in (a, b))
    pp, qq = numpy.where(p > 0, p, 0.5 / len(a)), numpy.where(q > 0, q, 0.5 / len(b))
    return {"ks": test.statistic, "wasserstein": scipy.stats.wasserstein_distance(a, b) / numpy.std(a, ddof=1), "jensen_shannon": scipy.spatial.distance.jensenshannon(p, q),
            "psi": float(((qq - pp) * numpy.log(qq / pp)).sum()), "p": test.pvalue}


def holm(values):
    order, most, adjusted = numpy.argsort(values), 0.0, numpy.empty(len(values))
    for i, at in enumerate(order):
        most = adjusted[at] = max(most, min(1, values[at] * (len(values) - i)))
    return adjusted


def interval(alarms, trials):
    low, high = scipy.stats.beta.ppf([0.025, 0.975], [alarms, alarms + 1], [trials - alarms + 1, max(trials - alarms, 1e-9)])
    return f"{alarms} of {trials} = {100 * alarms / trials:.1f} % (95 %: {0 if alarms == 0 else 100 * low:.1f} to {100 * high:.1f} %)"


def undrifted(iai, folder, trials, rows, sample_rows, name, population=None):
    alarms = peer_alarms = 0
    worst = dict.fromkeys(MEASURES[:4], 0.0)
    by_rule = {}
    for trial in range(trials):
        random = numpy.random.default_rng([trial, rows, sample_rows])
        if population is None:
            reference, sample = draw(random, rows), draw(random, sample_rows)
        else:
            order = random.permutation(len(next(iter(population.values()))))
            reference, sample = ({key: values[part] for key, values in population.items()} for part in (order[:rows], order[rows:rows + sample_rows]))
        if trial == 0:
            contract(f"{folder}/c.yaml", reference, 0)
        fired, figures = judge(iai, folder, reference, sample)
        alarms += bool(fired)
        for rule, column in fired:
            by_rule[rule] = by_rule.get(rule, 0) + 1
        chances = []
        for column, values in reference.items():
            if values.dtype.kind != "f" or numpy.isnan(values).any() or len(set(values)) < 2:
                continue
            truth = peer(values, sample[column], figures[column]["independent_every"])
            chances.append(truth["p"])
            exact = len(set(values)) <= 512 and sample_rows <= 4096
            for measure in worst:
                if figures[column][measure] is None:
                    continue
                away = figures[column][measure] - truth[measure]
                if exact:
                    worst[measure] = max(worst[measure], abs(away) / max(truth[measure], 1e-3))
                elif measure in ("ks", "wasserstein"):
                    assert away < 1e-9, (column, measure, figures[column], truth)
        peer_alarms += (holm(chances) <= LEVEL).any()
    print(f"{name}, {rows:,} against {sample_rows:,} rows: at least one alarm in {interval(alarms, trials)}, stated {100 * LEVEL:.0f} %; SciPy's ks_2samp with Holm on the raw data {100 * peer_alarms / trials:.1f} %")
    print(f"    where the profile holds every value, figures lie within {max(worst.values()):.1e} of SciPy's" + ("; alarms by rule: " + str(by_rule) if by_rule else ""))
    return alarms


def planted(iai, folder, trials, rows, sample_rows):
    plants = {
        "normal moved by 0.15 deviations": ("normal", lambda r, t: t["normal"] + 0.45),
        "normal moved by 0.3 deviations": ("normal", lambda r, t: t["normal"] + 0.9),
        "normal 1.3 times as wide": ("normal", lambda r, t: 20 + 1.3 * (t["normal"] - 20)),
        "skewed times 1.3": ("skewed", lambda r, t: 1.3 * t["skewed"]),
        "heavy moved by 0.5": ("heavy", lambda r, t: t["heavy"] + 0.5),
        "count with mean 3.5": ("count", lambda r, t: r.poisson(3.5, sample_rows).astype(float)),
        "truth 0.3 becomes 0.4": ("on", lambda r, t: r.random(sample_rows) < 0.4),
        "a fifth code, 3 %": ("state", lambda r, t: numpy.where(r.random(sample_rows) < 0.03, "fault", t["state"])),
        "missing 3 % becomes 8 %": ("gappy", lambda r, t: numpy.where(r.random(sample_rows) < 0.05, numpy.nan, t["gappy"])),
    }
    for name, (column, change) in plants.items():
        found = peer_found = 0
        for trial in range(trials):
            random = numpy.random.default_rng([trial, rows, sample_rows, 1])
            reference, sample = draw(random, rows), draw(random, sample_rows)
            sample[column] = change(random, sample)
            contract(f"{folder}/c.yaml", COLUMNS, 0)
            fired, _ = judge(iai, folder, reference, sample)
            found += any(where == column for _, where in fired)
            if column in NUMBERS:
                chances = holm([scipy.stats.ks_2samp(reference[each], sample[each], method="asymp").pvalue for each in NUMBERS])
                peer_found += chances[NUMBERS.index(column)] <= LEVEL
        print(f"    {name:34} {100 * found / trials:5.1f} %" + (f"   ks_2samp with Holm on the raw data {100 * peer_found / trials:5.1f} %" if column in NUMBERS else ""))


def correlated(iai, folder, trials, rows):
    """Neighbours alike, as sensors sample them: a first-order process, one row in (1 + a) / (1 - a) of its own."""
    a = 0.95
    for every in (None, 1, round((1 + a) / (1 - a))):
        contract(f"{folder}/c.yaml", ["x", "y"], 0, every=every)
        alarms = 0
        for trial in range(trials):
            random = numpy.random.default_rng([trial, rows, 2])
            tables = []
            for _ in range(2):
                noise = random.normal(0, 1, (rows, 2))
                for i in range(1, rows):
                    noise[i] += a * noise[i - 1]
                tables.append({"x": noise[:, 0].copy(), "y": noise[:, 1].copy()})
            alarms += bool(judge(iai, folder, *tables)[0])
        print(f"    independent_every {every or 'found'}: {interval(alarms, trials)}")


def main():
    iai, folder, trials = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    worst = max(undrifted(iai, folder, trials, 2000, 1000, "nine columns") / trials, undrifted(iai, folder, trials // 5, 400, 300, "nine columns") / (trials // 5),
                undrifted(iai, folder, trials // 5, 20000, 6000, "nine columns") / (trials // 5))
    if len(sys.argv) > 4:
        with open(sys.argv[4], encoding="utf-8-sig") as file:
            names = file.readline().strip().split(",")
            rows = [line.strip().split(",") for line in file]
        population = {name: numpy.array([float(row[i]) for row in rows]) for i, name in enumerate(names) if i > 2}
        worst = max(worst, undrifted(iai, folder, trials // 5, 7000, 3000, "AI4I 2020, shuffled", population) / (trials // 5))
    print("planted drifts found, 2,000 against 1,000 rows, nine columns judged:")
    planted(iai, folder, max(trials // 10, 20), 2000, 1000)
    print("neighbours alike (a = 0.95), 4,000 against 4,000 rows without drift:")
    correlated(iai, folder, max(trials // 5, 20), 4000)
    if worst > LEVEL + 2.33 * math.sqrt(LEVEL * (1 - LEVEL) / (trials // 5)):
        sys.exit("more false alarms than the level explains")


main()
