"""A corpus of personal identifiers in plant tables with its truth, and the score of what was found.

identifiers_corpus.py write FOLDER [ROWS]    suppliers.csv, people.csv, vehicles.csv, log.csv, parts.csv, truth.csv, contract.yaml
identifiers_corpus.py score FOLDER FOUND.json [LABEL]   FOUND.json: what iai --json validate prints

Valid identifiers are made with check digits computed here (not by iai); near misses carry a wrong one; the rest is what plants
write: serial and part numbers, times, measured values, standards, addresses of networks. The seed is fixed.
"""
import csv, json, random, sys
from datetime import datetime, timedelta
from pathlib import Path

rng = random.Random(20260301)
digits = lambda n: "".join(rng.choice("0123456789") for _ in range(n))
letters = lambda n, of="ABCDEFGHJKLMNPRSTUVWXYZ": "".join(rng.choice(of) for _ in range(n))


def luhn(body):  # the digit to append
    total = sum(d if i % 2 else sum(divmod(2 * d, 10)) for i, d in enumerate(map(int, reversed(body))))
    return str(-total % 10)


def mod_11_10(body):
    p = 10
    for d in map(int, body):
        p = ((d + p) % 10 or 10) * 2 % 11
    return str((11 - p) % 10)


def spoil(text):
    """Another digit in the last place that has one."""
    at = max(i for i, c in enumerate(text) if c.isdigit())
    return text[:at] + rng.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1:]


def grouped(text, size):
    return " ".join(text[i:i + size] for i in range(0, len(text), size))


BBAN = {"DE": "n18", "AT": "n16", "CH": "n5c12", "FR": "n10c11n2", "IT": "a1n10c12", "NL": "a4n10", "BE": "n12", "ES": "n20", "PL": "n24", "GB": "a4n14", "SE": "n20", "CZ": "n20"}


def iban(valid=True):
    country, form, bban = rng.choice(list(BBAN)), "", ""
    form = BBAN[country]
    while form:
        kind, form = form[0], form[1:]
        count = ""
        while form and form[0].isdigit():
            count, form = count + form[0], form[1:]
        bban += digits(int(count)) if kind == "n" else letters(int(count)) if kind == "a" else "".join(rng.choice("0123456789ABCDEFGH") for _ in range(int(count)))
    value = int("".join(str(int(c, 36)) for c in bban + country + "00"))
    check = 98 - value % 97
    if not valid:
        check = check + rng.choice([-3, -2, -1, 1, 2, 3])
        check = check if 2 <= check <= 98 else 50 if check != 50 else 51
    text = f"{country}{check:02}{bban}"
    return grouped(text, 4) if rng.random() < 0.5 else text


def weighted(text, weights):
    return sum(int(c) * w for c, w in zip(text, weights))


