"""What Microsoft's presidio-analyzer finds in the corpus, in the shape that identifiers_corpus.py scores, and its speed.

presidio_found.py FOLDER FOUND.json [ROWS]: cell by cell over the first ROWS rows of each file, with its pattern recognizers (English, all
that are predefined); without a language model, so without names of persons.
"""
import csv, json, os, sys, time
from pathlib import Path

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine


class Blank(SpacyNlpEngine):
    def __init__(self):
        super().__init__()
        self.nlp = {"en": spacy.blank("en")}


registry = RecognizerRegistry()
registry.load_predefined_recognizers(languages=["en"])
registry.remove_recognizer("SpacyRecognizer")
from presidio_analyzer.predefined_recognizers import PhoneRecognizer
registry.remove_recognizer("PhoneRecognizer")
registry.add_recognizer(PhoneRecognizer(supported_regions=("DE", "AT", "US", "UK")))
analyzer = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])
rules = {"IBAN_CODE": "iban", "CREDIT_CARD": "card", "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone"}
places, size, rows = [], 0, int(sys.argv[3]) if len(sys.argv) > 3 else 10**9
started = time.process_time()
for file in ("suppliers.csv", "people.csv", "vehicles.csv", "log.csv", "parts.csv"):
    with open(Path(sys.argv[1]) / file, encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream, delimiter=";"), 1):
            if number > rows:
                break
            for column, text in row.items():
                size += len(text.encode()) + 1
                for found in {rules.get(r.entity_type) for r in analyzer.analyze(text=text, language="en", entities=list(rules), score_threshold=0.4)} if text else ():
                    places.append({"rule": "privacy/" + found, "file": file, "column": column, "row": number, "last_row": number})
json.dump({"violation_places": places, "bytes": size, "cpu_s": time.process_time() - started}, open(sys.argv[2], "w"))
