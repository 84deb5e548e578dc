#!/usr/bin/env python3
"""Makes the bearing test bench of this folder: raw/bench-2026.zip, labels.csv and planted-faults.csv.

    python3 generate.py [FOLDER]        # default: the folder of this script

Six test rigs (P1 to P6) turn slow, loaded rolling bearings; every run of 24 s is one CSV file as a German logger writes
it. Four conditions: 0 healthy, 1 outer race, 2 inner race, 3 cage. Rigs P1 to P4 are for training, P5 and P6 are held
out. The same bytes come out each time (fixed seed, sorted names, fixed times); numpy is all that it needs.

What is simulated. The rolling-element noise of each axis is white noise of 1 kHz whose power is modulated, and the
logger writes its RMS value over 20 ms, so the channels hold the envelope that bearing diagnosis works with. With n = 9
elements, d/D cos(angle) = 0.2 and shaft frequency f (1.5 to 3 Hz) the faults strike at
    outer race  n/2 (1 - 0.2) f = 3.6 f    in the load zone, always equally strong
    inner race  n/2 (1 + 0.2) f = 5.4 f    louder when the shaft carries the defect through the load zone
    cage        1/2 (1 - 0.2) f = 0.4 f    swells, irregular strikes and a ripple of speed and current
with slip of the elements, severity that differs by run, speed that wanders, rig-dependent gain, noise floor, direction
and belt hum, and shocks from the hall. (Kinematics: any text on rolling-bearing diagnosis, e.g. ISO 13373-3.)
"""
import csv
import io
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

SEED = 20260302
RIGS, RUNS_PER_CONDITION = 6, 5
CONDITIONS = ["healthy", "outer race", "inner race", "cage"]
RATE_HZ, SAMPLES = 50, 1200          # of the file
INNER_HZ = 1000                      # of the simulation
STEP = INNER_HZ // RATE_HZ
COLUMNS = ["Zeitstempel", "Prüflauf", "Prüfstand", "Schadensklasse", "Schwingung X", "Schwingung Y", "Schwingung Z",
           "Temperatur Außenring", "Drehzahl", "Radialkraft", "Motorstrom", "Öldruck"]
UNITS = ["", "", "", "", "m/s²", "m/s²", "m/s²", "°C", "1/min", "kN", "A", "bar"]
DECIMALS = [0, 0, 0, 0, 3, 3, 3, 1, 1, 2, 2, 2]
PREAMBLE_LINES = 6


def smooth(random, count, seconds, rate):
    """Slow random walk around 0 with deviation near 1: noise through a one-pole low-pass."""
    knots = random.standard_normal(int(count / rate / seconds) + 3)
    return np.interp(np.arange(count) / rate / seconds, np.arange(len(knots)), knots)


def bursts(times, strength, count):
    """Power of decaying strikes (4 ms) at `times` (samples of INNER_HZ)."""
    power = np.zeros(count)
    inside = (times >= 0) & (times < count - 1)
    np.add.at(power, times[inside].astype(int), strength[inside])
    kernel = np.exp(-np.arange(25) / 4.0)
    return np.convolve(power, kernel)[:count]


def strikes(phase, ratio, slip, random):
    """Samples at which a defect that turns `ratio` times as fast as the shaft is struck."""
    turns = phase * ratio / (2 * np.pi)
    wanted = np.arange(1, int(turns[-1]))
    times = np.interp(wanted + random.uniform(0, 1), turns, np.arange(len(turns)))
    spacing = INNER_HZ / (ratio * 2.2)
    return times + slip * spacing * random.standard_normal(len(times))


def make_rig(random):
    return {
        "gain": random.uniform(0.8, 1.3, 3), "floor": random.uniform(0.16, 0.3, 3),
        "direction": np.array([random.uniform(0.4, 0.9), 1.0, random.uniform(0.2, 0.6)]),
        "hum": random.uniform(0.05, 0.25), "hum_ratio": random.uniform(0.55, 0.85),
        "ambient": random.uniform(18, 27), "oil": random.uniform(2.2, 2.8), "current": random.uniform(0.9, 1.15),
    }


