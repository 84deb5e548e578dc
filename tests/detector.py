"""A detector of hand-written digits that runs, and images for it: detector.py DIGITS_X.npy DIGITS_Y.npy FOLDER

Needs Python only. The first half of the digits are averaged to one picture a class, at two sizes; a convolution holds these against every place of an
image, a maximum pool keeps the best place around, TopK the best twelve of all. The other half of the digits are strewn over the images. Writes
images.npy [40, 1, 96, 96], truth.json in COCO's form, together.onnx (one output [image, 12, 6], boxes xyxy in pixels, classes from 0) and apart.onnx
(boxes [12, 4] cxcywh as shares, scores, labels from 1; one image a run), masks.npy [40, 96, 96] and pixels.onnx (ink, bold ink or ground of every pixel).
"""
import array
import json
import math
import random
import struct
import sys

import onnx_bytes as onnx

SIDE, IMAGES, DIGIT, BEST = 96, 40, 32, 12
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def read_npy(path):
    data = open(path, "rb").read()
    values = array.array("f")
    values.frombytes(data[10 + int.from_bytes(data[8:10], "little"):])
    return values


def ints(name, shape, values):
    return b"".join(onnx.integer(1, s) for s in shape) + onnx.integer(2, 7) + onnx.text(8, name) + onnx.text(9, struct.pack(f"<{len(values)}q", *values))


def node(operator, inputs, outputs, **attributes):
    content = b"".join(onnx.text(1, name) for name in inputs) + b"".join(onnx.text(2, name) for name in outputs)
    content += onnx.text(3, outputs[0] + "_node") + onnx.text(4, operator)
    for name, value in attributes.items():
        if isinstance(value, list):
            kind = b"".join(onnx.integer(8, one) for one in value) + onnx.integer(20, 7)
        else:
            kind = onnx.integer(3, value % 2**64) + onnx.integer(20, 2)
        content += onnx.text(5, onnx.text(1, name) + kind)
    return content


def port(name, shape, kind=1):
    sizes = b"".join(onnx.text(1, onnx.text(2, s) if isinstance(s, str) else onnx.integer(1, s)) for s in shape)
    return onnx.text(1, name) + onnx.text(2, onnx.text(1, onnx.integer(1, kind) + onnx.text(2, sizes)))


