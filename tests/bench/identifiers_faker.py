"""Notes about persons that an independent generator makes up (Faker, pinned by identifiers.sh), as many notes without any, and the truth.

identifiers_faker.py write FOLDER [ROWS] [LOCALE ...]   notes.csv, truth.csv, contract.yaml; scored by identifiers_corpus.py score

Names, telephone and card numbers, IBANs and addresses of e-mail are Faker's, of eleven countries of Europe; the sentences are the
plant's, in German, English and the language of the country. About half of the telephone and card numbers stand beside a word that
says what they are. The clean notes hold what is often mistaken: part numbers, standards, measured values, times, brands, and Faker's
companies, towns and streets, which are named like persons. The seed is fixed.
"""
import csv, random, sys
from pathlib import Path

from faker import Faker

LOCALES = "de_DE de_AT de_CH fr_FR it_IT es_ES nl_NL pl_PL en_GB cs_CZ sv_SE".split()
rng = random.Random(20261125)
digits = lambda n: "".join(rng.choice("0123456789") for _ in range(n))
letters = lambda n: "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(n))

# {n}: a name, {p}: telephone, {c}: card, {i}: IBAN, {e}: e-mail; # a digit, @ a letter.
NAMED = {
    "de": ["Lager getauscht, {n} informiert", "{n} hat das Ventil V## geprüft", "Freigabe durch {n} am ##.03.2026", "Störung an Presse # gemeldet von {n}", "mit {n} besprochen, Umbau in KW ##",
           "{n}, Spätschicht: Kühlmittel nachgefüllt", "Rücksprache mit {n}: Druck auf # bar begrenzt", "Probe an {n} übergeben", "Einweisung {n} erfolgt", "laut {n} kein Fehler erkennbar", "Schlüssel liegt bei {n}"],
    "en": ["bearing replaced, {n} informed", "{n} checked valve V##", "released by {n} on 2026-03-1#", "fault on press # reported by {n}", "discussed with {n}, retrofit in week ##", "{n}, late shift: coolant topped up",
           "ask {n} before restart", "sample handed to {n}", "{n} on site, pump P-## running again", "according to {n} no fault found"],
    "fr": ["roulement remplacé, {n} informé", "{n} a contrôlé la vanne V##", "validé par {n}", "panne signalée par {n} sur la presse #", "vu avec {n}, arrêt semaine ##", "d'après {n} aucun défaut"],
    "it": ["cuscinetto sostituito, {n} informato", "{n} ha controllato la valvola V##", "approvato da {n}", "guasto segnalato da {n}", "concordato con {n}, fermo settimana ##"],
    "es": ["rodamiento cambiado, {n} informado", "{n} ha revisado la válvula V##", "aprobado por {n}", "avería comunicada por {n}", "hablado con {n}, parada semana ##"],
    "nl": ["lager vervangen, {n} geïnformeerd", "{n} heeft klep V## gecontroleerd", "vrijgegeven door {n}", "storing gemeld door {n}", "besproken met {n}, stop in week ##"],
    "pl": ["łożysko wymienione, {n} wie", "{n} sprawdza zawór V##", "zatwierdza {n}", "awaria prasy #, zgłasza {n}", "zmiana #: {n}"],
    "cs": ["ložisko vyměněno, {n} ví", "{n} kontroluje ventil V##", "schvaluje {n}", "porucha lisu #, hlásí {n}", "směna #: {n}"],
    "sv": ["lager bytt, {n} informerad", "{n} kontrollerade ventil V##", "godkänt av {n}", "fel på press # anmält av {n}", "diskuterat med {n}, stopp vecka ##"],
}
PHONED = {
    "de": ["Rückruf {p}", "Tel. {p}", "Telefon: {p}", "Handy {p}", "erreichbar unter {p}", "bitte {p} anrufen", "Lieferant {p}, Ersatzteil bestellt", "Service gerufen ({p})", "Hotline Hersteller: {p}", "Pumpe P## steht, {p}", "{p}", "{n}, {p}", "{n} ({p}) kommt morgen"],
    "en": ["call back {p}", "Tel. {p}", "phone: {p}", "mobile {p}", "can be reached at {p}", "please ring {p}", "supplier {p}, spare part ordered", "service called ({p})", "hotline of the maker: {p}", "pump P## down, {p}", "{p}", "{n}, {p}", "{n} ({p}) comes tomorrow"],
    "fr": ["rappeler le {p}", "tél. {p}", "téléphone : {p}", "portable {p}", "joignable au {p}", "fournisseur {p}, pièce commandée", "{n}, {p}", "{p}"],
    "it": ["richiamare {p}", "tel. {p}", "telefono: {p}", "cellulare {p}", "fornitore {p}, ricambio ordinato", "{n}, {p}", "{p}"],
    "es": ["llamar al {p}", "tel. {p}", "teléfono: {p}", "móvil {p}", "proveedor {p}, repuesto pedido", "{n}, {p}", "{p}"],
    "nl": ["bel {p}", "tel. {p}", "telefoon: {p}", "mobiel {p}", "leverancier {p}, onderdeel besteld", "{n}, {p}", "{p}"],
    "pl": ["zadzwonić {p}", "tel. {p}", "telefon: {p}", "kom. {p}", "dostawca {p}, część zamówiona", "{n}, {p}", "{p}"],
    "cs": ["zavolat {p}", "tel. {p}", "telefon: {p}", "mobil {p}", "dodavatel {p}, díl objednán", "{n}, {p}", "{p}"],
    "sv": ["ring {p}", "tel. {p}", "telefon: {p}", "mobil {p}", "leverantör {p}, reservdel beställd", "{n}, {p}", "{p}"],
}
PAID = {
    "de": ["mit Karte {c} bezahlt", "Kreditkarte {c} belastet", "Zahlung über {c}", "Hotel Monteur: {c}", "Ersatzteil online gekauft, {c}", "{c}"],
    "en": ["paid with card {c}", "credit card {c} charged", "payment via {c}", "hotel for the fitter: {c}", "spare part bought online, {c}", "{c}"],
    "fr": ["payé par carte {c}", "paiement {c}"], "it": ["pagato con carta {c}", "pagamento {c}"], "es": ["pagado con tarjeta {c}", "pago {c}"], "nl": ["betaald met kaart {c}", "betaling {c}"],
    "pl": ["zapłacono kartą {c}", "płatność {c}"], "cs": ["placeno kartou {c}", "platba {c}"], "sv": ["betalt med kort {c}", "betalning {c}"],
}
OTHER = {
    "de": ["Rechnung an {i}", "Konto {i}", "überwiesen auf {i}", "Bilder an {e} geschickt", "{e} meldet # bar Überdruck", "Kontakt: {e}", "Protokoll an {n} <{e}>"],
    "en": ["invoice to {i}", "account {i}", "refund went to {i}", "pictures sent to {e}", "{e} reports # bar", "contact: {e}", "report to {n} <{e}>"],
}
TITLES = {
    "de": ["Frau", "Herr", "Hr.", "Fr.", "Frau Dr.", "Herrn"], "en": ["Mr", "Mr.", "Mrs", "Ms", "Dr"],
    "fr": ["M.", "Mme", "Monsieur", "Madame"], "it": ["Sig.", "Sig.ra", "signor", "Ing.", "Dott."],
    "es": ["Sr.", "Sra.", "señor", "Don"], "nl": ["dhr.", "mevr.", "meneer"], "pl": ["pan", "pani", "p.", "inż."],
    "cs": ["pan", "paní", "p.", "Ing."], "sv": ["herr", "fru", "ingenjör"],
}

