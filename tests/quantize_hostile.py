"""iai quantize against broken and odd models: quantize_hostile.py BINARY [NAME...]. Exit 77 without a runtime.

Every model is planned (--dry-run), quantized without samples (--dynamic) and calibrated on a few, each once more with its layers
measured and shown on a page. Whatever comes out: an exit code of the table in the manual and never a crash; a refusal names the
file, gives a hint and leaves nothing behind; a model that is written passes iai inspect, and runs wherever its source runs; memory
and time stay bounded. EXPECTED says which models are refused and which are not.
"""
import math
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from onnx_bytes import features, floats, integer, model, node, npy, perceptron, text, value, varint  # noqa: E402

BINARY, ONLY = Path(sys.argv[1]).resolve(), sys.argv[2:]
MEMORY_LIMIT_KB, CPU_LIMIT_S, WALL_LIMIT_S = 500_000, 90, 900  # the machine may be busy

INT, STRING, GRAPH, TENSOR, INTS = 2, 3, 5, 4, 7


def attribute(name, kind, field, content):
    body = integer(field, content) if isinstance(content, int) else text(field, content)
    return text(5, text(1, name) + body + integer(20, kind))


def number(name, content):
    return attribute(name, INT, 3, content)


def numbers(name, contents):
    return text(5, text(1, name) + b"".join(integer(8, n) for n in contents) + integer(20, INTS))


def typed(name, data_type, shape):
    dims = b"".join(text(1, text(2, d)) if isinstance(d, str) else text(1, integer(1, d)) for d in shape)
    return text(1, name) + text(2, text(1, integer(1, data_type) + text(2, dims)))


def tensor(name, data_type, shape, raw):
    return b"".join(integer(1, size) for size in shape) + integer(2, data_type) + text(8, name) + text(9, raw)


def pattern(count, seed=1):
    return [((i * 37 + seed * 11) % 101 - 50) / 100 for i in range(count)]


def weights(name, *shape, seed=1):
    return floats(name, shape, pattern(math.prod(shape), seed))


X, Y = value("features", 8), value("logits", 4)
W = weights("w", 8, 4)
PRODUCT = node("MatMul", ["features", "w"], "logits")


def graph(nodes, outputs, inputs=(), initializers=(), name="inner"):
    return b"".join(text(1, n) for n in nodes) + text(2, name) + b"".join(text(5, i) for i in initializers) + b"".join(text(11, i) for i in inputs) + b"".join(text(12, o) for o in outputs)


def nested(depth):
    """If in If ...; the innermost branches multiply."""
    branch = graph([node("MatMul", ["features", "w"], "inner_0")], [value("inner_0", 4)])
    for level in range(1, depth + 1):
        made = node("If", ["yes"], f"inner_{level}") + attribute("then_branch", GRAPH, 6, branch) + attribute("else_branch", GRAPH, 6, branch if level == 1 else graph([node("MatMul", ["features", "w"], f"other_{level}")], [value(f"other_{level}", 4)]))
        branch = graph([made], [value(f"inner_{level}", 4)])
    top = node("If", ["yes"], "chosen") + attribute("then_branch", GRAPH, 6, branch) + attribute("else_branch", GRAPH, 6, branch if depth < 4 else graph([node("MatMul", ["features", "w"], "last")], [value("last", 4)]))
    return model([top, node("MatMul", ["chosen", "v"], "logits")], [W, weights("v", 4, 4), tensor("yes", 9, [], b"\1")], [X], [Y])


def external(location, offset=0, length=128):
    entries = [("location", location), ("offset", str(offset)), ("length", str(length))]
    body = b"".join(integer(1, s) for s in (8, 4)) + integer(2, 1) + text(8, "w")
    body += b"".join(text(13, text(1, k) + text(2, v)) for k, v in entries) + integer(14, 1)
    return model([PRODUCT], [body], [X], [Y])


def convolution(shape, kernel_shape, groups=1, extra=b"", opset=17, out="logits"):
    conv = node("Conv", ["image", "k"], out) + number("group", groups) + extra
    return model([conv], [weights("k", *kernel_shape)], [typed("image", 1, shape)], [typed(out, 1, ["n"] * len(shape))], opset)


def chain(length):
    nodes = [node("MatMul", ["features" if i == 0 else f"t{i}", "w"], "logits" if i == length - 1 else f"t{i + 1}") for i in range(length)]
    return model(nodes, [weights("w", 8, 8)], [X], [value("logits", 8)])


def with_weight(values):
    return model([PRODUCT], [floats("w", (8, 4), values)], [X], [Y])


def older(opset):
    """Relu between two Gemm; weights as graph inputs too, as IR 3 wants them."""
    first, second = node("Gemm", ["features", "w0", "b0"], "t0"), node("Gemm", ["t1", "w1", "b1"], "logits")
    return model([first, node("Relu", ["t0"], "t1"), second], [weights("w0", 8, 16), weights("b0", 16), weights("w1", 16, 4), weights("b1", 4)], [X], [Y], opset)


