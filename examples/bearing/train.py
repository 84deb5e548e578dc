#!/usr/bin/env python3
"""Trains model.onnx of this folder from raw/bench-2026.zip: 8 channels x 128 samples -> 4 conditions.

    pip install -r requirements.txt && python3 train.py [OUTPUT.onnx]

Three convolutions with batch normalization, global average pool, one Gemm; forward and backward pass in numpy, Adam,
fixed seed, one thread, so that a repetition gives the same weights. The rigs P1 to P4 train, P5 and P6 are only looked
at in the end. Scaling is outside the network (scaler.csv, which task.yaml names); windows with a cell that is no number
are left out, and so are the runs and spans that planted-faults.csv names. Takes about two minutes.
"""
import os

os.environ.update(dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"))
import csv  # noqa: E402
import sys  # noqa: E402
import zipfile  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

FOLDER = Path(__file__).parent
SEED, WINDOW, EPOCHS, BATCH = 7, 128, 10, 64
TRAINING_STRIDE, STRIDE = 16, 64
CHANNELS = ["Schwingung X", "Schwingung Y", "Schwingung Z", "Temperatur Außenring", "Drehzahl", "Radialkraft",
            "Motorstrom", "Öldruck"]
LAYERS = [(8, 32, 7, 1), (32, 48, 5, 2), (48, 64, 5, 2), (64, 64, 3, 1)]  # inputs, outputs, kernel, stride
CLASSES = 4
EPSILON = 1e-5


def number(cell):
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return np.nan


def read_runs():
    """{run: (rig, condition, float64 [rows, 8])}; a cell that is no number is NaN."""
    runs = {}
    with zipfile.ZipFile(FOLDER / "raw" / "bench-2026.zip") as archive:
        for name in sorted(archive.namelist()):
            rows = list(csv.reader(archive.read(name).decode("cp1252").splitlines()[6:], delimiter=";"))
            at = [rows[0].index(c) for c in CHANNELS]
            first = rows[2]
            values = np.array([[number(row[i]) for i in at] for row in rows[2:]])
            runs.setdefault(int(first[1]), (int(first[2]), int(first[3]), values))
    with open(FOLDER / "planted-faults.csv", encoding="utf-8", newline="") as faults:
        for fault in csv.DictReader(faults):
            if fault["first_row"]:
                run = int(fault["file"].rsplit("_", 1)[1].removesuffix(".csv"))
                runs[run][2][int(fault["first_row"]) - 1:int(fault["last_row"])] = np.nan
    return runs


def windows(runs, rigs, stride):
    """Whole windows of the given rigs: x [n, 8, 128], label [n], run [n]."""
    xs, labels, names = [], [], []
    for run, (rig, condition, values) in sorted(runs.items()):
        if rig in rigs:
            for start in range(0, len(values) - WINDOW + 1, stride):
                piece = values[start:start + WINDOW]
                if not np.isnan(piece).any():
                    xs.append(piece.T)
                    labels.append(condition)
                    names.append(run)
    return np.array(xs), np.array(labels), np.array(names)


class Layer:
    """Convolution without bias, batch normalization, Relu."""

    def __init__(self, inputs, outputs, kernel, stride, random):
        deviation = np.sqrt(2 / (inputs * kernel))
        self.kernel, self.stride, self.pad = kernel, stride, kernel // 2
        self.values = {"weight": (deviation * random.standard_normal((outputs, inputs, kernel))).astype(np.float32),
                       "scale": np.ones(outputs, np.float32), "bias": np.zeros(outputs, np.float32)}
        self.mean, self.variance = np.zeros(outputs, np.float32), np.ones(outputs, np.float32)

    def columns(self, x):
        """[n, c, t] -> [n, t_out, c * kernel]"""
        padded = np.pad(x, ((0, 0), (0, 0), (self.pad, self.pad)))
        view = np.lib.stride_tricks.sliding_window_view(padded, self.kernel, 2)[:, :, ::self.stride]
        return np.ascontiguousarray(view.transpose(0, 2, 1, 3)).reshape(len(x), view.shape[2], -1)

    def forward(self, x, training):
        weight = self.values["weight"]
        self.shape, self.taps = x.shape, self.columns(x)
        y = self.taps @ weight.reshape(len(weight), -1).T           # [n, t, outputs]
        if training:
            mean, variance = y.mean((0, 1)), y.var((0, 1))
            self.mean += 0.1 * (mean - self.mean)
            self.variance += 0.1 * (variance - self.variance)
        else:
            mean, variance = self.mean, self.variance
        self.factor = 1 / np.sqrt(variance + EPSILON)
        self.normal = (y - mean) * self.factor
        self.y = np.maximum(self.normal * self.values["scale"] + self.values["bias"], 0)
        return self.y.transpose(0, 2, 1)

    def backward(self, gradient):
        """gradient [n, outputs, t] -> gradients of the parameters and of the input"""
        g = gradient.transpose(0, 2, 1) * (self.y > 0)
        count = g.shape[0] * g.shape[1]
        grads = {"scale": (g * self.normal).sum((0, 1)), "bias": g.sum((0, 1))}
        g = self.values["scale"] * self.factor * (g - grads["bias"] / count - self.normal * grads["scale"] / count)
        flat = g.reshape(count, -1)
        weight = self.values["weight"]
        grads["weight"] = (flat.T @ self.taps.reshape(count, -1)).reshape(weight.shape)
        taps = (flat @ weight.reshape(len(weight), -1)).reshape(g.shape[0], g.shape[1], weight.shape[1], self.kernel)
        n, c, t = self.shape
        back = np.zeros((n, c, t + 2 * self.pad), np.float32)
        for k in range(self.kernel):
            back[:, :, k:k + self.stride * g.shape[1]:self.stride] += taps[:, :, :, k].transpose(0, 2, 1)
        return grads, back[:, :, self.pad:self.pad + t]


class Network:
    def __init__(self, random):
        self.layers = [Layer(*shape, random) for shape in LAYERS]
        width = LAYERS[-1][1]
        self.head = {"weight": (random.standard_normal((CLASSES, width)) / np.sqrt(width)).astype(np.float32),
                     "bias": np.zeros(CLASSES, np.float32)}

    def logits(self, x, training=False):
        for layer in self.layers:
            x = layer.forward(x, training)
        self.length, self.pooled = x.shape[2], x.mean(2)
        return self.pooled @ self.head["weight"].T + self.head["bias"]

    def gradients(self, x, label):
        """Cross entropy with smoothed labels; list of (values, gradients), one pair for each layer and the head."""
        logits = self.logits(x, training=True)
        logits -= logits.max(1, keepdims=True)
        probability = np.exp(logits)
        probability /= probability.sum(1, keepdims=True)
        target = np.full_like(probability, 0.05 / CLASSES)
        target[np.arange(len(label)), label] += 0.95
        loss = -(target * np.log(probability + 1e-12)).sum(1).mean()
        g = (probability - target) / len(label)
        result = [(self.head, {"weight": g.T @ self.pooled, "bias": g.sum(0)})]
        back = np.repeat((g @ self.head["weight"])[:, :, None] / self.length, self.length, 2)
        for layer in reversed(self.layers):
            grads, back = layer.backward(back)
            result.append((layer.values, grads))
        return loss, result


def adam(pairs, state, step, rate, decay=2e-3):
    for index, (values, grads) in enumerate(pairs):
        for name, gradient in grads.items():
            m, v = state.setdefault((index, name), (np.zeros_like(gradient), np.zeros_like(gradient)))
            m += 0.1 * (gradient - m)
            v += 0.001 * (gradient ** 2 - v)
            change = m / (1 - 0.9 ** step) / (np.sqrt(v / (1 - 0.999 ** step)) + 1e-8)
            if name == "weight":
                change = change + decay * values[name]
            values[name] -= (rate * change).astype(np.float32)


def augmented(x, random):
    """Another rig's gain, temperature, current and oil: what must not decide."""
    n = len(x)
    gain = np.exp(random.normal(0, 0.3, (n, 3, 1)))
    x = x.copy()
    x[:, :3] *= gain
    x[:, 3] += random.normal(0, 15, (n, 1))
    x[:, 4] += random.normal(0, 8, (n, 1))
    x[:, 5:7] *= np.exp(random.normal(0, 0.4, (n, 2, 1)))
    x[:, 7] += random.normal(0, 0.5, (n, 1))
    return x


def train(x, label, mean, deviation):
    random = np.random.Generator(np.random.PCG64(SEED))
    network, state = Network(random), {}
    batches = len(x) // BATCH
    for epoch in range(EPOCHS):
        order, total = random.permutation(len(x)), 0.0
        for i in range(batches):
            step = epoch * batches + i + 1
            rate = 3e-3 * 0.5 * (1 + np.cos(np.pi * step / (EPOCHS * batches)))
            pick = order[i * BATCH:(i + 1) * BATCH]
            scaled = ((augmented(x[pick], random) - mean) / deviation).astype(np.float32)
            loss, pairs = network.gradients(scaled, label[pick])
            adam(pairs, state, step, rate)
            total += loss
        print(f"epoch {epoch + 1:2d}  loss {total / batches:.4f}", flush=True)
    return network


def write_onnx(network, path):
    from onnx import TensorProto, checker, helper, numpy_helper, save
    nodes, weights, value = [], [], "channels"
    for i, layer in enumerate(network.layers, 1):
        parts = {f"conv{i}.weight": layer.values["weight"], f"norm{i}.scale": layer.values["scale"],
                 f"norm{i}.bias": layer.values["bias"], f"norm{i}.mean": layer.mean, f"norm{i}.variance": layer.variance}
        weights += [numpy_helper.from_array(v.astype(np.float32), k) for k, v in parts.items()]
        nodes.append(helper.make_node("Conv", [value, f"conv{i}.weight"], [f"conv{i}"], f"conv{i}", kernel_shape=[layer.kernel],
                                      strides=[layer.stride], pads=[layer.pad, layer.pad]))
        nodes.append(helper.make_node("BatchNormalization", [f"conv{i}", *list(parts)[1:]], [f"norm{i}"], f"norm{i}", epsilon=EPSILON))
        value = f"relu{i}"
        nodes.append(helper.make_node("Relu", [f"norm{i}"], [value], value))
    weights += [numpy_helper.from_array(network.head["weight"], "head.weight"), numpy_helper.from_array(network.head["bias"], "head.bias")]
    nodes += [helper.make_node("GlobalAveragePool", [value], ["pool"], "pool"), helper.make_node("Flatten", ["pool"], ["flat"], "flat"),
              helper.make_node("Gemm", ["flat", "head.weight", "head.bias"], ["condition"], "head", transB=1)]
    graph = helper.make_graph(nodes, "bearing", [helper.make_tensor_value_info("channels", TensorProto.FLOAT, ["batch", len(CHANNELS), WINDOW])],
                              [helper.make_tensor_value_info("condition", TensorProto.FLOAT, ["batch", CLASSES])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="examples/bearing/train.py")
    model.ir_version = 8
    checker.check_model(model, full_check=True)
    save(model, path)


def main():
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER / "model.onnx"
    runs = read_runs()
    x, label, _ = windows(runs, {1, 2, 3, 4}, TRAINING_STRIDE)
    held_x, held_label, held_run = windows(runs, {5, 6}, STRIDE)
    flat = x.transpose(1, 0, 2).reshape(len(CHANNELS), -1)
    mean, deviation = flat.mean(1).round(6)[:, None], flat.std(1).round(6)[:, None]
    network = train(x, label, mean, deviation)
    right = network.logits(((held_x - mean) / deviation).astype(np.float32)).argmax(1) == held_label
    fit = network.logits(((x - mean) / deviation).astype(np.float32)).argmax(1) == label
    print(f"training rigs {fit.mean():.4f} of {len(x)}, held-out rigs {right.mean():.4f} of {len(held_x)}")
    for run in sorted(set(held_run)):
        print(f"  run {run}  condition {runs[run][1]}  {right[held_run == run].mean():.3f}")
    write_onnx(network, output)
    with open(output.parent / "scaler.csv", "w", encoding="utf-8", newline="") as table:
        rows = [[c, f"{m:.6f}", f"{d:.6f}"] for c, m, d in zip(CHANNELS, mean[:, 0], deviation[:, 0])]
        csv.writer(table, lineterminator="\n").writerows([["column", "mean", "deviation"], *rows])


if __name__ == "__main__":
    main()