def vat_valid():
    while True:
        country = rng.choice("DE DE DE AT FR IT NL PL ES BE DK PT FI LU SE".split())
        body = rng.choice("123456789") + digits(12)
        if country == "DE":
            return "DE" + body[:8] + mod_11_10(body[:8])
        if country == "AT":
            s = sum(sum(divmod(int(c) * (1 + i % 2), 10)) for i, c in enumerate(body[:7]))
            return "ATU" + body[:7] + str((10 - (s + 4) % 10) % 10)
        if country == "FR":
            siren = body[:8] + luhn(body[:8])
            return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"
        if country == "IT":
            stem = body[:7] + f"{rng.randint(1, 100):03}"
            return "IT" + stem + luhn(stem)
        if country == "NL":
            check = weighted(body[:8], range(9, 1, -1)) % 11
            if check < 10:
                return f"NL{body[:8]}{check}B{rng.randint(1, 99):02}"
        if country == "PL":
            check = weighted(body[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11
            if check < 10:
                return f"PL{body[:9]}{check}"
        if country == "ES":
            return "ES" + body[:8] + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body[:8]) % 23]
        if country == "BE":
            stem = "0" + body[:7]
            return f"BE{stem}{97 - int(stem) % 97:02}"
        if country == "DK":
            for last in "0123456789":
                if weighted(body[:7] + last, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0:
                    return "DK" + body[:7] + last
        if country == "PT":
            check = 11 - weighted(body[:8], range(9, 1, -1)) % 11
            return "PT" + body[:8] + str(check if check < 10 else 0)
        if country == "FI":
            check = 11 - weighted(body[:7], (7, 9, 10, 5, 8, 4, 2)) % 11
            if check != 10:
                return "FI" + body[:7] + str(check % 11)
        if country == "LU":
            return f"LU{body[:6]}{int(body[:6]) % 89:02}"
        if country == "SE":
            return "SE" + body[:9] + luhn(body[:9]) + "01"


def vat(valid=True):
    text = vat_valid()
    if not valid:
        while text[:2] in ("NL", "SE"):  # their last digits are no check digits
            text = vat_valid()
        text = text[:-1] + rng.choice([c for c in "TRWAGMYFPDXBNJZSQVHLCKE" if c != text[-1]]) if text.startswith("ES") else spoil(text)
    return text[:2] + " " + text[2:] if rng.random() < 0.2 else text


def tax_id(valid=True):
    body = ["0"]
    while body[0] == "0" or any(a == b == c for a, b, c in zip(body, body[1:], body[2:])):
        used = rng.sample("0123456789", 9)
        body = used + [rng.choice(used)]  # one digit twice, one not at all
        rng.shuffle(body)
    text = "".join(body) + mod_11_10("".join(body))
    text = text if valid else spoil(text)
    return f"{text[:2]} {text[2:5]} {text[5:8]} {text[8:]}" if rng.random() < 0.5 else text


def insurance(valid=True):
    area = rng.choice("02 03 04 10 12 13 14 15 17 18 20 24 25 26 28 29 38 39 40 50 51 52 53 54 65".split())
    text = f"{area}{rng.randint(1, 28):02}{rng.randint(1, 12):02}{rng.randint(50, 99):02}{letters(1)}{digits(2)}"
    plain = text[:8] + f"{ord(text[8]) - 64:02}" + text[9:]
    text += str(sum(sum(divmod(int(c) * w, 10)) for c, w in zip(plain, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1))) % 10)
    text = text if valid else spoil(text)
    return f"{text[:2]} {text[2:8]} {text[8]} {text[9:]}" if rng.random() < 0.5 else text


def card(valid=True):
    prefix, size = rng.choice([("4", 16), ("4", 16), (str(rng.randint(51, 55)), 16), ("37", 15), ("6011", 16), (str(rng.randint(2221, 2720)), 16)])
    body = prefix + digits(size - 1 - len(prefix))
    text = body + luhn(body)
    text = text if valid else spoil(text)
    return grouped(text, 4) if size == 16 and rng.random() < 0.5 else text


VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9))) | {d: int(d) for d in "0123456789"}


def vin(valid=True):
    text = rng.choice(["1FT", "1G1", "2HG", "3VW", "5YJ", "JTD", "KMH", "4T1"]) + letters(5, "ABCDEFGHJKLMNPRSTUVWXYZ0123456789") + "0" + letters(2) + digits(6)
    check = "0123456789X"[sum(VALUES[c] * w for c, w in zip(text, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2))) % 11]
    if not valid:
        check = rng.choice([c for c in "0123456789" if c != check])
    return text[:8] + check + text[9:]


GIVEN = "Anna Thomas Sabine Jürgen Andreas Petra Mehmet Katharina Stefan Monika Markus Claudia Tobias Birgit Florian Ayse Krzysztof Elena Günther Ulrike Sven Nicole Dieter Heike Ralf".split()
RARE = "Hauke Wiebke Dörthe Xenia Ludger".split()  # in few lists
FAMILY = "Müller Weber Schneider Öztürk Hoffmann Kowalski Krüger Schäfer Nowak Bauer Lehmann Brandt Vogel Yilmaz Winkler Schröder Novak Keller Zimmermann Huber Fuchs Sommer Scholz".split()
TOWNS = "0711 030 040 089 069 0221 0911 07031 0621 0721".split()


