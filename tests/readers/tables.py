#!/usr/bin/env python3
"""Opens the Parquet tables of an output with other people's readers.

    tables.py OUTPUT

DuckDB, pyarrow, Polars and pandas read every OUTPUT/*.parquet: the same names, rows and values, sorted as the file
declares, and of the index those of index.csv where both have a column. Prints each difference and the totals.
"""

import csv
import decimal
import math
import pathlib
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet


# Frames stand in the order that their instances have in the index, which their own columns do not give.
UNSORTED = {"frames.parquet", "dvh_curves.parquet"}


def with_pyarrow(path):
    table = pyarrow.parquet.read_table(path)
    return table.column_names, zip(*(column.to_pylist() for column in table.columns))


def with_duckdb(path):
    # A path may hold what SQL takes for a pattern: it is handed over as a value.
    found = duckdb.execute("SELECT * FROM read_parquet($1)", [str(path)])
    names = [column[0] for column in found.description]
    return names, iter(found.fetchone, None)


def with_polars(path):
    table = polars.read_parquet(path, glob=False)
    return table.columns, table.iter_rows()


def with_pandas(path):
    # Without pyarrow's types an integer column with a null would become floats.
    table = pandas.read_parquet(path, dtype_backend="pyarrow")
    return list(table.columns), table.itertuples(index=False, name=None)


READERS = {"pyarrow": with_pyarrow, "DuckDB": with_duckdb, "Polars": with_polars, "pandas": with_pandas}


def plain(value):
    """A value in the type that all readers' values can be brought to."""
    if value is None or value is pandas.NA:
        return None
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value
    if isinstance(value, decimal.Decimal):
        return int(value)
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return tuple(plain(one) for one in value)


def equals_cell(value, cell):
    """Whether a value is the one that a cell of index.csv tells."""
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == str(value).lower()
    if isinstance(value, int):
        return cell != "" and int(cell) == value
    if isinstance(value, float):
        return cell != "" and float(cell) == value
    if isinstance(value, bytes):
        return cell == value.hex()
    if isinstance(value, tuple):
        value = "\\".join(value)
    # What a spreadsheet would take for a formula has an apostrophe before it in CSV.
    return cell in (value, "'" + value)


def sort_key(row, sorting):
    """Nulls first; texts by their bytes, as Parquet orders them."""
    values = [row[by.column_index] for by in sorting]
    values = [value.encode() if isinstance(value, str) else value for value in values]
    return [(value is not None, value if value is not None else 0) for value in values]


def differences(path):
    """What is wrong with a table."""
    file = pyarrow.parquet.ParquetFile(path)
    count = file.metadata.num_rows
    wanted_names, wanted = with_pyarrow(path)
    wanted = [tuple(map(plain, row)) for row in wanted]
    if len(wanted) != count:
        yield f"{len(wanted)} rows, but the footer says {count}"
    for reader, read in READERS.items():
        names, rows = read(path)
        rows = [tuple(map(plain, row)) for row in rows]
        if list(names) != list(wanted_names):
            yield f"{reader}: other columns"
        elif len(rows) != len(wanted):
            yield f"{reader}: {len(rows)} rows of {len(wanted)}"
        else:
            for at, name in enumerate(names):
                rows_that_differ = sum(a[at] != b[at] for a, b in zip(rows, wanted))
                if rows_that_differ:
                    yield f"{reader}: {name} differs in {rows_that_differ} rows"
    if path.name in UNSORTED:
        return
    groups = [file.metadata.row_group(group) for group in range(file.metadata.num_row_groups)]
    for group in groups:
        sorting = group.sorting_columns
        if not sorting:
            yield "a row group says not what it is sorted by"
            return
    keys = [sort_key(row, groups[0].sorting_columns) for row in wanted] if groups else []
    if any(later < earlier for earlier, later in zip(keys, keys[1:])):
        yield "not sorted as declared"
    if path.stem == "index":
        yield from differences_from_csv(path.with_suffix(".csv"), wanted_names, wanted)


def differences_from_csv(path, names, rows):
    with path.open(newline="") as lines:
        cells = {line["path"]: line for line in csv.DictReader(lines)}
    at_path = names.index("path")
    if sorted(cells) != sorted(row[at_path] for row in rows):
        yield "other paths than index.csv"
        return
    shared = [(at, name) for at, name in enumerate(names) if name in next(iter(cells.values()), {})]
    if cells and len(shared) < 2:
        yield "no column but the path is also in index.csv"
    for at, name in shared:
        wrong = sum(not equals_cell(row[at], cells[row[at_path]][name]) for row in rows)
        if wrong:
            yield f"{name} differs from index.csv in {wrong} rows"


def main() -> int:
    tables = sorted(pathlib.Path(sys.argv[1]).glob("*.parquet"))
    failed = 0
    for path in tables:
        found = list(differences(path))
        failed += bool(found)
        for what in found:
            print(f"{path.name}: {what}")
    if not any(path.stem == "index" for path in tables):
        print("no index.parquet")
        failed += 1
    print(f"tables: {len(tables) - min(failed, len(tables))} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
