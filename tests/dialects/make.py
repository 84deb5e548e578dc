"""Writes 60 delimited text files as plants write them, and the truth beside each: make.py FOLDER.

FOLDER/NN-what.csv is the file, FOLDER/NN-what.truth what a reader must make of it, one JSON value a line: first
{"columns": [{"name", "type", "unit"}]}, then for every data row a list of [kind, value] cells. kind is value, missing,
error or odd; integers and times (nanoseconds since 1970 as written) are exact, texts are texts. Everything comes from
the seed below.
"""
import json
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

SEED = 20260302
ROWS = 260
EPOCH = datetime(1970, 1, 1)
START = datetime(2026, 3, 2, 22, 0, 0)

UTF8, MARKED = ("utf-8", b""), ("utf-8", b"\xef\xbb\xbf")
LE, BE = ("utf-16-le", b""), ("utf-16-be", b"")
LE_MARKED, BE_MARKED = ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")
CP1252, LATIN1, LATIN9, CP850, CP1250 = ("cp1252", b""), ("iso8859-1", b""), ("iso8859-15", b""), ("cp850", b""), ("cp1250", b"")
GERMAN_WORDS = ["läuft", "steht", "Störung", "Rüsten"]
POLISH_WORDS = ["włączony", "wyłączony", "błąd", "zakłócenie"]
EURO_WORDS = ["läuft", "gestört", "12 € Prüfgebühr", "Rüsten"]
POINT, APOSTROPHE, BLANK, NO_BREAK, THIN, NARROW = ".", "'", " ", "\u00a0", "\u2009", "\u202f"


def case(encoding, delimiter, decimal, thousands, times, **more):
    return dict(encoding=encoding, delimiter=delimiter, decimal=decimal, thousands=thousands, times=times, **more)