OK, NO = "ok", "refused"
# name -> (bytes, of the dynamic run, of the calibrated run)
MODELS = {
    "cycle": (model([node("MatMul", ["b", "w"], "a"), node("Relu", ["a"], "b"), node("Add", ["features", "b"], "logits")], [weights("w", 8, 8)], [X], [value("logits", 8)]), NO, NO),
    "cycle of one": (model([node("MatMul", ["logits", "w"], "logits")], [weights("w", 8, 8)], [X], [value("logits", 8)]), NO, NO),
    "wrong order": (model([node("Relu", ["t"], "logits"), node("MatMul", ["features", "w"], "t")], [W], [X], [Y]), NO, NO),
    "missing initializer": (model([node("MatMul", ["features", "nowhere"], "logits")], [W], [X], [Y]), NO, NO),
    "missing input": (model([node("MatMul", ["features", "w"], "logits")], [W], [], [Y]), NO, NO),
    "output nobody makes": (model([PRODUCT], [W], [X], [value("nothing", 4)]), None, NO),
    "no output": (model([PRODUCT], [W], [X], []), NO, NO),
    "empty graph": (model([], [], [X], [X]), NO, NO),
    "no graph": (integer(1, 8) + text(8, integer(2, 17)), NO, NO),
    "no operator set": (integer(1, 8) + text(7, graph([PRODUCT], [Y], [X], [W])), NO, NO),
    "operator set 0": (model([PRODUCT], [W], [X], [Y], 0), NO, NO),
    "operator set 2^40": (model([PRODUCT], [W], [X], [Y], 1 << 40), NO, NO),
    "unknown operator": (model([node("Frobnicate", ["features"], "t"), node("MatMul", ["t", "w"], "logits")], [W], [X], [Y]), NO, NO),
    "foreign operator": (model([node("Thing", ["features"], "t") + text(7, "elsewhere"), node("MatMul", ["t", "w"], "logits")], [W], [X], [Y]) + text(8, text(1, "elsewhere") + integer(2, 1)), OK, NO),
    "two nodes make one tensor": (model([node("Relu", ["features"], "t"), node("Neg", ["features"], "t"), node("MatMul", ["t", "w"], "logits")], [W], [X], [Y]), NO, NO),
    "two initializers of one name": (model([PRODUCT], [W, W], [X], [Y]), NO, NO),
    "nodes of one name": (model([PRODUCT.replace(b"logits_node", b"aaaaaa_node"), PRODUCT.replace(b"\x12\x06logits", b"\x12\x06result").replace(b"logits_node", b"aaaaaa_node")], [W], [X], [Y]), OK, NO),
    "input and initializer of one name": (model([node("MatMul", ["features", "features"], "logits")], [floats("features", (8, 8), pattern(64))], [X], [value("logits", 8)]), None, None),
    "weights of integers": (model([PRODUCT], [tensor("w", 6, [8, 4], b"\1\0\0\0" * 32)], [X], [Y]), NO, NO),
    "weights of strings": (model([PRODUCT], [b"".join(integer(1, s) for s in (8, 4)) + integer(2, 8) + text(8, "w") + text(6, b"a") * 32], [X], [Y]), NO, NO),
    "weights of half precision": (model([PRODUCT], [tensor("w", 10, [8, 4], b"\0\x3c" * 32)], [typed("features", 10, ["batch", 8])], [typed("logits", 10, ["batch", 4])]), NO, NO),
    "weights of double": (model([PRODUCT], [tensor("w", 11, [8, 4], struct.pack("<32d", *pattern(32)))], [typed("features", 11, ["batch", 8])], [typed("logits", 11, ["batch", 4])]), NO, NO),
    "type 77": (model([PRODUCT], [tensor("w", 77, [8, 4], b"\0" * 128)], [X], [Y]), NO, NO),
    "input of strings": (model([node("MatMul", ["features", "w"], "logits")], [W], [typed("features", 8, ["batch", 8])], [Y]), NO, NO),
    "weight shorter than its shape": (model([PRODUCT], [tensor("w", 1, [8, 4], b"\0" * 100)], [X], [Y]), NO, NO),
    "weight longer than its shape": (model([PRODUCT], [tensor("w", 1, [8, 4], b"\0" * 4000)], [X], [Y]), NO, NO),
    "weight of 2^40 elements": (model([PRODUCT], [tensor("w", 1, [1 << 20, 1 << 20], b"\0" * 128)], [X], [Y]), NO, NO),
    "weight of 2^80 elements": (model([PRODUCT], [tensor("w", 1, [1 << 40, 1 << 40], b"\0" * 128)], [X], [Y]), NO, NO),
    "weight of -8 rows": (model([PRODUCT], [tensor("w", 1, [(1 << 64) - 8, 4], b"\0" * 128)], [X], [Y]), NO, NO),
    "input of 2^40 columns": (model([PRODUCT], [W], [typed("features", 1, ["batch", 1 << 40])], [Y]), None, NO),
    "image of 2^20 by 2^20": (convolution(["batch", 3, 1 << 20, 1 << 20], (8, 3, 3, 3)), OK, NO),
    "output of 2^40": (model([node("MatMul", ["features", "w"], "t"), node("Expand", ["t", "s"], "logits")], [W, tensor("s", 7, [2], struct.pack("<2q", 1 << 38, 4))], [X], [typed("logits", 1, ["a", "b"])]), OK, None),
    "weight that does not fit": (model([PRODUCT], [weights("w", 7, 4)], [X], [Y]), None, NO),
    "weight of no rows": (model([PRODUCT], [floats("w", (0, 4), [])], [typed("features", 1, ["batch", 0])], [Y]), NO, NO),
    "weight of no columns": (model([PRODUCT], [floats("w", (8, 0), [])], [X], [typed("logits", 1, ["batch", 0])]), NO, NO),
    "batch of none": (model([PRODUCT], [W], [typed("features", 1, [0, 8])], [typed("logits", 1, [0, 4])]), OK, None),
    "weight is NaN": (with_weight([float("nan")] + pattern(31)), NO, NO),
    "weight is infinite": (with_weight([float("-inf")] + pattern(31)), NO, NO),
    "weights are zero": (with_weight([0.0] * 32), OK, OK),
    "weights are subnormal": (with_weight([1e-42] * 32), OK, OK),
    "weights of 3e38": (with_weight([3e38, -3e38] * 16), OK, None),
    "bias is NaN": (model([node("Gemm", ["features", "w", "b"], "logits")], [W, floats("b", (4,), [0, 1, float("nan"), 2])], [X], [Y]), NO, NO),
    "bias of 3e38": (model([node("Gemm", ["features", "w", "b"], "logits")], [W, floats("b", (4,), [3e38, 0, -3e38, 1])], [X], [Y]), OK, OK),
    "bias of five": (model([node("Gemm", ["features", "w", "b"], "logits")], [W, weights("b", 5)], [X], [Y]), NO, NO),
    "subgraphs 3 deep": (nested(3), OK, OK),
    "subgraphs 40 deep": (nested(40), None, None),
    "subgraphs 200 deep": (nested(200), None, None),
    "chain of 3000": (chain(3000), OK, OK),
    "external data above the folder": (external("../secret.bin"), NO, NO),
    "external data absolute": (external("/etc/passwd"), NO, NO),
    "external data missing": (external("nowhere.bin"), NO, NO),
    "external data behind the end": (external("calibration.npy", 1 << 40, 128), NO, NO),
    "external data too short": (external("calibration.npy", 0, 12), NO, NO),
    "name of 100 kB": (model([node("MatMul", ["features", "n" * 100_000], "logits")], [weights("n" * 100_000, 8, 4)], [X], [Y]), OK, OK),
    "names of other scripts": (model([node("MatMul", ["features", "größe 重量\n\t\"'"], "logits")], [weights("größe 重量\n\t\"'", 8, 4)], [X], [Y]), OK, OK),
    "names that are no UTF-8": (model([node("MatMul", ["features", b"w\xff\xfe"], "logits")], [floats(b"w\xff\xfe", (8, 4), pattern(32))], [X], [Y]), None, None),
    "no names": (model([PRODUCT.replace(text(3, "logits_node"), b"")], [W], [X], [Y]), OK, OK),
    "grouped convolution": (convolution(["batch", 4, 6, 6], (8, 1, 3, 3), 4), OK, None),
    "groups that do not divide": (convolution(["batch", 4, 6, 6], (8, 1, 3, 3), 3), NO, NO),
    "0 groups": (convolution(["batch", 4, 6, 6], (8, 4, 3, 3), 0), NO, NO),
    "-1 groups": (convolution(["batch", 4, 6, 6], (8, 4, 3, 3), (1 << 64) - 1), NO, NO),
    "strides of 0": (convolution(["batch", 4, 6, 6], (8, 4, 3, 3), 1, numbers("strides", [0, 0])), None, NO),
    "pads of 2^40": (convolution(["batch", 4, 6, 6], (8, 4, 3, 3), 1, numbers("pads", [1 << 40] * 4)), None, NO),
    "kernel of no axes": (model([node("Conv", ["image", "k"], "logits")], [floats("k", (), [1.0])], [typed("image", 1, ["batch", 4])], [typed("logits", 1, ["a"])]), NO, NO),
    "convolution without weights": (model([node("Conv", ["image"], "logits")], [], [typed("image", 1, ["batch", 4, 6, 6])], [typed("logits", 1, ["a"])]), NO, NO),
    "product without inputs": (model([node("MatMul", [], "logits")], [W], [X], [Y]), NO, NO),
    "product of four inputs": (model([node("MatMul", ["features", "w", "w", "w"], "logits")], [W], [X], [Y]), NO, NO),
    "quantized already": (model([node("DynamicQuantizeLinear", ["features"], "q"), PRODUCT], [W], [X], [Y]), NO, NO),
    "cut off": (perceptron()[:-200], NO, NO),
    "poisoned": (perceptron(poison=float("nan")), NO, NO),
    **{f"operator set {opset}": (older(opset), OK, OK) for opset in (7, 8, 9, 11, 13, 15, 17, 19, 21)},
}

