"""Writes a small valid input for each fuzzer into DIR/<fuzzer>/, whole and in variations: corpus.py DIR SOURCE."""
import io
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

target, source = Path(sys.argv[1]), Path(sys.argv[2])
sys.path.insert(0, str(source / "tests"))
from image_bytes import exif, jpeg, png, tiff  # noqa: E402
from onnx_bytes import npy, perceptron  # noqa: E402


def put(fuzzer, name, data):
    folder = target / fuzzer
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


for descr, size in (("<f4", 4), (">f8", 8), ("<i8", 8), ("|u1", 1), ("<f2", 2), ("|b1", 1)):
    for version in (1, 2, 3):
        put("npy", f"{descr[1:]}-{version}", npy(descr, "(2, 3)", bytes(6 * size), version, fortran=version == 2))
put("npy", "object", npy("|O", "(1,)", b"\x80\x04N."))
put("npy", "scalar", npy("<f4", "()", bytes(4)))
put("npy", "lie", npy("<f4", "(1000000000000,)", bytes(4)))

for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("x.npy", npy("<f4", "(2, 3)", bytes(24)))
        archive.writestr("a/b.csv", "a;b\n1;2\n")
    put("archives", f"zip-{method}", packed.getvalue())
for mode in ("w", "w:gz", "w:bz2", "w:xz"):
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode=mode, format=form) as archive:
            entry = tarfile.TarInfo("a/" + ("n" * 90 if form == tarfile.USTAR_FORMAT else "n" * 200))
            entry.size = 5
            archive.addfile(entry, io.BytesIO(b"hello"))
        put("archives", f"tar-{mode[2:]}-{form}", packed.getvalue())

put("model", "small", perceptron(4))
put("model", "payload", perceptron(100))
put("model", "future", perceptron(opset=999))
for path in sorted((source / "examples").rglob("*.onnx")):
    if path.stat().st_size < 200_000:
        put("model", path.name, path.read_bytes())

put("json", "values", '{"a": [1, -2.5e-7, true, null, "\\u00fc\\ud83d\\ude00"], "b": {"c": {}}, "d": 1e300}')
for path in sorted((source / "schemas").glob("*.json"))[:5]:
    put("json", path.name, path.read_bytes()[:5000])

