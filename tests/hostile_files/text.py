"""Delimited text and JSON Lines that are made to do harm."""
import os

from .cases import MIB, ROWS, TABLE, case, put


# Delimited text

@case(3, "row over 64 MiB|over 64 MiB")
def one_line_of_a_gigabyte(folder):
    return put(folder / "line.csv", "a;b\n", (b"1;" * (MIB // 2) for _ in range(1024)))


@case(3, "over 64 MiB")
def one_cell_of_a_gigabyte_behind_rows(folder):
    return put(folder / "cell.csv", TABLE, "2026-03-01T13:00:00;1;", (b"1" * MIB for _ in range(1024)))


@case(3, "262,?144")
def a_million_columns(folder):
    return put(folder / "wide.csv", ";".join(f"c{i}" for i in range(1_000_000)), "\n", ";".join("1" * 1_000_000), "\n")


@case(0, "ragged_rows")
def a_million_columns_behind_rows(folder):
    return put(folder / "wide.csv", TABLE, ";" * 1_000_000, "\n")


@case(0, "ragged_rows|odd_cells")
def a_quote_that_never_closes(folder):
    return put(folder / "quote.csv", "a;b\n1;\"", (ROWS.encode() for _ in range(40)))


@case(0, "")
def quotes_only(folder):
    return put(folder / "quotes.csv", "a;b\n", (b'1;"""""""""""""""""""""""""""""""""\n' for _ in range(20_000)))


@case(3, "zero byte")
def zeros(folder):
    return put(folder / "zeros.csv", bytes(MIB))


@case(3, "zero byte")
def a_gigabyte_of_nothing(folder):
    path = put(folder / "hole.csv", "")
    os.truncate(path, 1 << 30)
    return path


@case(0, "odd_cells")
def zero_bytes_in_cells(folder):
    return put(folder / "nul.csv", TABLE * 5, "2026-03-01T13:00:00;1\0;2\n")


@case(0, "odd_cells")
def broken_utf8_behind_umlauts(folder):
    return put(folder / "late.csv", "time;Prüfer;n\n", "".join(f"2026-03-01T12:00:00;Jörg{i};{i}\n" for i in range(20_000)), b"2026-03-01T12:00:00;J\xc3\x28rg;\xff\n")


@case(0, "")
def broken_utf8_everywhere(folder):
    return put(folder / "bytes.csv", b"a;b\n", b"\xc3\x28;\xf0\x28\x8c\xbc\n\xed\xa0\x80;1\n\xff\xfe\xfd;2\n" * 500)


@case({0, 3}, "")
def utf16_with_half_a_character(folder):
    return put(folder / "odd.csv", b"\xff\xfe" + "a;b\n1;2\n3;4\n".encode("utf-16-le") * 50 + b"\x00\xd8\x3b\x00\x31")


@case({0, 3}, "")
def utf32(folder):
    return put(folder / "wide.csv", "\ufeffa;b\n1;2\n3;4\n".encode("utf-32-le"))


@case({0, 3}, "")
def carriage_returns_only(folder):
    return put(folder / "mac.csv", TABLE.replace("\n", "\r") * 20)


@case({0, 3}, "")
def delimiters_only(folder):
    return put(folder / "signs.csv", (b";;;;;;;;;;;;;;;\n" * 4096 for _ in range(64)))


@case(0, "odd_cells|widened")
def numbers_beyond_all_bounds(folder):
    return put(folder / "huge.csv", TABLE, f"2026-03-01T13:00:00;{'9' * 4000};1e999999999\n2026-03-01T13:00:01;-{'9' * 4000};-1e-999999999\n99999-99-99T99:99:99;1;1\n")


@case({0, 3}, "")
def a_preamble_of_a_hundred_thousand_lines(folder):
    return put(folder / "preamble.csv", "# note\n" * 100_000, TABLE)


@case({0, 3}, "")
def a_header_of_one_name(folder):
    return put(folder / "same.csv", ";".join(["x"] * 20_000), "\n", ";".join(["1"] * 20_000), "\n")


@case(3, "empty")
def no_byte(folder):
    return put(folder / "empty.csv", "")


# JSON Lines

@case(0, "broken_lines")
def json_a_million_levels_deep(folder):
    return put(folder / "deep.jsonl", '{"a":1}\n' * 100, '{"a":', "[" * 1_000_000, "\n", '{"a":2}\n')


@case(0, "broken_lines")
def json_objects_in_objects(folder):
    return put(folder / "deep.jsonl", '{"a":1}\n' * 100, '{"a":' * 100_000, "1", "}" * 100_000, "\n")


@case(3, "262,?144|is no JSON Lines")
def json_of_a_million_members(folder):
    return put(folder / "wide.jsonl", "{", ",".join(f'"m{i}":{i}' for i in range(1_000_000)), "}\n", '{"m1":2}\n')


@case(0, "broken_lines")
def json_line_of_a_gigabyte(folder):
    return put(folder / "line.jsonl", '{"a":1}\n' * 100, '{"a":"', (b"x" * MIB for _ in range(1024)), '"}\n{"a":2}\n')


@case(0, "broken_lines|odd_cells")
def json_broken_text(folder):
    return put(folder / "text.jsonl", '{"a":"x"}\n' * 100, b'{"a":"\xc3\x28"}\n{"a":"\xff"}\n{"a":"\\ud800"}\n{"a":"\0"}\n{"a":"\\u0000"}\n{"\xff":1}\n')


@case(0, "odd_cells")
def json_numbers_beyond_all_bounds(folder):
    return put(folder / "huge.jsonl", '{"a":1}\n' * 100, '{"a":', "9" * 5000, "}\n", '{"a":1e999999}\n{"a":-1e-999999}\n')


@case(0, "broken_lines")
def json_members_twice(folder):
    return put(folder / "twice.jsonl", '{"a":1,"b":2}\n' * 100, '{', ",".join(['"a":1'] * 10_000), "}\n")
