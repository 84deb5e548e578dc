"""peers.py FOLDER: the share of cells of make.py's files that pandas, DuckDB, Polars and Arrow type right, each given the path and nothing else.

A cell is right when it is in the right row and column, the column has the right type, and the value is the same; missing values, error words
and what does not fit the column must be null there. A number column may have any numeric type that holds its values exactly, a time column any
time type, yes and no may stay text. A file that a peer refuses counts as 0."""
import datetime as dt
import json
import math
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv

EPOCH = dt.datetime(1970, 1, 1)


def with_pandas(path):
    frame = pandas.read_csv(path)
    return [frame[name].tolist() for name in frame.columns] if frame.columns.is_unique else []


def with_duckdb(path):
    rows = duckdb.connect().execute("SELECT * FROM read_csv(?)", [str(path)]).fetchall()
    return [list(column) for column in zip(*rows)]


def with_polars(path):
    return [column.to_list() for column in polars.read_csv(path).get_columns()]


def with_arrow(path):
    return [column.to_pylist() for column in pyarrow.csv.read_csv(path).columns]


PEERS = [("pandas", pandas.__version__, with_pandas), ("DuckDB", duckdb.__version__, with_duckdb),
         ("Polars", polars.__version__, with_polars), ("Arrow", pyarrow.__version__, with_arrow)]


def is_null(value):
    return value is None or value is pandas.NaT or (isinstance(value, float) and math.isnan(value))


def nanoseconds(value):
    """Of a time as a peer gives it, or None."""
    if isinstance(value, pandas.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, dt.datetime):
        value = value.astimezone(dt.timezone.utc).replace(tzinfo=None) if value.tzinfo else value
        return (value - EPOCH) // dt.timedelta(microseconds=1) * 1000
    if isinstance(value, dt.date):
        return (value - EPOCH.date()).days * 86_400 * 10**9
    if isinstance(value, dt.time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 10**9 + value.microsecond * 1000
    return None


def same(wanted, value, kind):
    if kind in ("integer", "real"):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value == wanted
    if kind == "timestamp":
        return nanoseconds(value) == wanted
    if kind == "boolean":
        return value == ["nein", "ja"][wanted] or (isinstance(value, bool) and value == bool(wanted))
    return str(value) == wanted


def has_type(values, kind):
    present = [value for value in values if not is_null(value)]
    if kind in ("integer", "real"):
        return all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in present)
    if kind == "timestamp":
        return all(nanoseconds(v) is not None for v in present)
    # Kept as text is no fault for yes and no, nor an exact integer for one over 64 bits.
    return all(isinstance(v, (bool, str)) if kind == "boolean" else isinstance(v, (str, int)) for v in present)


def right_cells(columns, rows, got):
    if len(got) != len(columns):
        return 0
    right = 0
    for c, column in enumerate(columns):
        if not has_type(got[c], column["type"]):
            continue
        for row, value in zip(rows, got[c]):
            kind, wanted = row[c]
            right += same(wanted, value, column["type"]) if kind == "value" else is_null(value) or (column["type"] == "text" and value == "")
    return right


def main(folder):
    total, files = 0, 0
    right = {name: 0 for name, _, _ in PEERS}
    perfect, refused = dict(right), dict(right)
    for truth_file in sorted(Path(folder).glob("*.truth")):
        truth = [json.loads(line) for line in truth_file.read_text(encoding="utf-8").splitlines()]
        columns, rows = truth[0]["columns"], truth[1:]
        cells = sum(map(len, rows))
        total, files = total + cells, files + 1
        for name, _, read in PEERS:
            try:
                got = read(truth_file.with_suffix(".csv"))
            except Exception:
                refused[name] += 1
                continue
            here = right_cells(columns, rows, got)
            right[name] += here
            perfect[name] += here == cells and all(len(column) == len(rows) for column in got)
    for name, version, _ in PEERS:
        print(f"{name} {version}: {100 * right[name] / total:.1f} % of {total} cells typed right, {perfect[name]} of {files} files without a fault, {refused[name]} refused")


if __name__ == "__main__":
    main(sys.argv[1])