CLEAN = {
    "de": ["Ventil V## klemmt, Druck #,# bar", "DIN EN 10204 Zeugnis 3.1 liegt vor", "DIN 933 M12x1,5 mit ## Nm nachgezogen", "Bosch Rexroth Pumpe A10VSO## getauscht", "Siemens S7-1500, CPU 1516F, Firmware V2.#.#", "Heidenhain LC 4## neu referenziert",
           "Messung 2026-03-1# 12:3#:45,500 wiederholt", "Auftrag 4711-#### fertig", "Artikel 0 445 110 ### bestellt", "Teil-Nr. 0986###### ab Lager", "Materialnummer 0000004711####", "Seriennummer 0##########", "SN 0171####### geprüft", "SN 4###############",
           "192.168.1#.## antwortet nicht", "Montag Frühschicht ohne Befund", "im März ## Stillstände", "Otto Motor läuft unrund", "Max Drehzahl #### 1/min", "Iris Blende gereinigt", "Station Nord, Halle # Süd", "August Bericht abgelegt", "Linie B. Ventil getauscht",
           "z. B. Motor M# prüfen", "Viola Farbton nicht getroffen", "Werkzeug Hoffmann ## mm ersetzt", "Fräser Gühring Ratio D##", "Spannfutter Röhm Duro-A RC ###", "Kuka KR 210 R2700 Achse # referenziert", "Wago 750-### getauscht", "Mai bis Juli Betriebsferien", "Zeichnung 0123/45.678-0#",
           "Drehmoment ##,# Nm, Winkel ##°", "Frau am Empfang informiert", "Herr der Lage", "Los 2026/0####, Charge @@#####", "Export 2026030112####", "EAN 40########### falsch gedruckt", "Epoch 17640324#####", "Rainer Alkohol zum Reinigen verwendet", "Robert Bosch GmbH Lieferung 0#########",
           "Carl Zeiss Koordinatenmessgerät kalibriert", "Georg Fischer Kugelhahn d## undicht", "Zähler 0004711 0815 00##", "0,0012 0,0013 0,0011", "Temperatur 60 61 62 63 64 65", "Fehlercode 0231 4455 #### quittiert", "Bestellung 0815/4711###", "Hannover Messe Besuch geplant", "Lieferung aus Bad Homburg"],
    "en": ["valve V## stuck, pressure #.# bar", "DIN EN 10204 certificate 3.1 on file", "ISO 2768-mK applied", "Bosch Rexroth pump A10VSO## replaced", "Siemens S7-1500 CPU 1516F firmware V2.#.#", "Heidenhain LC 4## homed again", "measured on 2026-03-1# 12:3#:45.500", "order 4711-#### done",
           "part 0 445 110 ### ordered", "part no. 0986###### in stock", "material 0000004711####", "serial number 0##########", "S/N 4###############", "10.20.1#.## does not answer", "Monday early shift without findings", "in March ## stops", "Max Speed #### rpm", "Iris Diaphragm cleaned",
           "Station North, Hall # South", "Parker Hannifin filter ### changed", "Allen Bradley PLC 1756-L7#", "Harley Davidson test bench", "Rose Fitting leaks", "Mark Position # with paint", "Will Call at ##:30", "Jack Plug broken", "Chuck Pressure #.# bar", "Amber Light on", "Grant Access to HMI", "Batch @@#######",
           "NPT 1/2 thread", "Victoria Station substation", "Firmware 10.##.3.# loaded", "UUID 550e8400-e29b-41d4-a716-4466554400##", "Torque ##.# Nm", "Alarm 0231 4455 #### cleared", "Alfa Laval separator serviced", "Lincoln Electric welder", "Stanley Tool kit", "Sankt Martin Church visible from gate #", "Wayne Kerr 6500B calibrated",
           "Call ID 0########## closed", "Rockwell hardness ## HRC", "Charpy Test at -## °C", "Henry Value of coil L#", "Pascal Unit wrong on HMI", "Bill of material ####", "Dean Hill site visit"],
    "fr": ["vanne V## bloquée, pression #,# bar", "norme NF EN 10204 certificat 3.1", "pompe Bosch Rexroth A10VSO## changée", "référence 0 445 110 ###", "n° de série 0##########", "lundi équipe du matin sans remarque", "commande 4711-####", "Saint-Gobain abrasifs livrés", "Schneider Electric Altivar 3##", "mesure 2026-03-1# 12:3#"],
    "it": ["valvola V## bloccata, pressione #,# bar", "norma UNI EN 10204 certificato 3.1", "pompa Bosch Rexroth A10VSO## sostituita", "codice 0 445 110 ###", "matricola 0##########", "lunedì turno mattina senza note", "ordine 4711-####", "Magneti Marelli bobina"],
    "es": ["válvula V## atascada, presión #,# bar", "norma UNE EN 10204 certificado 3.1", "bomba Bosch Rexroth A10VSO## cambiada", "referencia 0 445 110 ###", "número de serie 0##########", "lunes turno de mañana sin novedad", "pedido 4711-####"],
    "nl": ["klep V## zit vast, druk #,# bar", "norm NEN EN 10204 certificaat 3.1", "pomp Bosch Rexroth A10VSO## vervangen", "artikel 0 445 110 ###", "serienummer 0##########", "maandag vroege dienst geen bijzonderheden", "order 4711-####"],
    "pl": ["zawór V## zacięty, ciśnienie #,# bar", "norma PN EN 10204 atest 3.1", "pompa Bosch Rexroth A10VSO## wymieniona", "artykuł 0 445 110 ###", "numer seryjny ### ### ###", "poniedziałek zmiana # bez uwag", "zamówienie 4711-####"],
    "cs": ["ventil V## zaseknutý, tlak #,# bar", "norma ČSN EN 10204 atest 3.1", "čerpadlo Bosch Rexroth A10VSO## vyměněno", "díl 0 445 110 ###", "výrobní číslo ### ### ###", "pondělí ranní směna bez závad", "zakázka 4711-####"],
    "sv": ["ventil V## fastnar, tryck #,# bar", "standard SS EN 10204 intyg 3.1", "pump Bosch Rexroth A10VSO## bytt", "artikel 0 445 110 ###", "serienummer 0##########", "måndag tidigt skift utan anmärkning", "order 4711-####"],
}
PLACES = {"de": ["Lieferung von {firm}", "Angebot {firm} liegt vor", "Anfahrt {street}", "Werk {town} Linie #", "{firm} tauscht Pumpe P##", "Transport nach {town}"], "en": ["delivery from {firm}", "quote of {firm} received", "access via {street}", "plant {town} line #", "{firm} replaces pump P##", "shipped to {town}"]}


