"""Parquet and Arrow files that are made to do harm."""
import random
import shutil
import struct
import subprocess
from pathlib import Path

from .cases import BINARY, case, put


# Parquet and Arrow: bombs by the library, tests/columnar/files.cpp

def columnar(name):
    def write(folder):
        program = BINARY.parent / "iai_columnar_files"
        if not program.exists():
            return None
        bombs = folder.parent.parent / "bombs"  # made once for all cases
        if not bombs.exists():
            subprocess.run([program, bombs, "bombs"], check=True)
        return Path(shutil.copy(bombs / name, folder))
    return write


for bomb_name, bomb_code, bomb_text in (("bomb.arrow", 3, "memory"), ("bomb.parquet", 0, "constant_column"), ("text.parquet", 0, "unreadable"), ("text.arrow", 0, "unreadable"), ("rows.parquet", 3, "GB of cells")):
    case(bomb_code, bomb_text, "columnar_" + bomb_name)(columnar(bomb_name))


def has_arrow():
    return (BINARY.parent / "iai_columnar_files").exists()


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def parquet(elements, count, rows=0, groups=b"\x0c"):
    """A file of nothing but a footer. @source parquet.thrift, FileMetaData, in Thrift's compact protocol"""
    meta = b"\x15\x04\x19\xfc" + varint(count) + elements + b"\x16" + varint(rows * 2) + b"\x19" + groups + b"\0"
    return b"PAR1" + meta + struct.pack("<I", len(meta)) + b"PAR1"


GROUP, LEAF = b"\x35\x00\x18\x01a\x15\x02\x00", b"\x15\x02\x25\x00\x18\x01b\x00"


def parquet_case(name, code, expected, *parts):
    case(code, expected, name)(lambda folder: put(folder / "a.parquet", (part() if callable(part) else part for part in parts)) if has_arrow() else None)


parquet_case("parquet_a_million_levels_deep", 3, "a.parquet", lambda: parquet(GROUP * 900_000 + LEAF, 900_001))
parquet_case("parquet_of_a_million_columns", 3, "a.parquet", lambda: parquet(b"\x48\x01r\x15" + varint(1_800_000) + b"\x00" + LEAF * 900_000, 900_001))
parquet_case("parquet_of_a_million_row_groups", {0, 3}, "", lambda: parquet(b"\x48\x01r\x15\x02\x00" + LEAF, 2, 0, b"\xfc" + varint(900_000) + b"\x19\x0c\x16\x00\x16\x00\x00" * 900_000))
parquet_case("parquet_of_nine_quintillion_rows", 3, "a.parquet", lambda: parquet(b"\x48\x01r\x15\x02\x00" + LEAF, 2, (1 << 62) - 1))
parquet_case("parquet_footer_of_two_gigabytes", 3, "a.parquet", b"PAR1", bytes(100), struct.pack("<I", 0x7FFFFFFF), b"PAR1")
parquet_case("parquet_that_is_only_its_name", 3, "a.parquet", b"PAR1")
parquet_case("arrow_message_of_two_gigabytes", 3, "a.parquet", b"ARROW1\0\0\xff\xff\xff\xff", struct.pack("<I", 0x7FFFFFF8), b"\x10\0\0\0", random.Random(7).randbytes(200))
parquet_case("arrow_stream_of_random_bytes", 3, "a.parquet", b"\xff\xff\xff\xff\x00\x01\x00\x00\x10\x00\x00\x00", random.Random(7).randbytes(400))
