"""How well iai bench tells models apart: the same model twice, and a model that is 3 % slower.

    bench_pairs.py IAI MODEL.onnx [SAME_RUNS [SLOWER_RUNS [SECONDS]]]

Prints how many of SAME_RUNS intervals hold 1 (wanted: 93 % or more), and how many of SLOWER_RUNS find the slower model (90 % or more). The slower model is
MODEL's stand-in with one layer more: a chain of 33 equal layers against one of 34. Needs the packages onnx and numpy.
"""
import json, os, shutil, subprocess, sys, tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


def chain(layers, path, size=192, rows=8):
    """x, then layers of product and ReLU with the same work each."""
    random = numpy.random.default_rng(1)
    nodes, weights, last = [], [], "x"
    for i in range(layers):
        weights.append(numpy_helper.from_array((random.standard_normal((size, size)) / size**0.5).astype(numpy.float32), f"w{i}"))
        nodes += [helper.make_node("MatMul", [last, f"w{i}"], [f"m{i}"]), helper.make_node("Relu", [f"m{i}"], [f"r{i}"])]
        last = f"r{i}"
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [rows, size])
    nodes[-1].output[0] = "y"
    graph = helper.make_graph(nodes, "chain", [value("x")], [value("y")], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def ratio(iai, reference, candidate, seconds, seed):
    command = [iai, "bench", reference, candidate, "--threads", "1", "--seconds", str(seconds), "--seed", str(seed), "--no-record", "--json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found["models"][1]["latency_ratio"], found["verdict"]


def main():
    iai, model = sys.argv[1:3]
    same_runs, slower_runs, seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 100, int(sys.argv[4]) if len(sys.argv) > 4 else 50, float(sys.argv[5]) if len(sys.argv) > 5 else 3
    with tempfile.TemporaryDirectory() as folder:
        twin = os.path.join(folder, "twin.onnx")
        shutil.copy(model, twin)
        holds, widths, unsteady = 0, [], 0
        for seed in range(same_runs):
            found, verdict = ratio(iai, model, twin, seconds / 4, seed)
            holds += found["low"] <= 1 <= found["high"]
            widths.append(found["high"] - found["low"])
            unsteady += verdict == "unsteady"
        if same_runs:
            print(f"same model twice: {holds} of {same_runs} intervals hold 1, median width {100 * numpy.median(widths):.2f} %, {unsteady} runs unsteady")
        short, long = os.path.join(folder, "short.onnx"), os.path.join(folder, "long.onnx")
        chain(33, short)
        chain(34, long)
        finds, values = 0, []
        for seed in range(slower_runs):
            found, _ = ratio(iai, short, long, seconds, seed)
            finds += found["low"] > 1
            values.append(found["value"])
        if slower_runs:
            print(f"one layer of 33 more: found in {finds} of {slower_runs} runs of {2 * seconds:g} s, median ratio {numpy.median(values):.4f}")


main()