NONE = ""
CASES = [
    # A logger's own export, the case that the readers of the field fail on.
    case(CP1252, ";", ",", NONE, "german,", preamble="device", units="row", errors=["Bad Input"], missing=["", "---"]),
    case(UTF8, ";", ",", NONE, "german,", preamble="device", units="row", errors=["Überlauf"], missing=["", "-"]),
    case(LATIN1, ";", ",", POINT, "german,", preamble="device", units="name", errors=["Überlauf", "Bad Input"], missing=["", "-"]),
    case(LATIN9, ";", ",", POINT, "german.", words=EURO_WORDS, units="row", errors=["I/O Timeout"], missing=["NaN"]),
    case(CP850, ";", ",", NONE, "german", preamble="device", errors=["Überlauf"], missing=["", "NULL"], newline="\r\n"),
    case(CP1250, ";", ",", NO_BREAK, "iso ", words=POLISH_WORDS, missing=["", "#N/A"], names="polish"),
    case(MARKED, ";", ",", POINT, "german", units="name", sums=True, missing=["", "#NV"], newline="\r\n"),
    case(MARKED, ";", ",", BLANK, "german minutes", sep=True, missing=["", "#NV"], errors=["#DIV/0!"], newline="\r\n"),
    case(LE_MARKED, "\t", ",", NONE, "german,", units="row", missing=["", "NaN"], newline="\r\n"),
    case(LE, ";", ",", POINT, "iso T", missing=["", "-"], errors=["I/O Timeout"]),
    case(BE_MARKED, ";", ",", NONE, "iso .", preamble="notes", missing=["NULL"]),
    case(BE, "\t", ".", NONE, "iso zone", units="name", missing=["", "NaN"], errors=["Bad Input"]),
    # Decimal point.
    case(UTF8, ",", ".", NONE, "iso T", missing=["", "NaN"], newline="\n"),
    case(UTF8, ",", ".", NONE, "iso zone", units="name", missing=["NULL", ""], errors=["Bad Input", "I/O Timeout"]),
    case(UTF8, ",", ".", NONE, "iso Z", preamble="comments", units="row", missing=["NaN"]),
    case(MARKED, ",", ".", NONE, "iso .", trailing=True, missing=["", "1.#QNAN"]),
    case(UTF8, ";", ".", APOSTROPHE, "german", units="name", missing=["", "-"], names="swiss"),
    case(CP1252, ";", ".", APOSTROPHE, "german.", preamble="device", errors=["Überlauf"], missing=["---"]),
    case(UTF8, "\t", ".", NONE, "iso ", units="row", ragged=True, missing=["", "NaN"]),
    case(UTF8, "|", ".", NONE, "iso T", missing=["", "NULL"], errors=["Bad Input"], trailing=True),
    case(CP1252, "|", ",", POINT, "german,", preamble="device", missing=["-"], newline="\r\n"),
    case(UTF8, "|", ",", THIN, "german", units="name", missing=["", "#N/A"]),
    case(UTF8, ";", ",", THIN, "iso T", missing=["", "#NV"], footer=True),
    case(UTF8, ";", ",", NARROW, "iso ", missing=["", "-"], names="french", units="name"),
    case(LE_MARKED, ";", ",", NARROW, "german,", missing=["---"], units="row", sep=True),
    # Runs of blanks.
    case(UTF8, " ", ".", NONE, "iso T", missing=["NaN"], plain_words=True),
    case(UTF8, " ", ".", NONE, "date and time", missing=["NaN", "-"], aligned=True, plain_words=True),
    case(CP1252, " ", ",", NONE, "date and time", missing=["---"], aligned=True, plain_words=True, errors=["Überlauf"]),
    case(UTF8, " ", ".", NONE, "none", header=False, missing=["NaN"], plain_words=True),
    case(UTF8, " ", ".", NONE, "time only", preamble="comments", missing=["1.#QNAN"], plain_words=True, aligned=True),
    # Times.
    case(UTF8, ";", ",", NONE, "short", missing=["", "-"], units="row"),
    case(CP1252, ";", ",", POINT, "short", preamble="device", missing=["NaN"], errors=["Bad Input"]),
    case(UTF8, ";", ",", NONE, "midnight", missing=["", "---"], units="name"),
    case(CP850, ";", ",", POINT, "midnight", missing=["-"], preamble="notes", newline="\r\n"),
    case(UTF8, ";", ",", NONE, "time only", missing=["", "NaN"], units="row"),
    case(LATIN1, "\t", ",", NONE, "time only", preamble="device", missing=["-"]),
    case(UTF8, ";", ",", NONE, "date and time", units="row", missing=["", "#NV"]),
    case(CP1252, ";", ",", POINT, "date and time", units="name", missing=["-"], sums=True),
    case(UTF8, ",", ".", NONE, "basic", missing=["", "NaN"]),
    case(UTF8, ";", ".", NONE, "slashes", missing=["", "NaN"], units="name"),
    case(UTF8, ";", ",", NONE, "day/month", missing=["", "NaN"], names="french"),
    case(UTF8, ",", ".", NONE, "month/day", missing=["", "NaN"]),
    case(UTF8, ";", ",", NONE, "colon", missing=["", "-"], preamble="device"),
    # Tables that people and programs disturb.
    case(UTF8, ";", ",", NONE, "german,", repeated=60, units="row", missing=["", "-"]),
    case(CP1252, ";", ",", POINT, "iso ", repeated=100, units="name", missing=["", "NaN"], footer=True),
    case(UTF8, "\t", ".", NONE, "iso T", repeated=50, missing=["NULL"], errors=["I/O Timeout"]),
    case(CP1252, ";", ",", NONE, "german", sums=True, footer=True, missing=["", "---"], trailing=True),
    case(UTF8, ";", ",", POINT, "german", sums=True, missing=["-"], units="row", ragged=True),
    case(UTF8, ";", ",", NONE, "german,", ragged=True, missing=["", "#NV"], preamble="notes"),
    case(UTF8, ",", ".", NONE, "iso T", quoted="all", remarks=True, missing=["", "NULL"]),
    case(CP1252, ";", ",", POINT, "german,", quoted="texts", remarks=True, missing=["", "-"], newline="\r\n"),
    case(UTF8, ",", ",", NONE, "german", remarks=True, missing=["", "-"], units="name"),
    case(MARKED, ",", ",", POINT, "german,", missing=["", "NaN"], units="row"),
    case(LE_MARKED, ";", ",", NONE, "german,", remarks=True, missing=["", "NaN"], newline="\r\n"),
    case(UTF8, ";", ",", NONE, "none", header=False, missing=["", "-"]),
    case(CP1252, "\t", ",", NONE, "german", header=False, missing=["---"], errors=["Überlauf"]),
    case(UTF8, ",", ".", NONE, "iso T", header=False, missing=["", "NaN"]),
    case(LATIN9, "\t", ",", POINT, "german,", words=EURO_WORDS, trailing=True, missing=["", "-"], newline="\r\n"),
    case(UTF8, ";", ".", NONE, "iso T", newline="\r", missing=["", "NaN"]),
    case(UTF8, ";", ",", NONE, "iso T", rows=9000, missing=["", "-", "NULL"], errors=["Bad Input", "Überlauf"], units="row"),
]


