"""What the cases of tests/hostile_data.py share: a table of them, and a way to write a file."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # image_bytes

BINARY = Path(sys.argv[1]).resolve()
MIB = 1 << 20

CASES = []


def case(code, expected, name=None):
    """The function writes into the folder that it is given and returns what iai is told to read; None: it cannot be made here."""
    def take(write):
        CASES.append((name or write.__name__, write, code if isinstance(code, set) else {code}, expected))
        return write
    return take


def put(path, *parts):
    """Bytes, text, or anything that gives such one after the other."""
    with open(path, "wb") as file:
        for part in parts:
            for piece in [part] if isinstance(part, (bytes, bytearray, str)) else part:
                file.write(piece.encode() if isinstance(piece, str) else piece)
    return path


ROWS = "".join(f"2026-03-01T12:{i // 60 % 60:02}:{i % 60:02};{i};{i * 7 % 13}.5\n" for i in range(3600))
TABLE = "time;n;force\n" + ROWS