def phone(valid=True):
    if not valid:  # what looks like one
        return rng.choice([f"0 445 110 {digits(3)}", f"0{digits(3)}-{digits(3)}-{digits(3)}", f"00000000{digits(9)}", f"+{digits(2)},{digits(3)}"])
    town, rest = rng.choice(TOWNS), rng.choice("123456789") + digits(6)
    mobile = rng.choice(["0151", "0160", "0171", "0175"])
    return rng.choice([f"{town} {rest}", f"{town}/{rest}", f"({town}) {rest[:3]} {rest[3:]}", f"+49 {town[1:]} {rest}", f"+49 (0){town[1:]} {rest}", f"+49{mobile[1:]}{rest}", f"{mobile} {rest}", f"+43 1 {rest}", f"0049 {town[1:]} {rest}"])


def email(valid=True):
    name = rng.choice(GIVEN).lower().replace("ü", "ue")
    if not valid:
        return rng.choice([f"pump@{rng.randint(2, 9)}x.png", f"opc@localhost", f"{digits(2)}@{digits(3)} rpm", f"tag@{letters(4)}"])
    return f"{name}.{rng.choice(FAMILY).lower()}@".replace("ü", "ue").replace("ö", "oe").replace("ä", "ae") + rng.choice(["example.com", "werk2.example.de", "mail.example.co.uk", "example-gmbh.eu"])


def name(valid=True):
    if not valid:
        return rng.choice(["Max Drehzahl", "Otto Motor", "Station Nord", "Rose Ventil", "Halle Süd", "Kugellager Außenring", "Presse Holle 2", "Firma Bosch Rexroth"])
    family = rng.choice(FAMILY)
    given = rng.choice(RARE) if rng.random() < 0.03 else rng.choice(GIVEN)
    return rng.choice([f"{given} {family}", f"{given} {family}", f"Frau {family}", f"Herr {family}", f"Herrn {given} {family}"])


KINDS = {"iban": iban, "vat": vat, "tax-id": tax_id, "social-insurance": insurance, "card": card, "vin": vin, "phone": phone, "email": email, "name": name}

NOTES = ["Ventil V{d} klemmt, {}", "{} am Dienstag zurückrufen", "Rechnung an {} geschickt", "Schicht 2: {} notiert", "{}", "see {} for details", "pump P-{d} replaced, {} informed", "Lager getauscht ({}), Drehzahl 1450 1/min",
         "laut {} in Ordnung", "Filter F{d} gereinigt; {}", "Auftrag 4711-{d}: {}"]
ORDINARY = ["Ventil V{d} klemmt", "Drehzahl {d}50 1/min, Temperatur {d},4 °C", "DIN 933 M12x1,5 nachgezogen", "SN {n16}", "Seriennummer {n11}", "Teil {a3}-{n6}-{a2}", "Messung 2026-03-{d} 12:30:45,500", "192.168.{d}.11 antwortet nicht",
            "Auftrag {n8}/2026", "UUID 550e8400-e29b-41d4-a716-4466554400{d}", "Los {a2}{n8}", "Kalibrierung nach ISO 17025", "Bosch 0 445 110 {n3}", "Export 20260301120000", "Wert 3,14159265358979", "Epoch 17640324{n5}", "Druck +12,5 bar, Kraft -4500000000 N",
            "Schaltschrank =A1+S2-K{d}", "Bediener informiert", "Herr der Lage", "Station {a2}", "OPC ns=2;s=Machine.{a3}.Speed", "Firmware v{d}.12.3", "Batch {a1}{n16}", "Materialnummer 00000000{n10}"]


def fill(text):
    for size in (16, 11, 10, 8, 6, 5, 3):
        while "{n%d}" % size in text:
            text = text.replace("{n%d}" % size, digits(size), 1)
    for size in (3, 2, 1):
        while "{a%d}" % size in text:
            text = text.replace("{a%d}" % size, letters(size), 1)
    return text.replace("{d}", str(rng.randint(10, 28)))


