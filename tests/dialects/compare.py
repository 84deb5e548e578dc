"""compare.py FOLDER IAI_CELLS: holds what the reader makes of every file of make.py against the truth beside it.
Prints one line a file that differs, then the share of cells that are typed right; exit code 1 unless that is all of them."""
import json
import subprocess
import sys
from pathlib import Path


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def compare(truth, got):
    """(cells right, first difference) of one file. A cell is right when its column has the right name, type and unit, and kind and value are right."""
    columns = truth[0]["columns"]
    right = sum(map(len, truth[1:]))
    if got[0]["columns"] != columns:
        for wanted, found in zip(columns, got[0]["columns"]):
            if wanted != found:
                return 0 if len(columns) != len(got[0]["columns"]) else right_cells(truth, got), f"column {found}, not {wanted}"
        return 0, f"{len(got[0]['columns'])} columns, not {len(columns)}"
    if len(got) != len(truth):
        return right_cells(truth, got), f"{len(got) - 1} rows, not {len(truth) - 1}" + first_difference(truth, got)
    return right_cells(truth, got), first_difference(truth, got)


def right_cells(truth, got):
    same = [wanted == found for wanted, found in zip(truth[0]["columns"], got[0]["columns"])]
    return sum(same[c] and wanted == found for wanted_row, found_row in zip(truth[1:], got[1:]) for c, (wanted, found) in enumerate(zip(wanted_row, found_row)))


def first_difference(truth, got):
    for r, (wanted_row, found_row) in enumerate(zip(truth[1:], got[1:])):
        for c, (wanted, found) in enumerate(zip(wanted_row, found_row)):
            if wanted != found:
                return f" row {r + 1} column {truth[0]['columns'][c]['name']}: {found}, not {wanted}"
    return ""


def main(folder, program):
    total = right = perfect = files = 0
    for truth_file in sorted(Path(folder).glob("*.truth")):
        truth = lines(truth_file.read_text(encoding="utf-8"))
        cells = sum(map(len, truth[1:]))
        done = subprocess.run([program, truth_file.with_suffix(".csv")], capture_output=True, text=True, encoding="utf-8")
        fits, difference = (0, done.stderr.strip()) if done.returncode else compare(truth, lines(done.stdout))
        total, right, files, perfect = total + cells, right + fits, files + 1, perfect + (fits == cells)
        if fits != cells or difference:
            print(f"{truth_file.stem}: {fits} of {cells} cells; {difference.strip()}")
    print(f"{right} of {total} cells typed right, {100 * right / total:.2f} %; {perfect} of {files} files without a fault")
    return 0 if total > 0 and perfect == files == 60 and right == total else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
