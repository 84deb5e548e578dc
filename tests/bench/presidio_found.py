"""What Microsoft's presidio-analyzer finds in the corpus, in the shape that identifiers_corpus.py scores, and its speed.

presidio_found.py FOLDER FOUND.json [MODEL]: cell by cell, with its pattern recognizers (English, all that are predefined), and names of
persons where MODEL, an installed model of spaCy, is named.
"""
import csv, json, sys, time
from pathlib import Path

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import PhoneRecognizer

model = sys.argv[3] if len(sys.argv) > 3 else None


class Loaded(SpacyNlpEngine):
    def __init__(self):
        super().__init__()
        self.nlp = {"en": spacy.load(model) if model else spacy.blank("en")}


registry = RecognizerRegistry()
registry.load_predefined_recognizers(languages=["en"])
if not model:
    registry.remove_recognizer("SpacyRecognizer")
registry.remove_recognizer("PhoneRecognizer")
registry.add_recognizer(PhoneRecognizer(supported_regions=("DE", "AT", "CH", "FR", "IT", "ES", "NL", "PL", "GB", "CZ", "SE")))
analyzer = AnalyzerEngine(registry=registry, nlp_engine=Loaded(), supported_languages=["en"])
rules = {"IBAN_CODE": "iban", "CREDIT_CARD": "card", "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone"} | ({"PERSON": "name"} if model else {})
places, size = [], 0
started = time.process_time()
for file in sorted(Path(sys.argv[1]).glob("*.csv")):
    if file.name == "truth.csv":
        continue
    with open(file, encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream, delimiter=";"), 1):
            for column, text in row.items():
                size += len(text.encode()) + 1
                for found in {rules.get(r.entity_type) for r in analyzer.analyze(text=text, language="en", entities=list(rules), score_threshold=0.4)} if text else ():
                    places.append({"rule": "privacy/" + found, "file": file.name, "column": column, "row": number, "last_row": number})
json.dump({"violation_places": places, "bytes": size, "cpu_s": time.process_time() - started}, open(sys.argv[2], "w"))
