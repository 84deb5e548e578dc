#!/usr/bin/env python3
"""The contract of tests/bench/contract.yaml in the words of its peers.

contract_peers.py duckdb|duckdb-1|pandera|gx|datacontract-file FILE. Prints the number of rows or cells that break each rule.
"""
import sys

RANGES = {"temperature": (0, 150), "pressure": (0, 10), "flow": (0, 300), "speed": (0, 3000), "torque": (-50, 150), "current": (-10, 50), "vibration_x": (-10, 10), "vibration_y": (-10, 10)}
PATTERNS = {"serial": "SN[0-9]{9}", "tool": "T[0-9]{2}"}
SETS = {"state": ["RUN", "IDLE", "STOP", "SETUP"],
        "note": ["ok", "cycle complete", "tool changed", "door open", "warm-up", "feed hold", "coolant refilled", "measured by hand"]}


def by_duckdb(path, threads=None):
    import duckdb
    if threads:
        duckdb.sql(f"SET threads = {threads}")
    counts = {c: f"count(*) FILTER (NOT ({c} BETWEEN {low} AND {high}))" for c, (low, high) in RANGES.items()}
    counts |= {c: f"count(*) FILTER (NOT regexp_full_match({c}, '{pattern}'))" for c, pattern in PATTERNS.items()}
    counts |= {c: "count(*) FILTER ({} NOT IN ({}))".format(c, ", ".join(f"'{v}'" for v in values)) for c, values in SETS.items()}
    counts["repeated serial"] = "count(serial) - count(DISTINCT serial)"
    found = duckdb.sql(f"SELECT {', '.join(counts.values())} FROM '{path}'").fetchall()[0]
    return {name: count for name, count in zip(counts, found) if count}


def by_pandera(path):
    import pandas
    import pandera.pandas as pandera
    columns = {c: pandera.Column(checks=pandera.Check.in_range(low, high)) for c, (low, high) in RANGES.items()}
    columns |= {c: pandera.Column(checks=pandera.Check.str_matches(f"^{pattern}$"), unique=c == "serial", report_duplicates="exclude_first") for c, pattern in PATTERNS.items()}
    columns |= {c: pandera.Column(checks=pandera.Check.isin(values)) for c, values in SETS.items()}
    try:
        pandera.DataFrameSchema(columns).validate(pandas.read_csv(path), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        return dict(errors.failure_cases.groupby(["column", "check"]).size())
    return {}


def by_great_expectations(path):
    import great_expectations as gx
    import great_expectations.expectations as expect
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("sensors").add_csv_asset("text", filepath_or_buffer=path)
    batch = asset.add_batch_definition("whole")
    suite = context.suites.add(gx.ExpectationSuite(name="contract"))
    for column, (low, high) in RANGES.items():
        suite.add_expectation(expect.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high))
    for column, pattern in PATTERNS.items():
        suite.add_expectation(expect.ExpectColumnValuesToMatchRegex(column=column, regex=f"^{pattern}$"))
    for column, values in SETS.items():
        suite.add_expectation(expect.ExpectColumnValuesToBeInSet(column=column, value_set=values))
    suite.add_expectation(expect.ExpectColumnValuesToBeUnique(column="serial"))
    result = gx.ValidationDefinition(name="check", data=batch, suite=suite).run()
    return {"success": result.success}


def datacontract_file(path):
    import yaml
    fields = {c: {"type": "double", "minimum": low, "maximum": high} for c, (low, high) in RANGES.items()}
    fields |= {c: {"type": "string", "pattern": f"^{pattern}$"} for c, pattern in PATTERNS.items()}
    fields |= {c: {"type": "string", "enum": values} for c, values in SETS.items()}
    fields["serial"]["unique"] = True
    order = ["time", "serial", *RANGES, "state", "tool", "note"]
    fields["time"] = {"type": "timestamp"}
    return yaml.safe_dump({"dataContractSpecification": "1.1.0", "id": "sensors", "info": {"title": "sensors", "version": "1"},
                           "servers": {"local": {"type": "local", "path": path, "format": "csv"}},
                           "models": {"sensors": {"type": "table", "fields": {c: fields[c] for c in order}}}}, sort_keys=False)


def main():
    tool, path = sys.argv[1:]
    print({"duckdb": by_duckdb, "duckdb-1": lambda p: by_duckdb(p, 1), "pandera": by_pandera, "gx": by_great_expectations, "datacontract-file": datacontract_file}[tool](path))


if __name__ == "__main__":
    main()
