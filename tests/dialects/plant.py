"""Plants errors of eight kinds into delimited text files of eight dialects: plant.py FOLDER.

FOLDER/files/*.csv, FOLDER/contract.yaml and FOLDER/planted.json, a list of what validate must report and nothing else: kind, rule, file, column,
row, line, byte. Everything comes from the seed below."""
import json
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

SEED = 714
ROWS, EACH = 1700, 30  # rows of a file; errors of a kind in it
START = datetime(2026, 3, 3, 6, 0, 0)
COLUMNS = ["Nr", "Zeit", "Druck", "Leistung", "Zustand"]
KINDS = ["odd number", "error word", "wrong date", "ragged row", "broken UTF-8", "swapped decimal sign", "duplicated row", "backward time"]

#        name, codec, mark, delimiter, decimal, thousands, line end, time format, preamble
FILES = [
    ("a-utf8", "utf-8", b"", ";", ",", "", "\n", "%d.%m.%Y %H:%M:%S,250", "Gerät: Prüfstand 7\nKunde;Müller\n\n"),
    ("b-cp1252", "cp1252", b"", ";", ",", ".", "\r\n", "%d.%m.%Y %H:%M:%S", "Prüfstand 7\r\n"),
    ("c-utf16le", "utf-16-le", b"\xff\xfe", "\t", ",", "", "\r\n", "%d.%m.%Y %H:%M:%S", ""),
    ("d-utf8-mark", "utf-8", b"\xef\xbb\xbf", ",", ".", "", "\n", "%Y-%m-%dT%H:%M:%S.125", ""),
    ("e-utf8-bars", "utf-8", b"", "|", ".", "", "\r\n", "%Y-%m-%d %H:%M:%S", "# station 4\n"),
    ("f-latin9", "iso8859-15", b"", ";", ",", "", "\n", "%d.%m.%y %H:%M:%S", "sep=;\n"),
    ("g-utf16be", "utf-16-be", b"", ";", ",", ".", "\n", "%Y-%m-%d %H:%M:%S", ""),
    ("h-utf8-blanks", "utf-8", b"", " ", ".", "", "\n", "%Y-%m-%dT%H:%M:%S", ""),
]
CONTRACT = """\
contract: planted
tables:
  - files: ["**"]
    columns:
      - {name: Nr, type: integer}
      - {name: Zeit, type: timestamp}
      - {name: Druck, type: real}
      - {name: Leistung, type: real}
      - {name: Zustand, type: text}
    unique: {columns: [Nr, Zeit], within: file}
    order: {columns: [Zeit], strictly: false}
"""


