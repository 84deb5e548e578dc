"""Writes a small valid input for each fuzzer into DIR/<fuzzer>/, whole and in variations: corpus.py DIR SOURCE."""
import io
import struct
import sys
import tarfile
import zipfile
from pathlib import Path

target, source = Path(sys.argv[1]), Path(sys.argv[2])


def put(fuzzer, name, data):
    folder = target / fuzzer
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def npy(descr, shape, data, version=1, fortran=False):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    width = 2 if version == 1 else 4
    header += " " * (-(len(header) + 7 + width + 2) % 64) + "\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(header).to_bytes(width, "little") + header.encode() + data


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def text(number, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def integer(number, value):
    return varint(number << 3) + varint(value)


def model(weights=4, opset=17):
    """Y = Relu(X W): float32 [batch, 4] to [batch, weights]."""
    def value(name, size):
        shape = text(1, text(2, "batch")) + text(1, integer(1, size))
        return text(1, name) + text(2, text(1, integer(1, 1) + text(2, shape)))
    raw = struct.pack(f"<{4 * weights}f", *[i * 0.5 - 3 for i in range(4 * weights)])
    graph = text(1, text(1, "X") + text(1, "W") + text(2, "T") + text(4, "MatMul"))
    graph += text(1, text(1, "T") + text(2, "Y") + text(4, "Relu") + text(5, text(1, "axis") + integer(3, 1) + integer(20, 2)))
    graph += text(2, "g") + text(5, integer(1, 4) + integer(1, weights) + integer(2, 1) + text(8, "W") + text(9, raw))
    graph += text(11, value("X", 4)) + text(12, value("Y", weights))
    return integer(1, 8) + text(2, "corpus") + text(7, graph) + text(8, integer(2, opset))


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
    put("archive", f"zip-{method}", packed.getvalue())
for mode in ("w", "w:gz", "w:bz2", "w:xz"):
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode=mode, format=form) as archive:
            entry = tarfile.TarInfo("a/" + ("n" * 90 if form == tarfile.USTAR_FORMAT else "n" * 200))
            entry.size = 5
            archive.addfile(entry, io.BytesIO(b"hello"))
        put("archive", f"tar-{mode[2:]}-{form}", packed.getvalue())

put("model", "small", model())
put("model", "payload", model(weights=100))
put("model", "future", model(opset=999))
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