def simulate(rig, condition, random):
    """One run: float array [SAMPLES, 8] in the order of COLUMNS[4:]."""
    count = SAMPLES * STEP
    seconds = np.arange(count) / INNER_HZ
    nominal, load = random.uniform(95, 175), random.uniform(6, 18)
    severity = random.uniform(0.4, 1.4) if condition else 0.0
    speed = nominal * (1 + 0.03 * smooth(random, count, 5.0, INNER_HZ) + 0.004 * np.sin(2 * np.pi * seconds / 17))
    phase = np.cumsum(2 * np.pi * speed / 60 / INNER_HZ) + random.uniform(0, 2 * np.pi)
    cage_phase = 0.4 * phase + random.uniform(0, 2 * np.pi)
    if condition == 3:
        speed = speed * (1 + 0.004 * severity * np.cos(cage_phase))

    base = 1 + 0.2 * np.cos(phase) + rig["hum"] * np.cos(rig["hum_ratio"] * phase)
    defect = np.zeros(count)
    energy = 14 * (load / 12) ** 0.5
    if condition == 1:
        times = strikes(phase, 3.6, 0.02, random)
        defect = bursts(times, severity * energy * random.uniform(0.6, 1.4, len(times)), count)
    elif condition == 2:
        times = strikes(phase, 5.4, 0.02, random)
        zone = np.interp(times, np.arange(count), np.cos(phase))
        defect = bursts(times, severity * energy * (0.25 + (0.5 + 0.5 * zone) ** 2 * 1.5), count)
    elif condition == 3:
        base = base * (1 + 1.1 * severity * (0.5 + 0.5 * np.cos(cage_phase)) ** 2)
        times = strikes(phase, 0.4, 0.12, random)
        defect = bursts(times, severity * energy * random.uniform(0.3, 2.2, len(times)), count)
    shocks = np.sort(random.uniform(0, count, random.poisson(0.5 * count / INNER_HZ)))
    hall = bursts(shocks, random.exponential(9.0, len(shocks)), count)

    axes = []
    for axis in range(3):
        floor = rig["floor"][axis] * (nominal / 130) ** 0.8
        power = floor ** 2 * (np.maximum(base, 0.05) + rig["direction"][axis] * defect + hall)
        wave = np.sqrt(power) * random.standard_normal(count)
        axes.append(rig["gain"][axis] * np.sqrt((wave ** 2).reshape(-1, STEP).mean(1)))

    slow = lambda signal: signal.reshape(-1, STEP).mean(1)
    time = np.arange(SAMPLES) / RATE_HZ
    warm = load * nominal / 170 * (1.4 + 0.2 * severity)
    temperature = rig["ambient"] + warm * (0.6 + 0.4 * (1 - np.exp(-time / 40))) + 0.08 * random.standard_normal(SAMPLES)
    force = load * (1 + 0.04 * smooth(random, SAMPLES, 4.0, RATE_HZ)) + 0.02 * random.standard_normal(SAMPLES)
    current = rig["current"] * (1.2 + 0.18 * force) * (1 + 0.01 * random.standard_normal(SAMPLES))
    if condition == 3:
        current = current * (1 + 0.012 * severity * slow(np.cos(cage_phase)))
    oil = rig["oil"] + 0.004 * (slow(speed) - 130) + 0.02 * random.standard_normal(SAMPLES)
    rpm = slow(speed) + 0.3 * random.standard_normal(SAMPLES)
    return np.stack([*axes, temperature, rpm, force, current, oil], 1)


def german(value, decimals):
    return f"{value:.{decimals}f}".replace(".", ",")