put("yaml", "task", "name: bearing\ninputs:\n  - name: x\n    shape: [1, 2, -1]\nlimits: {accuracy: 0.9, \"quoted\": 'it''s'}\ntext: |\n  two\n  lines\n")
put("yaml", "alias", "a: &x [1, 2]\nb: *x\nc: [*x, *x]\n")
put("yaml", "bomb", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n")
for path in sorted((source / "examples").rglob("*.yaml"))[:8]:
    put("yaml", path.name, path.read_bytes()[:4000])

german = "Prüfstand;7\r\n\r\nZeit;Kraft;Status;\r\n[s];[kN];;\r\n" + "".join(
    f"01.03.2026 12:00:{i:02},250;1.234,{i};OK;\r\n" for i in range(30))
for encoding in ("cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
    put("delimited", f"german-{encoding}", german.encode(encoding))
put("delimited", "comma", "a,b,c\n" + "".join(f"{i},{i / 7},\"x\"\"{i}\n\"\n" for i in range(30)))
put("delimited", "tabs", "t\tv\n" + "".join(f"2026-03-01T00:00:{i:02}Z\t{i}e-3\n" for i in range(30)))
put("delimited", "blanks", "".join(f"{i} {-i}   {i * 3}\n" for i in range(30)))

put("json_lines", "nested", '{"t":"2026-03-01T12:00:00Z","m":{"c":1.5,"ok":true,"a":[1,{"x":null}]},"id":9007199254740993}\n\n{"m":{"c":-2e-3},"t":"x\\u00e4\\n"}\r\n')
put("json_lines", "broken", '{"a":1}\n{"a":\n[1]\n{"a":1}{"a":2}\n{"a":1,"a":2}\n{"a":"x\n{"a":01}\n{"a":[1,2}\n{"a":2}')
put("json_lines", "mark", "\ufeff" + '{"a.b":1,"a":{"b":2}}\n' * 5)


def wav(code, channels, bits, samples, extra=b"", container=b"RIFF", declared=None):
    declared = len(samples) if declared is None else declared
    frame = channels * bits // 8
    fmt = struct.pack("<HHIIHH", code, channels, 51200, 51200 * frame, frame, bits) + extra
    wide = container == b"RF64"
    body = b"WAVE" + (b"ds64" + struct.pack("<IQQQI", 28, 0, declared, 0, 0) if wide else b"")
    body += b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", 0xFFFFFFFF if wide else declared) + samples
    return container + struct.pack("<I", len(body)) + body


for code, bits in ((1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64), (6, 8), (7, 8), (0x11, 4), (0x31, 0)):
    put("audio", f"{code}-{bits}", wav(code, 1, bits, bytes(range(120))))
put("audio", "extensible", wav(0xFFFE, 2, 24, bytes(60), struct.pack("<HHIH", 22, 24, 3, 1) + bytes.fromhex("000000001000800000aa00389b71")))
put("audio", "rf64", wav(1, 2, 16, bytes(60), container=b"RF64", declared=7 << 40))
put("audio", "crashed", wav(1, 2, 16, bytes(61), declared=0))

put("images", "rgb.png", png(4, 2, [bytes(range(12)), bytes(range(12, 24))]))
put("images", "grey16.png", png(3, 1, [b"\x01\x00\x02\x00\x03\x00"], color=0, bits=16, chunks=[(b"eXIf", exif(6, True))]))
put("images", "palette.png", png(3, 1, [b"\0\1\2"], color=3))
for i, values in enumerate(([200], [200, 128, 128], [10, 20, 30, 40])):
    put("images", f"{i}.jpg", jpeg(17, 9, values, exif(i + 1, i > 0, "<>"[i % 2])))
    put("images", f"{i}-progressive.jpg", jpeg(16, 16, values, progressive=True))
for order in "<>":
    pages = [(4, 2, 1, 16, 1, 1, bytes(16)), (2, 2, 3, 8, 1, 2, bytes(12)), (2, 1, 1, 32, 3, 1, bytes(8)), (9, 1, 1, 1, 1, 0, bytes(2)), (1, 1, 4, 8, 1, 5, bytes(4))]
    put("images", f"pages{ord(order)}.tif", tiff(pages, order))

put("box_labels", "coco", "0" + '{"images":[{"id":1,"file_name":"a.png","width":4,"height":2}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,4,2]},{"id":2,"image_id":9,"bbox":[1]}],"categories":[{"id":1,"name":"x"}]}')
put("box_labels", "yolo", "1" + "0 0.5 0.5 1 1\n1 0.1 0.2 0.3 0.4 0.9\n2 0 0 1 0 1 1\nx\n")
put("box_labels", "voc", "2" + '<?xml version="1.0"?><annotation><filename>a.png</filename><size><width>4</width><height>2</height><depth>3</depth></size>'
    '<object><name>x</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4.5</xmax><ymax>2</ymax></bndbox></object><object><name>&#228;</name></object></annotation>')


def mat(*variables):
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(variables)


def mat_element(kind, data):
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def mat_head(flags, shape, name):
    return mat_element(6, struct.pack("<II", flags, 0)) + mat_element(5, struct.pack(f"<{len(shape)}i", *shape)) + mat_element(1, name)


matrix = mat_element(14, mat_head(6, [2, 3], b"x") + mat_element(9, bytes(48)))
cell = mat_element(14, mat_head(1, [1, 2], b"c") + matrix + mat_element(14, b""))
record = mat_element(14, mat_head(2, [1, 1], b"s") + struct.pack("<II", 4 << 16 | 5, 8) + mat_element(1, b"fs".ljust(8, b"\0")) + matrix)
packed = zlib.compress(matrix)
put("arrays", "matrix.mat", mat(matrix, cell, record))
put("arrays", "packed.mat", mat(struct.pack("<II", 15, len(packed)) + packed))
# Written by Arrow itself, where the tests are built.
columnar = source / "build" / "iai_columnar_files"
if columnar.exists():
    work = target / "columnar"
    subprocess.run([columnar, work], check=True)
    for path in sorted(work.iterdir()):
        if path.stat().st_size < 20_000:
            put("arrow", path.name, path.read_bytes())
    shutil.rmtree(work)
# Written by iai itself, where it is built: a state of two tables, findings, images and boxes.
program = source / "build" / "iai"
if program.exists():
    work = target / "ingest"
    (work / "data").mkdir(parents=True, exist_ok=True)
    (work / "data" / "a.csv").write_text("t;v;word;id\n" + "".join(f"2026-03-01 00:00:{i % 60:02};{i / 7:.4f};{'ab'[i % 2]};{i << 40}\n" for i in range(200)) + "x;y\n")
    (work / "data" / "b.jsonl").write_text('{"v": 1.5, "s": "x"}\n{"v": null}\n')
    (work / "data" / "c.txt").write_text("0 0.5 0.5 1 1\n")
    (work / "data" / "c.png").write_bytes(png(4, 2, [bytes(range(12)), bytes(range(12, 24))]))
    subprocess.run([program, "ingest", "data", "-o", "set", "--mergeable", "--no-record"], cwd=work, check=True, capture_output=True)
    put("profile_state", "small", (work / "set" / "profile.state").read_bytes())
    shutil.rmtree(work)
# Written by HDF5's own tools, where they are installed.
if shutil.which("h5import"):
    work = target / "h5"
    work.mkdir(exist_ok=True)
    (work / "values.txt").write_text(" ".join(str(i) for i in range(40)))
    for name, extra in (("plain", ""), ("packed", "CHUNKED-DIMENSION-SIZES 4 5\nCOMPRESSION-PARAM 4\nCOMPRESSION-TYPE GZIP\n")):
        (work / "config").write_text("PATH /run/force\nINPUT-CLASS TEXTIN\nINPUT-SIZE 32\nRANK 2\nDIMENSION-SIZES 8 5\nOUTPUT-CLASS IN\nOUTPUT-SIZE 32\n" + extra)
        subprocess.run(["h5import", "values.txt", "-c", "config", "-o", f"{name}.h5"], cwd=work, check=True, capture_output=True)
        put("arrays", f"{name}.h5", (work / f"{name}.h5").read_bytes())
    shutil.rmtree(work)
