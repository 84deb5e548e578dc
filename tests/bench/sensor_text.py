#!/usr/bin/env python3
"""Writes sensor text for tests/bench/ingest.sh: 13 columns, a time stamp, a serial, eight measured values, two codes, a text.

sensor_text.py FILE MEGABYTES [--decimal-comma] [--seed N]. The same arguments give the same bytes. Rows are drawn once for a
block of 20,000 and repeated from different rows on, with other times and serials, so that gigabytes take seconds to write.
"""
import argparse
import random

ROWS = 200_000
NAMES = ["time", "serial", "temperature", "pressure", "flow", "speed", "torque", "current", "vibration_x", "vibration_y", "state", "tool", "note"]
NOTES = ["ok", "cycle complete", "tool changed", "door open", "warm-up", "feed hold", "coolant refilled", "measured by hand"]


def values(rng):
    """Eight sensors of different resolution and noise, as a logger writes them."""
    return [f"{rng.gauss(64, 4):.2f}", f"{rng.gauss(5.2, 0.3):.3f}", f"{rng.gauss(120, 9):.1f}", f"{rng.gauss(1480, 60):.1f}",
            f"{rng.gauss(31, 6):.3f}", f"{rng.gauss(8.4, 1.1):.3f}", f"{rng.gauss(0.0, 0.8):.4f}", f"{rng.gauss(0.0, 0.8):.4f}"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("megabytes", type=float)
    parser.add_argument("--decimal-comma", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    delimiter = ";" if options.decimal_comma else ","
    block = []
    for _ in range(ROWS):
        cells = values(rng)
        if options.decimal_comma:
            cells = [cell.replace(".", ",") for cell in cells]
        tail = [rng.choice(["RUN", "IDLE", "STOP", "SETUP"]), f"T{rng.randrange(12):02}", rng.choice(NOTES)]
        block.append(delimiter.join(cells + tail) + "\n")
    seconds = [f"{row // 100 // 60 % 60:02}:{row // 100 % 60:02}.{row % 100 * 10:03}" for row in range(360_000)]
    limit, written, row = int(options.megabytes * 1e6), 0, 0
    with open(options.file, "w", encoding="ascii", buffering=1 << 20) as out:
        written += out.write(delimiter.join(NAMES) + "\n")
        while written < limit:
            lines = []
            shift = rng.randrange(ROWS)
            for i in range(ROWS):
                hours = row // 360_000
                stamp = f"2026-{hours // 672 % 12 + 1:02}-{hours // 24 % 28 + 1:02} {hours % 24:02}:{seconds[row % 360_000]}"
                lines.append(f"{stamp}{delimiter}SN{row:09}{delimiter}{block[(i + shift) % ROWS]}")
                row += 1
            written += out.write("".join(lines))


if __name__ == "__main__":
    main()