def write(folder, rows):
    folder.mkdir(parents=True, exist_ok=True)
    truth = []

    def table(file, header, make):
        with open(folder / file, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=";", lineterminator="\n")
            writer.writerow(header)
            for row in range(1, rows + 1):
                cells = make(row)
                writer.writerow([text for text, _ in cells])
                truth.extend((file, row, header[c], kind) for c, (_, kind) in enumerate(cells) if kind)

    def cell(kind):
        chance = rng.random()
        if chance < 0.45:
            return KINDS[kind](), kind
        return (KINDS[kind](False) if chance < 0.7 else "" if chance < 0.8 else "K-" + digits(5)), None

    def note(_):
        chance, kind = rng.random(), rng.choice(list(KINDS))
        if chance < 0.3:
            return rng.choice(NOTES).replace("{d}", str(rng.randint(10, 28))).replace("{}", KINDS[kind]()), kind
        if chance < 0.45 and kind not in ("name", "email"):
            return rng.choice(NOTES).replace("{d}", str(rng.randint(10, 28))).replace("{}", KINDS[kind](False)), None
        return fill(rng.choice(ORDINARY)), None

    def log(row):
        time = datetime(2026, 3, 1) + timedelta(seconds=30 * row)
        return [(f"{time:%d.%m.%Y %H:%M:%S}", None), (f"P{row % 7 + 1}", None), (f"{rng.gauss(1450, 20):.2f}".replace(".", ","), None), (f"{rng.gauss(60, 5):.3f}".replace(".", ","), None), note(row)]

    table("suppliers.csv", ["Nummer", "Konto", "USt", "Karte", "Rückfrage"], lambda row: [(f"L{row:06}", None), cell("iban"), cell("vat"), cell("card"), cell("phone")])
    table("people.csv", ["Ausweis", "Steuer", "Versicherung", "Post", "Wer"], lambda row: [(f"{row:05}", None), cell("tax-id"), cell("social-insurance"), cell("email"), cell("name")])
    table("vehicles.csv", ["Nr", "Wagen", "Kilometer"], lambda row: [(str(row), None), cell("vin"), (digits(6), None)])
    table("log.csv", ["Zeit", "Pumpe", "Drehzahl", "Temperatur", "Notiz"], log)
    table("parts.csv", ["Seriennummer", "Charge", "Teil", "Zeichnung", "Stempel", "Kurzzeit"],
          lambda row: [("4" + digits(15), None), (rng.choice("123456789") + digits(10), None), ("1FT" + letters(3) + digits(11), None), (f"SK{digits(10)}", None), ("17640" + digits(8), None), (f"{digits(2)}{rng.randint(1, 28):02}{rng.randint(1, 12):02}{digits(2)}A{digits(3)}", None)])
    with open(folder / "truth.csv", "w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([("file", "row", "column", "kind"), *truth])
    kinds = ", ".join(KINDS)
    (folder / "contract.yaml").write_text(f"tables:\n  - files: [suppliers.csv, people.csv, vehicles.csv, log.csv, parts.csv]\n    privacy: {{identifiers: [{kinds}]}}\n")


def score(folder, found, label):
    with open(folder / "truth.csv", encoding="utf-8", newline="") as stream:
        truth = {(t["file"], int(t["row"]), t["column"], t["kind"]) for t in csv.DictReader(stream)}
    got = {(p["file"], row, p["column"], p["rule"].split("/")[1]) for p in json.load(open(found))["violation_places"] if p["rule"].startswith("privacy/") for row in range(p["row"], p["last_row"] + 1)}
    cells = sum(line.count(";") + 1 for file in sorted(folder.glob("*.csv")) if file.name != "truth.csv" for line in open(file, encoding="utf-8").read().splitlines()[1:])

    def figures(wanted, found):
        hits = len(wanted & found)
        precision, recall = hits / max(1, len(found)), hits / max(1, len(wanted))
        return precision, recall, 2 * hits / max(1, len(wanted) + len(found))

    print(f"{label}: {cells} cells, {len(truth)} hold an identifier")
    for kind in [*KINDS, None]:
        if kind is not None and not any(p[3] == kind for p in truth | got):
            continue
        of = lambda places: {p for p in places if kind in (None, p[3])}
        print("  {:18} precision {:.3f}  recall {:.3f}  F1 {:.3f}".format(kind or "all", *figures(of(truth), of(got))))
    for what, places in (("missed", truth - got), ("false", got - truth)):
        for place in sorted(places)[: int(sys.argv[5]) if len(sys.argv) > 5 else 0]:
            print("  ", what, *place)
    return figures(truth, got)[2]


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2000)
    else:
        sys.exit(0 if score(Path(sys.argv[2]), sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else "iai") >= 0.98 else 1)