def language(locale):
    own = locale[:2]
    return own if own in ("de", "en") else rng.choice([own, own, "de", "en"] if own in CLEAN else ["de", "en"])


def name(fake, own):
    given, family = fake.first_name(), fake.last_name()
    chance = rng.random()
    if chance < 0.55:
        return fake.name()
    if chance < 0.65:
        return f"{given} {family}"
    if chance < 0.82:
        return rng.choice(TITLES.get(own) or TITLES["en"]) + f" {family}"
    if chance < 0.92:
        return f"{family}, {given}"
    return f"{given[0]}. {family}"


def card(fake):
    number = fake.credit_card_number()
    return " ".join(number[i:i + 4] for i in range(0, len(number), 4)) if len(number) == 16 and rng.random() < 0.5 else number


def iban(fake):
    text = fake.iban()
    return " ".join(text[i:i + 4] for i in range(0, len(text), 4)) if rng.random() < 0.5 else text


def fill(text):
    return "".join(rng.choice("0123456789") if c == "#" else letters(1) if c == "@" else c for c in text)


def personal(fake, own):
    tongue = language(own + "_")
    chance = rng.random()
    group = NAMED if chance < 0.45 else PHONED if chance < 0.72 else PAID if chance < 0.86 else OTHER
    text = fill(rng.choice(group.get(tongue) or group[rng.choice(["de", "en"])]))
    kinds = []
    for sign, kind, make in (("{n}", "name", lambda: name(fake, own)), ("{p}", "phone", fake.phone_number), ("{c}", "card", lambda: card(fake)), ("{i}", "iban", lambda: iban(fake)), ("{e}", "email", fake.email)):
        if sign in text:
            text = text.replace(sign, make())
            kinds.append(kind)
    return text, kinds


