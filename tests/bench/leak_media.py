"""Planted copies of images and recordings across splits: recall of each change, and alarms on splits that are clean.

    leak_media.py IAI FOLDER SETS PHOTOGRAPHS...

Images are tiles of photographs, parts of one kind before one camera (moved, turned and lit a little otherwise each, with the
noise of a sensor), and drawn scenes. Recordings are machines of one kind, and sequences of tones.
"""
import io
import json
import os
import shutil
import subprocess
import sys

import numpy
from PIL import Image
from scipy.io import wavfile
from scipy.signal import lfilter, resample_poly


# Images: arrays of 0 to 255, grey or RGB.

def photographs(paths):
    tiles = []
    for path in paths:
        with Image.open(path) as opened:
            picture = numpy.asarray(opened.convert("RGB"))
        side = 240
        for y in range(0, picture.shape[0] - side + 1, side):
            for x in range(0, picture.shape[1] - side + 1, side):
                tile = picture[y:y + side, x:x + side]
                if tile.std() > 12:
                    tiles.append(tile)
    return tiles


def part(random):
    """A flange with six holes, a key and a scratch, on a conveyor, seen by a fixed camera."""
    height, width = 240, 320
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    angle, dx, dy = random.normal(0, 0.06), random.normal(0, 4), random.normal(0, 4)
    u, v = (x - 160 - dx) * numpy.cos(angle) + (y - 120 - dy) * numpy.sin(angle), -(x - 160 - dx) * numpy.sin(angle) + (y - 120 - dy) * numpy.cos(angle)
    r, phi = numpy.hypot(u, v), numpy.arctan2(v, u)
    picture = 60 + 10 * numpy.sin(x / 7) * (r > 92)
    picture = numpy.where(r < 90, 150 + 12 * numpy.cos(r / 3), picture)
    picture = numpy.where(r < 30, 40, picture)
    for k in range(6):
        picture = numpy.where(numpy.hypot(u - 62 * numpy.cos(k * numpy.pi / 3), v - 62 * numpy.sin(k * numpy.pi / 3)) < 9, 35, picture)
    picture = numpy.where((abs(v) < 5) & (u > 25) & (u < 42), 35, picture)
    for _ in range(random.integers(0, 3)):  # scratches
        a, b, c = random.normal(0, 1), random.normal(0, 1), random.normal(0, 30)
        picture = numpy.where((abs(a * u + b * v + c) < 1.2) & (abs(u + 20) < 25) & (r < 90), 210, picture)
    picture = picture * (1 + random.normal(0, 0.08) * (x - 160) / 160 + random.normal(0, 0.08) * (y - 120) / 120) * random.normal(1, 0.05)
    texture = random.normal(0, 6, (height // 4, width // 4)).repeat(4, 0).repeat(4, 1)
    return numpy.clip(picture + texture * (r < 90) + random.normal(0, 3, picture.shape), 0, 255).astype(numpy.uint8)


def scene(random):
    height, width = 200, 280
    y, x = numpy.mgrid[0:height, 0:width]
    picture = numpy.zeros((height, width, 3)) + random.integers(0, 256, 3)
    for _ in range(random.integers(6, 20)):
        color, cx, cy, a, b = random.integers(0, 256, 3), random.uniform(0, width), random.uniform(0, height), random.uniform(8, 70), random.uniform(8, 70)
        inside = ((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 < 1 if random.random() < 0.5 else (abs(x - cx) < a) & (abs(y - cy) < b)
        picture[inside] = color
    return numpy.clip(picture + random.normal(0, 5, picture.shape), 0, 255).astype(numpy.uint8)


def encoded(picture, random, low=40, high=95):
    with io.BytesIO() as file:
        Image.fromarray(picture).save(file, "JPEG", quality=int(random.integers(low, high)))
        return ".jpg", file.getvalue()


def plain(picture):
    with io.BytesIO() as file:
        Image.fromarray(picture).save(file, "PNG")
        return ".png", file.getvalue()


def resized(picture, random):
    factor = random.choice([0.4, 0.5, 0.75, 1.3, 2.0])
    return numpy.asarray(Image.fromarray(picture).resize((int(picture.shape[1] * factor), int(picture.shape[0] * factor)), Image.Resampling.BICUBIC))


def cropped(picture, random):
    height, width = picture.shape[:2]
    h, w = int(height * random.uniform(0.8, 0.96)), int(width * random.uniform(0.8, 0.96))
    y, x = random.integers(0, height - h + 1), random.integers(0, width - w + 1)
    return picture[y:y + h, x:x + w]


def brightened(picture, random):
    gamma, gain, offset = random.uniform(0.75, 1.35), random.uniform(0.75, 1.2), random.uniform(-20, 30)
    return numpy.clip(255 * (picture / 255.0) ** gamma * gain + offset, 0, 255).astype(numpy.uint8)


IMAGE_CHANGES = {
    "re-encoded": lambda p, r: encoded(p, r, 25, 90),
    "resized": lambda p, r: encoded(resized(p, r), r),
    "cropped": lambda p, r: plain(cropped(p, r)),
    "brightened": lambda p, r: encoded(brightened(p, r), r),
    "cropped, brightened, re-encoded": lambda p, r: encoded(brightened(cropped(p, r), r), r),
}


# Recordings: 16 kHz, -1 to 1.

RATE = 16000


def machine(random):
    """A fan: harmonics of a shaft whose speed wanders, and air."""
    count = int(RATE * random.uniform(4, 7))
    speed = 24.5 + lfilter([0.002], [1, -0.998], random.normal(0, 1.5, count))
    phase = 2 * numpy.pi * numpy.cumsum(speed) / RATE
    tones = sum(0.3 / k * numpy.sin(k * phase + random.uniform(0, 6.28)) for k in (1, 2, 3, 7, 14, 21))
    return 0.1 * tones + 0.05 * lfilter([1, 0.4], [1, -1.2, 0.5], random.normal(0, 0.5, count))


def tones(random):
    parts = []
    while sum(map(len, parts)) < RATE * 5:
        t = numpy.arange(int(RATE * random.uniform(0.1, 0.5))) / RATE
        pitch = 220 * 2 ** (random.integers(0, 25) / 12)
        parts.append(sum(numpy.exp(-4 * t) / k * numpy.sin(2 * numpy.pi * pitch * k * t) for k in (1, 2, 3, 4)))
    sound = numpy.concatenate(parts)
    return 0.2 * sound + random.normal(0, 0.003, len(sound))


def wav(sound, rate=RATE):
    with io.BytesIO() as file:
        wavfile.write(file, rate, numpy.round(numpy.clip(sound, -1, 1) * 32767).astype(numpy.int16))
        return ".wav", file.getvalue()


def resampled(sound, random):
    rate = int(random.choice([8000, 11025, 22050, 32000, 44100, 48000]))
    divisor = numpy.gcd(rate, RATE)
    return wav(resample_poly(sound, rate // divisor, RATE // divisor), rate)


def trimmed(sound, random):
    begin, end = int(RATE * random.uniform(0.1, 1.2)), int(RATE * random.uniform(0.1, 1.2))
    return sound[begin:len(sound) - end]


SOUND_CHANGES = {
    "gain": lambda s, r: wav(s * r.uniform(0.1, 1.8)),
    "resampled": resampled,
    "trimmed": lambda s, r: wav(trimmed(s, r)),
    "trimmed, gain, resampled": lambda s, r: resampled(trimmed(s, r) * r.uniform(0.2, 1.5), r),
}


def judge(iai, folder, pattern, rule):
    """Pairs of files that the rule tells, and by how much they are alike."""
    with open(f"{folder}/c.yaml", "w") as file:
        file.write(f"tables:\n  - files: ['train/*', 'test/*']\n    learning: {{splits: {{files: {{train: 'train/*', test: 'test/*'}}}}, {rule}: error}}\n")
    answer = subprocess.run([iai, "--no-record", "--json", "validate", "data", "--contract", "c.yaml", "--limit", "100000"], cwd=folder, stdout=subprocess.PIPE, check=False)
    return [(place["file"], place["message"]) for place in json.loads(answer.stdout)["violation_places"] if place["rule"].startswith("learning/near")]


def fill(folder, split, number, content):
    suffix, data = content
    with open(f"{folder}/data/{split}/{number:04}{suffix}", "wb") as file:
        file.write(data)


def run(iai, folder, sets, name, draw, write, changes, rule, sizes=(60, 40)):
    found, planted, extra, alarms = dict.fromkeys(changes, 0), dict.fromkeys(changes, 0), 0, 0
    for number in range(2 * sets):
        clean = number >= sets
        random = numpy.random.default_rng([number, len(name)])
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(f"{folder}/data/train")
        os.makedirs(f"{folder}/data/test")
        items = draw(random, sum(sizes))
        for i, item in enumerate(items[:sizes[0]]):
            fill(folder, "train", i, write(item))
        copies, sources = {}, list(map(int, random.permutation(sizes[0])))
        for i, item in enumerate(items[sizes[0]:]):
            content = write(item)
            if not clean and i < 3 * len(changes):
                change = list(changes)[i % len(changes)]
                source = sources.pop()
                content = changes[change](items[source], random)
                copies[1000 + i] = (change, source)
            fill(folder, "test", 1000 + i, content)
        places = judge(iai, folder, "*", rule)
        alarms += clean and bool(places)
        for copy, (change, source) in copies.items():
            planted[change] += 1
            found[change] += any(f"{copy:04}" in file + message and f"{source:04}" in file + message for file, message in places)
        extra += sum(not any(f"{copy:04}" in file + message for copy in copies) for file, message in places)
        if os.environ.get("IAI_BENCH_SHOW"):
            for file, message in places:
                print("      ", clean, file, message, next((c for c in copies.items() if f"{c[0]:04}" in file + message), None))
    print(f"{name}:")
    for change in changes:
        print(f"    {change:36} {found[change]:4} of {planted[change]:4} found: recall {found[change] / planted[change]:.3f}")
    print(f"    {extra} findings beside the planted ones; clean: {alarms} of {sets} sets with an alarm")
    return sum(found.values()), sum(planted.values()), alarms


def main():
    iai, folder, sets = os.path.abspath(sys.argv[1]), sys.argv[2] + "/media", int(sys.argv[3])
    tiles = photographs(sys.argv[4:])
    print(f"{len(tiles)} tiles of {len(sys.argv) - 4} photographs")
    chosen = lambda random, count: [tiles[i] for i in random.permutation(len(tiles))[:count]]
    drawn = lambda make: lambda random, count: [make(random) for _ in range(count)]
    size = min(100, len(tiles))
    image = lambda name, draw, sizes=(60, 40): run(iai, folder, sets, name, draw, plain, IMAGE_CHANGES, "near_images", sizes)
    sound = lambda name, draw: run(iai, folder, sets, name, draw, wav, SOUND_CHANGES, "near_audio", (40, 30))
    media = {
        "images": [image("tiles of photographs", chosen, (size * 6 // 10, size - size * 6 // 10)), image("parts of one kind before one camera", drawn(part)),
                   image("drawn scenes", drawn(scene))],
        "recordings": [sound("machines of one kind", drawn(machine)), sound("sequences of tones", drawn(tones))],
    }
    failed = False
    for name, runs in media.items():
        found, planted, alarms = map(sum, zip(*runs))
        print(f"{name}: {found} of {planted} found: recall {found / planted:.3f} (at least 0.95 is asked for); {alarms} clean sets with an alarm")
        failed |= found < 0.95 * planted or alarms > 0
    sys.exit(failed)


main()
