#!/usr/bin/env python3
"""Figures that tests hold, from elsewhere: python3 -m venv v && v/bin/pip install numpy pycocotools scikit-learn onnxruntime

v/bin/python tests/detection_reference.py           pycocotools about the made-up detections of evaluator_detection_test.cpp
v/bin/python tests/detection_reference.py FOLDER    ONNX Runtime with pycocotools and scikit-learn about what tests/detector.py wrote there, as in
                                                    sessions/evaluate_detection.test
"""
import contextlib
import io
import json
import sys

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

CLASSES = 5


class Draws:
    """Knuth's 64-bit linear congruential generator (MMIX); the test has the same."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound


def box(draws, size):
    return [draws.below(4 * 200) / 4, draws.below(4 * 200) / 4, 1 + draws.below(4 * size) / 4, 1 + draws.below(4 * size) / 4]


def moved(draws, left, top, width, height):
    change = [(draws.below(17) - 8) / 64 for _ in range(4)]
    return [left + width * change[0], top + height * change[1], width * (1 + change[2]), height * (1 + change[3])]


def make(seed, images, most, scores):
    """Truth and detections: objects of 3 sizes in all classes but the last, a crowd now and then, every fourth image empty."""
    draws, truth, found = Draws(seed), [], []
    ids = [(i * 7 + 3) % images for i in range(images)]
    for i in range(images):
        objects = [] if i % 4 == 3 else [
            {"category_id": draws.below(CLASSES - 1), "bbox": box(draws, [20, 80, 200][draws.below(3)]), "iscrowd": int(draws.below(8) == 0)}
            for _ in range(draws.below(7))]
        for each in objects:
            each |= {"area": each["bbox"][2] * each["bbox"][3] * 0.75, "image_id": ids[i], "id": len(truth) + 1}
            truth.append(each)
        for _ in range(0 if i % 5 == 4 else draws.below(most)):
            if objects and draws.below(3):
                like = objects[draws.below(len(objects))]
                label = like["category_id"] if draws.below(8) else draws.below(CLASSES)
                place = moved(draws, *like["bbox"])
            else:
                label, place = draws.below(CLASSES), box(draws, 100)
            found.append({"image_id": ids[i], "category_id": label, "bbox": place, "score": draws.below(scores) / scores})
    return ids, truth, found


def judged(coco, found):
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        result = COCOeval(coco, coco.loadRes(found), "bbox")
        result.evaluate()
        result.accumulate()
        result.summarize()
    precision = result.eval["precision"][:, :, :, 0, 2]
    classes = [np.mean(p[p > -1]) if (p > -1).any() else -1 for p in np.moveaxis(precision, 2, 0)]
    return [float(f) for f in [*result.stats, *classes]]


def figures(ids, truth, found):
    coco = COCO()
    coco.dataset = {"images": [{"id": i} for i in ids], "annotations": truth, "categories": [{"id": c, "name": str(c)} for c in range(CLASSES)]}
    return judged(coco, found)


def about_models(folder):
    import onnxruntime
    from sklearn.metrics import accuracy_score, f1_score, jaccard_score
    images, masks, truth = np.load(folder + "/images.npy"), np.load(folder + "/masks.npy"), json.load(open(folder + "/truth.json"))
    detect, paint = (onnxruntime.InferenceSession(f"{folder}/{name}.onnx") for name in ["together", "pixels"])
    found, pixels = [], []
    for image, entry in zip(images, truth["images"]):
        for row in detect.run(None, {"images": image[None]})[0][0].astype(float):
            left, top, right, bottom, score, number = row.tolist()
            found.append({"image_id": entry["id"], "category_id": 10 * (int(number) + 1), "bbox": [left, top, right - left, bottom - top], "score": score})
        pixels.append(paint.run(None, {"images": image[None]})[0][0].argmax(0))
    coco = COCO()
    coco.dataset = truth
    print("detection:", judged(coco, found))
    actual, predicted = masks.ravel(), np.stack(pixels).ravel()
    print("IoU, Dice of each class:", jaccard_score(actual, predicted, average=None), f1_score(actual, predicted, average=None))
    print("their means, accuracy:", jaccard_score(actual, predicted, average="macro"), f1_score(actual, predicted, average="macro"),
          accuracy_score(actual, predicted))


if len(sys.argv) > 1:
    about_models(sys.argv[1])
    sys.exit()
for arguments in [(1, 60, 20, 2**20), (2, 60, 20, 8), (3, 24, 1200, 64), (4, 400, 12, 1000)]:
    print("{{{}, {}, {}, {}}}, {{{}}}".format(*arguments, ", ".join(map(repr, figures(*make(*arguments))))))