def clean(fake, own):
    tongue = language(own + "_")
    if rng.random() < 0.2:
        text = rng.choice(PLACES[tongue if tongue in PLACES else "en"])
        return fill(text).format(firm=fake.company(), street=fake.street_name(), town=fake.city()), []
    return fill(rng.choice(CLEAN[tongue])), []


def write(folder, rows, locales):
    folder.mkdir(parents=True, exist_ok=True)
    fakes = {}
    for seed, locale in enumerate(locales):
        fakes[locale] = Faker(locale)
        fakes[locale].seed_instance(20261125 + seed)
    truth = [("file", "row", "column", "kind")]
    with open(folder / "notes.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\n")
        writer.writerow(["Lfd", "Land", "Notiz"])
        for row in range(1, rows + 1):
            locale = rng.choice(locales)
            text, kinds = (personal if row % 2 else clean)(fakes[locale], locale[:2])
            writer.writerow([f"N{row:06}", locale[3:], text])
            truth += [("notes.csv", row, "Notiz", kind) for kind in kinds]
    with open(folder / "truth.csv", "w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(truth)
    (folder / "contract.yaml").write_text("tables:\n  - files: notes.csv\n    privacy: {identifiers: [iban, card, phone, email, name]}\n")


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 20000, sys.argv[4:] or LOCALES)