failures = []


def limits():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28))


def run(folder, *words):
    """Exit code, what it said, kB of memory."""
    with open(folder / ".said", "wb+") as said:
        begin = time.monotonic()
        child = subprocess.Popen([BINARY, "--no-record", *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, preexec_fn=limits)
        while True:
            done, status, usage = os.wait4(child.pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() - begin > WALL_LIMIT_S:
                child.kill()
            time.sleep(0.005)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return child.returncode, said.read().decode("utf-8", "replace"), usage.ru_maxrss


def check(name, words, folder, expected, source_runs):
    def fail(why, said=""):
        failures.append(name)
        print(f"{name}: iai {' '.join(words)}: {why}\n    {said[:600]}")
    code, said, kilobytes = run(folder, *words)
    if code not in (0, 1, 2, 3, 4):
        return fail(f"exit code {code}", said)
    if kilobytes > MEMORY_LIMIT_KB:
        fail(f"{kilobytes} kB of memory")
    if code != 0 and ("error:" not in said or "hint:" not in said or not any(f in said for f in ("model.onnx", "calibration.npy", "nowhere.bin"))):
        fail("a refusal that does not name the file or gives no hint", said)
    made, page = folder / "out.onnx", folder / "page.html"
    left = {p.name for p in folder.iterdir()} - {"model.onnx", "calibration.npy", "secret.bin", ".said", "out.onnx", "page.html"}
    if left or (code != 0 and (made.exists() or page.exists())) or ("--dry-run" in words and made.exists()):
        fail(f"left behind: {left or 'out.onnx'}")
    if expected == OK and code != 0 or expected == NO and code == 0:
        fail(f"expected to be {expected}", said)
    if code == 0 and made.exists():
        looked, why, _ = run(folder, "inspect", "out.onnx")
        if looked != 0:
            fail("what was written cannot be read", why)
        if source_runs:
            ran, why, _ = run(folder, "bench", "out.onnx", "--runs", "1")
            if ran != 0:
                fail("what was written does not run, its source does", why)
    made.unlink(missing_ok=True)
    page.unlink(missing_ok=True)


def main():
    scratch = Path(tempfile.mkdtemp())
    try:
        folder = scratch / "work"
        folder.mkdir()
        (folder / "calibration.npy").write_bytes(features(4))
        (scratch / "secret.bin").write_bytes(b"\0" * 4096)
        for name, (content, dynamic, static) in MODELS.items():
            if ONLY and name not in ONLY:
                continue
            (folder / "model.onnx").write_bytes(content)
            source_runs = run(folder, "bench", "model.onnx", "--runs", "1")[0] == 0
            check(name, ["quantize", "model.onnx", "--dry-run"], folder, None, False)
            check(name, ["quantize", "model.onnx", "--dynamic", "-o", "out.onnx"], folder, dynamic, source_runs)
            check(name, ["quantize", "model.onnx", "--dynamic", "--target", "cpu-avx2", "-o", "out.onnx"], folder, dynamic, source_runs)
            image = name.startswith(("grouped", "groups", "0 groups", "-1 groups", "strides", "pads"))
            if image:
                (folder / "calibration.npy").write_bytes(npy("<f4", (4, 4, 6, 6), struct.pack("<576f", *pattern(576))))
            check(name, ["quantize", "model.onnx", "--calibration", "calibration.npy", "-o", "out.onnx"], folder, static, source_runs)
            check(name, ["quantize", "model.onnx", "--calibration", "calibration.npy", "--layers", "--html", "page.html", "-o", "out.onnx"], folder, static, source_runs)
            check(name, ["quantize", "model.onnx", "--dynamic", "--calibration", "calibration.npy", "--layers", "--html", "page.html", "-o", "out.onnx"], folder, None, source_runs)
            if image:
                (folder / "calibration.npy").write_bytes(features(4))
    finally:
        subprocess.run(["rm", "-rf", scratch], check=False)
    print(f"{len(MODELS)} models, {len(set(failures))} of them at fault")
    sys.exit(1 if failures else 0)


main()