def stamp(start, sample):
    moment = start + timedelta(milliseconds=sample * 1000 // RATE_HZ)
    return moment.strftime("%d.%m.%Y %H:%M:%S,") + f"{moment.microsecond // 1000:03d}"


class Run:
    """One file: its cells as text, so that faults can be planted cell by cell."""

    def __init__(self, rig, number, condition, start, values):
        self.rig, self.run, self.condition, self.start = rig, number, condition, start
        self.file = f"P{rig}/{start:%Y-%m-%d_%H%M}_P{rig}_{number}.csv"
        self.rows = [[stamp(start, i), str(number), str(rig), str(condition)] +
                     [german(v, d) for v, d in zip(row, DECIMALS[4:])] for i, row in enumerate(values)]

    def encode(self):
        lines = [f"Messprotokoll Wälzlagerprüfstand P{self.rig}", "Gerät;LogBox 8;Firmware 3.1.4", f"Prüflauf;{self.run}",
                 f"Beginn;{self.start:%d.%m.%Y %H:%M:%S}", f"Abtastrate;{RATE_HZ} Hz", ""]
        assert len(lines) == PREAMBLE_LINES
        lines += [";".join(row) + ";" for row in [COLUMNS, UNITS, *self.rows]]
        return ("\r\n".join(lines) + "\r\n").encode("cp1252")


class Planter:
    """Plants faults in runs and writes down where: rows and lines count from 1 and both ends belong to the fault."""

    def __init__(self):
        self.found = []

    def note(self, kind, run, column, first, last, text):
        above = PREAMBLE_LINES + 2
        self.found.append([f"F{len(self.found) + 1:02d}", kind, run.file, column, first, last, first + above, last + above, text])

    def cells(self, kind, run, column, first, last, text):
        at = COLUMNS.index(column)
        for row in run.rows[first - 1:last]:
            row[at] = text
        self.note(kind, run, column, first, last, text)

    def stuck(self, run, column, first):
        text = run.rows[first - 1][COLUMNS.index(column)]
        self.cells("stuck channel", run, column, first, len(run.rows), text)

    def gap(self, run, first, missing):
        """Rows first .. first+missing-1 of the measurement are not in the file; `first` is the row after the gap."""
        del run.rows[first - 1:first - 1 + missing]
        self.note("gap", run, "Zeitstempel", first, first, f"{missing} samples")

    def repeated_time(self, run, row):
        run.rows[row - 1][0] = run.rows[row - 2][0]
        self.note("repeated time", run, "Zeitstempel", row, row, run.rows[row - 1][0])


def plant(runs):
    """Faults lie in the rigs for training only, so that the held-out figures are about the model."""
    planter = Planter()
    planter.cells("drop-out", runs[101], "Temperatur Außenring", 311, 335, "")
    planter.cells("drop-out", runs[104], "Schwingung Z", 1050, 1099, "")
    planter.cells("drop-out", runs[203], "Öldruck", 77, 77, "")
    planter.cells("error word", runs[102], "Temperatur Außenring", 701, 706, "Bad Input")
    planter.cells("error word", runs[216], "Radialkraft", 640, 644, "I/O Timeout")
    planter.cells("error word", runs[303], "Schwingung Y", 1199, 1200, "Überlauf")
    planter.cells("error word", runs[417], "Motorstrom", 2, 2, "Bad Input")
    planter.cells("out of range", runs[205], "Temperatur Außenring", 900, 903, "850,0")
    planter.cells("out of range", runs[306], "Drehzahl", 1011, 1011, "-1,0")
    planter.stuck(runs[312], "Schwingung Y", 401)
    planter.gap(runs[402], 501, 120)
    planter.repeated_time(runs[404], 1150)
    return planter


def write_table(path, header, rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode("utf-8"))


def write_zip(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (2026, 3, 31, 12, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    runs = {}
    for rig_number in range(1, RIGS + 1):
        rig = make_rig(np.random.Generator(np.random.PCG64([SEED, rig_number])))
        order = np.random.Generator(np.random.PCG64([SEED, rig_number, 0])).permutation(4 * RUNS_PER_CONDITION) % 4
        for i, condition in enumerate(order):
            number = 100 * rig_number + i + 1
            random = np.random.Generator(np.random.PCG64([SEED, rig_number, i + 1]))
            start = datetime(2026, 3, 1 + rig_number, 8, 0) + timedelta(minutes=25 * i, seconds=int(random.integers(0, 50)))
            runs[number] = Run(rig_number, number, int(condition), start, simulate(rig, int(condition), random))
    planter = plant(runs)
    files = {run.file: run.encode() for run in runs.values()}
    copy = runs[311].file.replace(".csv", " - Kopie.csv")
    files[copy] = files[runs[311].file]
    planter.found.append([f"F{len(planter.found) + 1:02d}", "duplicated file", copy, "", "", "", "", "", runs[311].file])
    write_zip(folder / "raw" / "bench-2026.zip", files)
    write_table(folder / "labels.csv", ["run", "rig", "condition", "name", "split", "file"],
                [[run.run, run.rig, run.condition, CONDITIONS[run.condition], "train" if run.rig <= 4 else "evaluation", run.file]
                 for run in runs.values()])
    write_table(folder / "planted-faults.csv",
                ["id", "kind", "file", "column", "first_row", "last_row", "first_line", "last_line", "text"], planter.found)


if __name__ == "__main__":
    main()
