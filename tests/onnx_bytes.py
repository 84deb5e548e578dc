"""Small ONNX models and NPY arrays as bytes, written by hand so that tests need neither onnx nor NumPy."""
import struct


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def text(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def integer(field, value):
    return varint(field << 3) + varint(value)


def value(name, width):
    """A float32 graph input or output of shape [batch, width]."""
    shape = text(1, text(2, "batch")) + text(1, integer(1, width))
    return text(1, name) + text(2, text(1, integer(1, 1) + text(2, shape)))


def floats(name, shape, values):
    """A float32 initializer."""
    return b"".join(integer(1, size) for size in shape) + integer(2, 1) + text(8, name) + text(9, struct.pack(f"<{len(values)}f", *values))


def node(operator, inputs, output):
    return b"".join(text(1, name) for name in inputs) + text(2, output) + text(3, output + "_node") + text(4, operator)


def model(nodes, initializers, inputs, outputs, opset=17):
    graph = b"".join(text(1, n) for n in nodes) + text(2, "graph") + b"".join(text(5, i) for i in initializers)
    graph += b"".join(text(11, i) for i in inputs) + b"".join(text(12, o) for o in outputs)
    return integer(1, 8) + text(2, "iai tests") + text(7, graph) + text(8, integer(2, opset))


def perceptron(hidden=16, opset=17, operator="Relu", poison=None):
    """logits [batch, 3] = relu(features [batch, 8] w0 + b0) w1 + b1, with weights of a fixed pattern."""
    def weights(count, seed):
        return [((i * 37 + seed * 11) % 101 - 50) / 100 for i in range(count)]
    first = weights(8 * hidden, 1)
    if poison is not None:
        first[5] = poison
    return model(
        [node("MatMul", ["features", "w0"], "t0"), node("Add", ["t0", "b0"], "t1"), node(operator, ["t1"], "t2"),
         node("MatMul", ["t2", "w1"], "t3"), node("Add", ["t3", "b1"], "logits")],
        [floats("w0", [8, hidden], first), floats("b0", [hidden], weights(hidden, 2)), floats("w1", [hidden, 3], weights(hidden * 3, 3)),
         floats("b1", [3], weights(3, 4))],
        [value("features", 8)], [value("logits", 3)], opset)


def npy(descr, shape, data, version=1, fortran=False):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    width = 2 if version == 1 else 4
    header += " " * (-(len(header) + 7 + width + 2) % 64) + "\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(header).to_bytes(width, "little") + header.encode() + data


def features(rows, width=8):
    """Samples for perceptron()."""
    values = [((i * 53) % 97 - 48) / 24 for i in range(rows * width)]
    return npy("<f4", (rows, width), struct.pack(f"<{len(values)}f", *values))


def labels(rows, classes=3):
    return npy("<i8", (rows,), struct.pack(f"<{rows}q", *[i * 7 % classes for i in range(rows)]))
