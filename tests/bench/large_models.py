"""Makes networks of the size of ResNet-50 (v1.5, 25.6 million parameters) and of BERT-base (109 million), with inputs to calibrate on:

    large_models.py FOLDER resnet50 [PIXELS [SAMPLES]]   FOLDER/resnet50.onnx, FOLDER/resnet50.npy  [SAMPLES, 3, PIXELS, PIXELS]
    large_models.py FOLDER bert [SAMPLES]                FOLDER/bert.onnx,     FOLDER/bert.npy      [SAMPLES, 128] token numbers

The weights are random, but the networks are alive: norms carry the statistics that a few inputs show layer by layer, channels differ in
size as trained ones do (heavy tails), and BERT has the few outlier channels that make real ones hard. Needs numpy and onnx; the bytes
depend on the seed alone: statistics are computed in double and rounded to eight bits of mantissa.
"""
import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 17, 8


class Graph:
    """Nodes and weights in the order in which they are added."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, values):
        self.weights.append(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
        return name

    def node(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name + "_out"], name=name, **attributes))
        return name + "_out"

    def save(self, path, name, inputs, outputs):
        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="large_models.py")
        onnx.checker.check_model(model)
        onnx.save(model, path)
        print(f"{path}: {sum(numpy.prod(w.dims) for w in self.weights) / 1e6:.1f} million parameters, {path.stat().st_size / 1e6:.0f} MB")


def rounded(values):
    """To eight bits of mantissa: the same on every machine, whatever the last bits of a sum."""
    mantissa, exponent = numpy.frexp(values)
    return numpy.ldexp(numpy.round(mantissa * 256) / 256, exponent).astype(numpy.float32)


def images(rng, samples, pixels):
    """Smooth colours, edges and noise, each picture of its own brightness and contrast; a picture at a time."""
    grid = numpy.linspace(0, 1, pixels)
    for _ in range(samples):
        picture = numpy.zeros((3, pixels, pixels))
        for _ in range(6):
            fx, fy, phase = rng.uniform(0, 12), rng.uniform(0, 12), rng.uniform(0, 2 * numpy.pi)
            wave = numpy.cos(2 * numpy.pi * (fx * grid[:, None] + fy * grid[None, :]) + phase)
            picture += rng.normal(size=(3, 1, 1)) * (numpy.sign(wave) if rng.random() < 0.3 else wave)
        picture = picture * rng.lognormal(-0.9, 0.4) + rng.normal(0, 0.5, (3, 1, 1)) + rng.normal(0, 0.1, picture.shape)
        yield numpy.clip(picture, -2.2, 2.7).astype(numpy.float32)


def convolve(x, weight, stride, pad):
    kernel = weight.shape[2]
    x = numpy.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = numpy.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
    return numpy.einsum("nchwij,ocij->nohw", windows, weight, optimize=True)


def max_pool(x):
    x = numpy.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-numpy.inf)
    return numpy.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))[:, :, ::2, ::2].max(axis=(4, 5))


class ResNet:
    def __init__(self, rng):
        self.rng, self.graph = rng, Graph()
        self.values = numpy.stack(list(images(numpy.random.default_rng(5), 4, 64))).astype(numpy.float64)  # what flows, to find statistics

    def conv_norm(self, tensor, values, name, channels, kernel, stride, gain=1.0):
        rng, inputs = self.rng, values.shape[1]
        weight = rng.normal(size=(channels, inputs, kernel, kernel)) * numpy.sqrt(2 / (inputs * kernel * kernel))
        weight = (weight * rng.lognormal(0, 0.5, (channels, 1, 1, 1)) * rng.lognormal(0, 0.3, (1, inputs, 1, 1))).astype(numpy.float32)
        values = convolve(values, weight.astype(numpy.float64), stride, kernel // 2)
        mean, variance = rounded(values.mean(axis=(0, 2, 3))), rounded(values.var(axis=(0, 2, 3)) + 1e-6)
        scale = (gain * rng.lognormal(-0.1, 0.35, channels)).astype(numpy.float32)
        shift = rng.normal(0.0, 0.25, channels).astype(numpy.float32)
        g = self.graph
        made = g.node("Conv", [tensor, g.weight(name + ".weight", weight)], name, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4)
        made = g.node("BatchNormalization", [made, g.weight(name + ".scale", scale), g.weight(name + ".shift", shift), g.weight(name + ".mean", mean),
                                             g.weight(name + ".variance", variance)], name + ".norm", epsilon=1e-5)
        column = lambda v: v.astype(numpy.float64)[None, :, None, None]
        return made, (values - column(mean)) / numpy.sqrt(column(variance) + 1e-5) * column(scale) + column(shift)

    def relu(self, tensor, values, name):
        return self.graph.node("Relu", [tensor], name), numpy.maximum(values, 0)

    def block(self, tensor, values, name, width, stride):
        """Bottleneck of version 1.5: the 3 x 3 convolution has the stride."""
        made, flow = self.relu(*self.conv_norm(tensor, values, name + ".conv1", width, 1, 1), name + ".relu1")
        made, flow = self.relu(*self.conv_norm(made, flow, name + ".conv2", width, 3, stride), name + ".relu2")
        made, flow = self.conv_norm(made, flow, name + ".conv3", 4 * width, 1, 1, gain=0.5)
        if values.shape[1] != 4 * width:
            tensor, values = self.conv_norm(tensor, values, name + ".shortcut", 4 * width, 1, stride)
        return self.relu(self.graph.node("Add", [made, tensor], name + ".add"), flow + values, name + ".relu3")

    def make(self, path, pixels):
        g = self.graph
        tensor, values = self.relu(*self.conv_norm("image", self.values, "stem", 64, 7, 2), "stem.relu")
        tensor, values = g.node("MaxPool", [tensor], "stem.pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), max_pool(values)
        for stage, (blocks, width) in enumerate(zip((3, 4, 6, 3), (64, 128, 256, 512))):
            for i in range(blocks):
                tensor, values = self.block(tensor, values, f"stage{stage + 1}.{i}", width, 2 if i == 0 and stage > 0 else 1)
        tensor = g.node("Flatten", [g.node("GlobalAveragePool", [tensor], "pool")], "flat")
        head = (self.rng.normal(size=(1000, 2048)) * 0.03).astype(numpy.float32)
        bias = self.rng.normal(size=1000).astype(numpy.float32) * numpy.float32(0.1)
        g.nodes.append(helper.make_node("Gemm", [tensor, g.weight("head.weight", head), g.weight("head.bias", bias)], ["logits"], name="head", transB=1))
        g.save(path, "resnet50", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, pixels, pixels])],
               [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1000])])


class Bert:
    WIDTH, HEADS, INNER, LAYERS, WORDS, LENGTH = 768, 12, 3072, 12, 30522, 128
    OUTLIERS = (77, 308, 381)  # the channels of BERT-base that Kovaleva et al. (2021) found, 308 and 381, and one more

    def __init__(self, rng):
        self.rng, self.graph = rng, Graph()

    def norm(self, tensor, name, outlier):
        scale = self.rng.lognormal(-0.15, 0.15, self.WIDTH)
        shift = self.rng.normal(0, 0.05, self.WIDTH)
        for place, channel in enumerate(self.OUTLIERS):
            scale[channel] *= 0.5  # else they would grow from layer to layer until nothing else is left
            shift[channel] -= outlier / (place + 1)
        g = self.graph
        return g.node("LayerNormalization", [tensor, g.weight(name + ".scale", scale.astype(numpy.float32)), g.weight(name + ".shift", shift.astype(numpy.float32))],
                      name, axis=-1, epsilon=1e-12)

    def linear(self, tensor, name, inputs, outputs, deviation):
        weight = self.rng.standard_normal((inputs, outputs), dtype=numpy.float32)
        weight *= (deviation * self.rng.lognormal(0, 0.3, outputs)).astype(numpy.float32)
        for channel in self.OUTLIERS:
            if inputs == self.WIDTH:
                weight[channel] *= numpy.float32(0.2)  # what reads an outlier learns to weigh it little
        g = self.graph
        made = g.node("MatMul", [tensor, g.weight(name + ".weight", weight)], name)
        return g.node("Add", [made, g.weight(name + ".bias", self.rng.normal(0, 0.05, outputs).astype(numpy.float32))], name + ".add")

    def heads(self, tensor, name, order):
        return self.graph.node("Transpose", [self.graph.node("Reshape", [tensor, "split_heads"], name + ".split")], name + ".turn", perm=order)

    def attention(self, tensor, name):
        g, width = self.graph, self.WIDTH
        query = self.heads(self.linear(tensor, name + ".query", width, width, 0.03), name + ".query", [0, 2, 1, 3])
        key = self.heads(self.linear(tensor, name + ".key", width, width, 0.03), name + ".key", [0, 2, 3, 1])
        value = self.heads(self.linear(tensor, name + ".value", width, width, 0.03), name + ".value", [0, 2, 1, 3])
        scores = g.node("Div", [g.node("MatMul", [query, key], name + ".scores"), "root_of_size"], name + ".scaled")
        mixed = g.node("MatMul", [g.node("Softmax", [scores], name + ".softmax", axis=-1), value], name + ".mix")
        joined = g.node("Reshape", [g.node("Transpose", [mixed], name + ".back", perm=[0, 2, 1, 3]), "join_heads"], name + ".join")
        return self.linear(joined, name + ".out", width, width, 0.02)

    def gelu(self, tensor, name):
        """As exporters wrote it before there was an operator Gelu."""
        g = self.graph
        bent = g.node("Add", [g.node("Erf", [g.node("Div", [tensor, "root_of_two"], name + ".div")], name + ".erf"), "one"], name + ".plus")
        return g.node("Mul", [g.node("Mul", [tensor, bent], name + ".mul"), "half"], name + ".half")

    def make(self, path):
        g, width = self.graph, self.WIDTH
        for name, value in (("root_of_size", 8.0), ("root_of_two", 2 ** 0.5), ("one", 1.0), ("half", 0.5)):
            g.weight(name, numpy.array(value, numpy.float32))
        g.weight("split_heads", numpy.array([0, 0, self.HEADS, width // self.HEADS], numpy.int64))
        g.weight("join_heads", numpy.array([0, 0, width], numpy.int64))
        words = self.rng.standard_normal((self.WORDS, width), dtype=numpy.float32) * numpy.float32(0.05)
        places = self.rng.standard_normal((self.LENGTH, width), dtype=numpy.float32) * numpy.float32(0.02)
        tensor = g.node("Gather", [g.weight("words", words), "tokens"], "embedding")
        tensor = self.norm(g.node("Add", [tensor, g.weight("places", places)], "embedding.add"), "embedding.norm", 2.0)
        for i in range(self.LAYERS):
            name = f"layer{i}"
            tensor = self.norm(g.node("Add", [self.attention(tensor, name), tensor], name + ".add1"), name + ".norm1", 1.0 + i / 2)
            inner = self.gelu(self.linear(tensor, name + ".inner", width, self.INNER, 0.04), name + ".gelu")
            tensor = self.norm(g.node("Add", [self.linear(inner, name + ".outer", self.INNER, width, 0.03), tensor], name + ".add2"), name + ".norm2", 1.0 + i / 2)
        g.nodes[-1].output[0] = "hidden"
        g.save(path, "bert", [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["batch", self.LENGTH])],
               [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", self.LENGTH, width])])


def main():
    folder, kind, *sizes = sys.argv[1:]
    folder = pathlib.Path(folder)
    if kind == "resnet50":
        pixels, samples = (list(map(int, sizes)) + [224, 128][len(sizes):])
        ResNet(numpy.random.default_rng(1)).make(folder / "resnet50.onnx", pixels)
        stored = numpy.lib.format.open_memmap(folder / "resnet50.npy", mode="w+", dtype=numpy.float32, shape=(samples, 3, pixels, pixels))
        for i, picture in enumerate(images(numpy.random.default_rng(3), samples, pixels)):
            stored[i] = picture
    elif kind == "bert":
        samples = int(sizes[0]) if sizes else 32
        Bert(numpy.random.default_rng(2)).make(folder / "bert.onnx")
        tokens = numpy.minimum(numpy.random.default_rng(4).zipf(1.3, (samples, Bert.LENGTH)), Bert.WORDS) - 1  # words come as Zipf found
        numpy.save(folder / "bert.npy", tokens.astype(numpy.int64))
    else:
        sys.exit(f"unknown network {kind}")


main()