class File:
    def __init__(self, spec):
        self.name, self.codec, self.mark, self.delimiter, self.decimal, self.thousands, self.newline, self.time_format, self.preamble = spec
        self.random = random.Random(f"{SEED} {self.name}")
        self.bytes = bytearray(self.mark)
        self.line = 1
        self.planted = []
        self.row = 0

    def number(self, plain):
        sign, digits = ("-", plain[1:]) if plain[0] == "-" else ("", plain)
        whole, _, fraction = digits.partition(".")
        if self.thousands and len(whole) > 3:
            whole = whole[:-3] + self.thousands + whole[-3:]
        return sign + whole + self.decimal + fraction

    def write(self, text):
        self.bytes += text.encode(self.codec, "surrogateescape")
        self.line += text.count("\n")

    def cells(self, i):
        r = self.random
        state = r.choice(["läuft", "steht", "Störung"] if self.delimiter == " " else ["läuft", "steht; kalt", "Störung", "zwei\nZeilen"])
        return [str(i + 1), (START + i * timedelta(seconds=2)).strftime(self.time_format), self.number(f"{r.gauss(5, 3):.2f}"), self.number(f"{r.uniform(800, 9000):.1f}"), state]

    def put(self, cells, plant=None, column=None):
        """Writes one row; `plant`: kind and rule of what is wrong in `column` (None: in the row)."""
        self.row += 1
        begin, line = len(self.bytes), self.line
        at = begin
        for c, cell in enumerate(cells):
            if c:
                self.write(self.delimiter)
            quote = "\"" if any(sign in cell for sign in (self.delimiter, "\n")) else ""
            self.write(quote)
            if column == c:
                at = len(self.bytes)
            self.write(cell + quote)
        self.write(self.newline)
        if plant:
            kind, rule, name = plant
            self.planted.append({"kind": kind, "rule": rule, "file": f"{self.name}.csv", "column": name, "row": self.row, "line": line, "byte": at})

    def plant(self, kind, cells):
        r = self.random
        if kind == "odd number":
            c = r.choice([2, 3])
            cells[c] = r.choice(["abc", "12a4", "1" + self.decimal + self.decimal + "5", "0x1F", "--3", "1e", "5" + self.decimal, "(4)"])
            self.put(cells, (kind, COLUMNS[c] + "/type", COLUMNS[c]), c)
        elif kind == "error word":
            c = r.choice([2, 3])
            cells[c] = r.choice(["Überlauf", "#DIV/0!", "Drahtbruch", "Timeout"] + ([] if self.delimiter == " " else ["Bad Input", "I/O Timeout"]))
            self.put(cells, (kind, COLUMNS[c] + "/error-words", COLUMNS[c]), c)
        elif kind == "wrong date":
            cells[1] = r.choice([lambda t: t.replace("03", "13", 1) if t.startswith("2026") else t.replace(".03.", ".13.", 1), lambda t: t.replace("2026", "0026") if "2026" in t else t.replace(".03.", ".00.", 1),
                                 lambda t: t[:-1] + "x", lambda t: t.replace(":", "-")])(cells[1])
            self.put(cells, (kind, "Zeit/type", "Zeit"), 1)
        elif kind == "ragged row":
            cells = cells[:r.choice([2, 3, 4])] if r.random() < 0.7 else cells + ["7"]
            self.put(cells, (kind, "ragged-rows", ""), 0 if "\n" not in cells[0] else None)
        elif kind == "broken UTF-8":
            c = r.choice([2, 4])
            cells[c] = cells[c].replace("\n", "") + r.choice(["\udcff", "\udcc3", "\udce2\udc82", "\udced\udca0\udc80"])
            self.put(cells, (kind, COLUMNS[c] + "/type", COLUMNS[c]), c)
        elif kind == "swapped decimal sign":
            c = r.choice([2, 3])
            other = "." if self.decimal == "," else ","
            cells[c] = f"{r.uniform(1, 99):.{2 if c == 2 else 1}f}".replace(".", other)
            self.put(cells, (kind, COLUMNS[c] + "/type", COLUMNS[c]), c)
        elif kind == "duplicated row":
            self.put(cells)
            self.put(cells, (kind, "unique", "Nr, Zeit"), 0)
        elif kind == "backward time":
            i = int(cells[0]) - 1
            cells[1] = (START + (i - r.randint(3, 2000)) * timedelta(seconds=2)).strftime(self.time_format)
            self.put(cells, (kind, "order", "Zeit"), 1)

    def make(self):
        kinds = [kind for kind in KINDS if kind != "broken UTF-8" or self.codec == "utf-8"]
        times = {kind: EACH * 2 if kind == "broken UTF-8" else EACH for kind in kinds}
        plan = [kind for kind in kinds for _ in range(times[kind])]
        self.random.shuffle(plan)
        # Never in rows that follow each other: those would be one place in the report.
        places = sorted(self.random.sample(range(3, ROWS // 3 - 1), len(plan)))
        faults = {3 * place: kind for place, kind in zip(places, plan)}
        self.write(self.preamble)
        self.write(self.delimiter.join(COLUMNS) + self.newline)
        for i in range(ROWS):
            if i in faults:
                self.plant(faults[i], self.cells(i))
            else:
                self.put(self.cells(i))


def main(folder):
    (folder / "files").mkdir(parents=True)
    (folder / "contract.yaml").write_text(CONTRACT)
    planted = []
    for spec in FILES:
        file = File(spec)
        file.make()
        (folder / "files" / (file.name + ".csv")).write_bytes(bytes(file.bytes))
        planted += file.planted
    counts = {kind: sum(p["kind"] == kind for p in planted) for kind in KINDS}
    assert all(count >= 200 for count in counts.values()), counts
    (folder / "planted.json").write_text(json.dumps({"planted": planted, "counts": counts}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