class Column:
    """Writes cells of one column: text as written, and what a reader must make of it."""

    def __init__(self, name, kind, unit=""):
        self.name, self.kind, self.unit = name, kind, unit

    def type(self):
        return {"time": "timestamp", "count": "integer", "serial": "integer", "pressure": "real", "power": "real", "code": "text", "huge": "text",
                "state": "text", "remark": "text", "switch": "boolean"}[self.kind]


def number_text(plain, how):
    """'-12345.67' as the case writes it."""
    sign, digits = ("-", plain[1:]) if plain[0] == "-" else ("", plain)
    whole, _, fraction = digits.partition(".")
    if how["thousands"]:
        groups = []
        while len(whole) > 3:
            whole, group = whole[:-3], whole[-3:]
            groups.insert(0, group)
        whole = how["thousands"].join([whole] + groups)
    return sign + whole + (how["decimal"] + fraction if fraction else "")


def nanoseconds(time):
    return ((time - EPOCH) // timedelta(microseconds=1)) * 1000


def time_cells(style, i):
    """(text, nanoseconds) of the time cells of row i."""
    step = {"german minutes": timedelta(minutes=1), "short": timedelta(minutes=7), "midnight": timedelta(minutes=20), "date and time": timedelta(seconds=75),
            "day/month": timedelta(hours=3), "month/day": timedelta(hours=3)}.get(style, timedelta(milliseconds=250))
    t = START + i * step
    milli = t.microsecond // 1000
    clock = t.strftime("%H:%M:%S")
    if style == "iso T":
        return [(t.strftime("%Y-%m-%dT") + clock + f".{milli:03}", t)]
    if style == "iso ":
        return [(t.strftime("%Y-%m-%d ") + clock + f".{milli:03}", t)]
    if style == "iso .":
        return [(t.strftime("%Y-%m-%d ") + clock + f".{milli:03}000", t)]
    if style == "iso zone":
        return [(t.strftime("%Y-%m-%dT") + clock + f".{milli:03}+01:00", t - timedelta(hours=1))]
    if style == "iso Z":
        return [(t.strftime("%Y-%m-%dT") + clock + f".{milli:03}Z", t)]
    if style == "german":
        t = START + i * timedelta(seconds=1)
        return [(t.strftime("%d.%m.%Y %H:%M:%S"), t)]
    if style == "german,":
        return [(t.strftime("%d.%m.%Y ") + clock + f",{milli:03}", t)]
    if style == "german.":
        return [(t.strftime("%d.%m.%Y ") + clock + f".{milli:03}", t)]
    if style == "german minutes":
        return [(t.strftime("%d.%m.%Y %H:%M"), t)]
    if style == "short":
        return [(f"{t.day}.{t.month}.{t.year % 100:02} {t.hour}:{t.minute:02}:00", t)]
    if style == "midnight":
        if t.hour == t.minute == 0:
            return [((t - timedelta(days=1)).strftime("%d.%m.%Y 24:00:00"), t)]
        return [(t.strftime("%d.%m.%Y %H:%M:%S"), t)]
    if style == "time only":
        return [(clock + f",{milli:03}", EPOCH + (t - t.replace(hour=0, minute=0, second=0, microsecond=0)))]
    if style == "date and time":
        day = t.replace(hour=0, minute=0, second=0)
        return [(t.strftime("%d.%m.%Y"), day), (clock, EPOCH + (t - day))]
    if style == "basic":
        return [(t.strftime("%Y%m%dT%H%M%S"), t.replace(microsecond=0))]
    if style == "slashes":
        return [(t.strftime("%Y/%m/%d ") + clock + f".{milli:03}", t)]
    if style == "day/month":
        return [(t.strftime("%d/%m/%Y %H:%M:%S"), t)]
    if style == "month/day":
        return [(t.strftime("%m/%d/%Y %H:%M:%S"), t)]
    if style == "colon":
        return [(t.strftime("%d.%m.%Y ") + clock + f":{milli:03}", t)]
    return []


NAMES = {
    "german": ["Zeit", "Datum", "Uhrzeit", "Zähler", "Druck", "Leistung", "Zustand", "Gerät", "Seriennummer", "Kennung", "Schütz", "Bemerkung"],
    "french": ["Horodatage", "Date", "Heure", "Compteur", "Pression", "Puissance", "État", "Repère", "Numéro", "Référence", "Vanne", "Remarque"],
    "polish": ["Czas", "Data", "Godzina", "Licznik", "Ciśnienie", "Moc", "Stan", "Urządzenie", "Numer", "Kod", "Zawór", "Uwaga"],
    "swiss": ["Zeit", "Datum", "Uhrzeit", "Zähler", "Druck", "Leistung", "Zustand", "Gerät", "Laufnummer", "Kennung", "Schütz", "Bemerkung"],
}


def columns_of(how, index):
    n = NAMES[how.get("names", "german")]
    times = {"none": [], "date and time": [Column(n[1], "time"), Column(n[2], "time")]}.get(how["times"], [Column(n[0], "time")])
    columns = times + [Column(n[3], "count", "1"), Column(n[4], "pressure", "bar"), Column(n[5], "power", "kW"), Column(n[6], "state")]
    # Not every file holds everything: tables differ in what a reader can lean on.
    extra = [Column(n[7], "code"), Column(n[8], "serial", ""), Column(n[9], "huge", ""), Column(n[10], "switch", "")]
    columns += [column for bit, column in enumerate(extra) if (index * 7 + bit * 5) % 3]
    if how.get("remarks"):
        columns.append(Column(n[11], "remark"))
    return columns


class Table:
    def __init__(self, how, index):
        self.how, self.random = how, random.Random(f"{SEED} {index}")
        self.columns = columns_of(how, index)
        self.truth = []

    def cell(self, column, i):
        """(text, [kind, value])"""
        how, r = self.how, self.random
        if column.kind in ("pressure", "power", "count") and i > 3:
            chance = r.random()
            if chance < 0.03:
                return r.choice(how["missing"]), ["missing", None]
            if chance < 0.045 and how.get("errors"):
                return r.choice(how["errors"]), ["error", None]
        if column.kind == "count":
            value = 990 + 7 * i + (1_200_000 if i % 3 == 0 else 0)
            return number_text(str(value), how), ["value", value]
        if column.kind == "serial":
            value = 9_007_199_254_740_993 + 2 * i
            return str(value), ["value", value]
        if column.kind in ("pressure", "power"):
            plain = f"{r.gauss(5, 3):.2f}" if column.kind == "pressure" else f"{r.uniform(800, 90000):.1f}"
            return number_text(plain, how), ["value", float(plain)]
        if column.kind == "switch":
            value = r.randrange(2)
            return ["nein", "ja"][value], ["value", value]
        if column.kind == "remark":
            text = r.choice(["Ventil \"A\" geöffnet", "Halt;\nsiehe Buch", "kalt, trocken", "", "zwei\r\nZeilen"])
            return text, ["value", text] if text else ["missing", None]
        text = {"code": f"{i % 97:05}", "huge": f"18446744073709551{616 + i:03}7"}.get(column.kind) or r.choice(how.get("words", GERMAN_WORDS))
        if how.get("plain_words"):
            text = text.split()[0]
        return text, ["value", text]

    def quoted(self, text, column):
        how = self.how
        needs = how["delimiter"] in text or "\"" in text or "\n" in text or "\r" in text
        wants = how.get("quoted") == "all" or (how.get("quoted") == "texts" and column.kind in ("state", "remark"))
        return "\"" + text.replace("\"", "\"\"") + "\"" if needs or (wants and text) else text

    def line(self, texts):
        how = self.how
        if how.get("aligned"):
            return "".join(f"{text:>{max(12, len(text) + 1)}}" for text in texts) + how.get("newline", "\n")
        return how["delimiter"].join(texts) + (how["delimiter"] if how.get("trailing") else "") + how.get("newline", "\n")

    def row(self, i):
        texts, truth = [], []
        times = iter(time_cells(self.how["times"], i))
        for column in self.columns:
            if column.kind == "time":
                text, time = next(times)
                known = ["value", nanoseconds(time)]
            else:
                text, known = self.cell(column, i)
            texts.append(self.quoted(text, column))
            truth.append(known)
        if self.how.get("ragged") and i % 50 == 37:
            cut = 2 + i % 2
            texts, truth = texts[:cut], truth[:cut] + [["missing", None]] * (len(truth) - cut)
        elif self.how.get("ragged") and i % 50 == 21:
            texts.append("7")
        self.truth.append(truth)
        return self.line(texts)

    def header(self):
        how = self.how
        names = [c.name + (f" [{c.unit}]" if c.unit and how.get("units") == "name" else "") for c in self.columns]
        if how["delimiter"] == " ":
            names = [name.replace(" ", "_") for name in names]
        lines = self.line([self.quoted(name, c) for name, c in zip(names, self.columns)])
        if how.get("units") == "row":
            lines += self.line([c.unit for c in self.columns])
        return lines

    def preamble(self):
        how, d = self.how, self.how["delimiter"]
        e = how.get("newline", "\n")
        kind = how.get("preamble")
        text = f"sep={d}{e}" if how.get("sep") else ""
        if kind == "device":
            text += f"Gerät: Prüfstand 7{e}Kunde{d}Müller GmbH{e}Abtastrate{d}50{d}Hz{e}Beginn{d}02.03.2026 22:00{e}{e}"
        elif kind == "notes":
            text += f"Messbericht über Pumpe 3{e}erstellt von Abteilung Prüfwesen{e}"
        elif kind == "comments":
            text += f"# station 12, firmware 4.1{e}# zone UTC{e}#{e}"
        return text

    def end(self):
        how, d, e = self.how, self.how["delimiter"], self.how.get("newline", "\n")
        text = ""
        if how.get("sums"):
            sums = {"count": "1234567", "pressure": "1312.50", "power": "987654.3"}
            for word in ("Summe", "Mittelwert"):
                cells = [number_text(sums[c.kind], how) if c.kind in sums else "" for c in self.columns]
                text += self.line([word] + cells[1:])
        if how.get("footer"):
            text += f"{e}Ende der Messung{e}Geprüft: Abteilung Prüfwesen{e}"
        return text

    def write(self):
        how = self.how
        text = self.preamble()
        if how.get("header", True):
            text += self.header()
        for i in range(how.get("rows", ROWS)):
            if how.get("repeated") and i > 0 and i % how["repeated"] == 0:
                text += self.header()
            text += self.row(i)
        return text + self.end()


def spelled(text):
    return {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar", " ": "blanks"}[text]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    assert len(CASES) == 60
    for index, how in enumerate(CASES):
        table = Table(how, index)
        codec, mark = how["encoding"]
        stem = f"{index + 1:02}-{codec}{'-mark' if mark else ''}-{spelled(how['delimiter'])}"
        (folder / (stem + ".csv")).write_bytes(mark + table.write().encode(codec))
        columns = [{"name": name_of(table, c, k), "type": c.type(), "unit": c.unit if how.get("units") else ""} for k, c in enumerate(table.columns)]
        with open(folder / (stem + ".truth"), "w", encoding="utf-8") as out:
            print(json.dumps({"columns": columns}, ensure_ascii=False), file=out)
            for row in table.truth:
                print(json.dumps(row, ensure_ascii=False), file=out)


def name_of(table, column, place):
    if not table.how.get("header", True):
        return f"column_{place + 1}"
    name = column.name + (f" [{column.unit}]" if column.unit and table.how.get("units") == "name" else "")
    return name.replace(" ", "_") if table.how["delimiter"] == " " else name


if __name__ == "__main__":
    main(Path(sys.argv[1]))