def doubled(picture):
    return [picture[(row // 2) * DIGIT + column // 2] for row in range(2 * DIGIT) for column in range(2 * DIGIT)]


def ink_box(picture, side, level):
    """Left, top, right, bottom of what is brighter than `level`."""
    places = [divmod(i, side) for i, value in enumerate(picture) if value > level]
    rows, columns = [p[0] for p in places], [p[1] for p in places]
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def template(picture, size):
    """Of mean 0 and length 1, so that bold and thin digits fit equally well; of double size half, since what it fits has four times the pixels."""
    mean = math.fsum(picture) / len(picture)
    length = math.sqrt(math.fsum((v - mean) ** 2 for v in picture)) * size / DIGIT
    return [(v - mean) / length for v in picture]


def nodes_of_size(size, stride):
    """Correlation [image, class, row, column], kept where it is the greatest around, in one row for each image."""
    n = str(size)
    return [node("Conv", ["images", "templates" + n], ["fit" + n], strides=[stride, stride]),
            node("MaxPool", ["fit" + n], ["greatest" + n], kernel_shape=[5, 5], pads=[2, 2, 2, 2], strides=[1, 1]),
            node("Equal", ["fit" + n, "greatest" + n], ["is_peak" + n]), node("Cast", ["is_peak" + n], ["peak" + n], to=1),
            node("Mul", ["fit" + n, "peak" + n], ["kept" + n]), node("Reshape", ["kept" + n, "flat"], ["row" + n])]


def detector(pictures, level, shares):
    """@param shares  boxes as shares of the image, three outputs of one image"""
    nodes, initializers, boxes, labels = [], [ints("flat", [2], [0, -1]), ints("best", [1], [BEST])], [], []
    for size, stride in [(DIGIT, 2), (2 * DIGIT, 4)]:
        scaled = [p if size == DIGIT else doubled(p) for p in pictures]
        initializers.append(onnx.floats(f"templates{size}", [10, 1, size, size], [v for p in scaled for v in template(p, size)]))
        nodes += nodes_of_size(size, stride)
        places = range(0, SIDE - size + 1, stride)
        for number, picture in enumerate(scaled):
            left, top, right, bottom = ink_box(picture, size, level)
            for row in places:
                for column in places:
                    if shares:
                        boxes += [(column + (left + right) / 2) / SIDE, (row + (top + bottom) / 2) / SIDE, (right - left) / SIDE, (bottom - top) / SIDE]
                    else:
                        boxes += [column + left, row + top, column + right, row + bottom]
                    labels.append(number + (1 if shares else 0))
    initializers.append(onnx.floats("table", [len(labels), 4], boxes))
    nodes += [node("Concat", [f"row{DIGIT}", f"row{2 * DIGIT}"], ["all"], axis=1), node("TopK", ["all", "best"], ["values", "places"], axis=1)]
    if not shares:
        initializers += [onnx.floats("numbers", [len(labels), 1], labels), ints("last", [1], [2])]
        nodes += [node("Gather", ["table", "places"], ["boxes"]), node("Gather", ["numbers", "places"], ["classes"]),
                  node("Unsqueeze", ["values", "last"], ["column"]), node("Concat", ["boxes", "column", "classes"], ["detections"], axis=2)]
        return onnx.model(nodes, initializers, [port("images", ["batch", 1, SIDE, SIDE])], [port("detections", ["batch", BEST, 6])])
    initializers += [ints("numbers", [len(labels)], labels), ints("first", [1], [0])]
    nodes += [node("Squeeze", ["values", "first"], ["scores"]), node("Squeeze", ["places", "first"], ["best_places"]),
              node("Gather", ["table", "best_places"], ["boxes"]), node("Gather", ["numbers", "best_places"], ["labels"])]
    return onnx.model(nodes, initializers, [port("images", [1, 1, SIDE, SIDE])],
                      [port("boxes", [BEST, 4]), port("labels", [BEST], 7), port("scores", [BEST])])


def strewn(digits, labels):
    """Images with up to four digits, a third of them of double size, and what is true of them."""
    draws = random.Random(7)  # random() alone gives the same numbers in every version
    images, truth = array.array("f"), {"images": [], "annotations": [], "categories": [{"id": 10 * (d + 1), "name": n} for d, n in enumerate(NAMES)]}
    masks = []
    for i in range(IMAGES):
        number = (i * 11 + 5) % 97
        canvas, mask = [0.0] * (SIDE * SIDE), [0] * (SIDE * SIDE)
        truth["images"].append({"id": number, "file_name": f"{number:03}.png", "width": SIDE, "height": SIDE})
        for _ in range(int(draws.random() * 4) + 1 if i % 8 != 7 else 0):
            which = len(labels) // 2 + int(draws.random() * (len(labels) // 2))
            size = DIGIT if draws.random() < 0.67 else 2 * DIGIT
            left, top = int(draws.random() * (SIDE - size + 1)), int(draws.random() * (SIDE - size + 1))
            if labels[which] == 9:
                continue
            picture = digits[which] if size == DIGIT else doubled(digits[which])
            ink = ink_box(picture, size, 0.3)
            for place, value in enumerate(picture):
                at = (top + place // size) * SIDE + left + place % size
                canvas[at] = max(canvas[at], value)
                if value > 0.3:
                    mask[at] = 1 if size == DIGIT else 2
            crowd = draws.random() < 0.1
            truth["annotations"].append({"id": len(truth["annotations"]) + 1, "image_id": number, "category_id": 10 * (int(labels[which]) + 1),
                                         "bbox": [left + ink[0], top + ink[1], ink[2] - ink[0], ink[3] - ink[1]],
                                         "area": sum(v > 0.3 for v in picture), "iscrowd": int(crowd)})
        images.extend(canvas)
        masks += mask
    return images, truth, masks


def pixel_model():
    """Ground, ink, bold ink: a pixel whose surroundings (5 x 5, 15 x 15) are bright."""
    initializers = [onnx.floats("near", [1, 1, 5, 5], [1 / 25] * 25), onnx.floats("far", [1, 1, 15, 15], [1 / 225] * 225),
                    onnx.floats("ground", [1], [0.35]), onnx.floats("weight", [1], [1.2]), onnx.floats("zero", [1], [0.0])]
    nodes = [node("Conv", ["images", "near"], ["ink"], pads=[2, 2, 2, 2]), node("Conv", ["images", "far"], ["wide"], pads=[7, 7, 7, 7]),
             node("Mul", ["images", "zero"], ["nothing"]), node("Add", ["nothing", "ground"], ["level"]), node("Mul", ["wide", "weight"], ["bold"]),
             node("Concat", ["level", "ink", "bold"], ["classes"], axis=1)]
    return onnx.model(nodes, initializers, [port("images", ["batch", 1, SIDE, SIDE])], [port("classes", ["batch", 3, SIDE, SIDE])])


def main(x, y, folder):
    values, labels = read_npy(x), read_npy(y)
    digits = [[v for v in values[i * DIGIT * DIGIT:(i + 1) * DIGIT * DIGIT]] for i in range(len(labels))]
    top = max(values)
    digits = [[v / top for v in digit] for digit in digits]
    pictures = []
    for number in range(10):
        own = [d for d, label in zip(digits[:len(labels) // 2], labels) if label == number]
        pictures.append([math.fsum(column) / len(own) for column in zip(*own)])
    images, truth, masks = strewn(digits, labels)
    write = lambda name, data: open(f"{folder}/{name}", "wb").write(data)
    write("images.npy", onnx.npy("<f4", (IMAGES, 1, SIDE, SIDE), images.tobytes()))
    write("truth.json", json.dumps(truth, indent=1).encode())
    write("together.onnx", detector(pictures, 0.3, False))
    write("apart.onnx", detector(pictures, 0.3, True))
    write("masks.npy", onnx.npy("|u1", (IMAGES, SIDE, SIDE), bytes(masks)))
    write("pixels.onnx", pixel_model())


main(*sys.argv[1:])
