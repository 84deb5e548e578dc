"""See quantize_success.sh. Each try runs in a process of its own, forked, so that a crash is seen and counted."""
import collections
import glob
import os
import signal
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy
import onnx
import onnxruntime
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

iai, scratch, pattern = sys.argv[1:]
WANTED = {"Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU"}
onnxruntime.set_default_logger_severity(4)


def holds_wanted(graph):
    return any(node.op_type in WANTED or any(holds_wanted(a.g) for a in node.attribute if a.HasField("g")) for node in graph.node)


def tests():
    """Name, model, and the first set of inputs by name."""
    for case in collect_testcases(None):
        if pattern in case.name and holds_wanted(case.model.graph):
            inputs = [numpy.asarray(value) if not isinstance(value, onnx.TensorProto) else numpy_helper.to_array(value) for value in case.data_sets[0][0]]
            yield case.name, case.model, dict(zip([i.name for i in case.model.graph.input], inputs))
    for path in sorted(glob.glob(f"{os.path.dirname(onnx.__file__)}/backend/test/data/*/*/model.onnx")):
        name, model = os.path.basename(os.path.dirname(path)), onnx.load(path)
        if pattern not in name or not holds_wanted(model.graph):
            continue
        constants = {tensor.name for tensor in model.graph.initializer}
        names = [i.name for i in model.graph.input if i.name not in constants]
        files = [f"{os.path.dirname(path)}/test_data_set_0/input_{i}.pb" for i in range(len(names))]
        yield name, model, {n: numpy_helper.to_array(onnx.load_tensor(file)) for n, file in zip(names, files)}


def frozen(model, inputs):
    """The same with the weights as constants, or nothing where no input is one."""
    weights = {name for node in model.graph.node if node.op_type in WANTED for name in node.input[1:]} & set(inputs)
    weights -= {node.input[0] for node in model.graph.node if node.op_type in WANTED}
    if not weights:
        return None
    made = onnx.ModelProto()
    made.CopyFrom(model)
    kept = [i for i in made.graph.input if i.name not in weights]
    del made.graph.input[:]
    made.graph.input.extend(kept)
    made.graph.initializer.extend(numpy_helper.from_array(inputs[name], name) for name in sorted(weights))
    return made, {name: value for name, value in inputs.items() if name not in weights}


def forked(work):
    """What `work` did in a child: "ok", "failed: WHY", or the signal that ended it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1), os.dup2(silent, 2)
        signal.alarm(120)
        try:
            said = work() or "ok"
        except BaseException as error:
            said = f"failed: {type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"[:200]
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as said:
        text = said.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    return text if os.WIFEXITED(status) and text else f"failed: signal {status & 127}"


def outputs(path, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]).run(None, inputs)


INTEGER = {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "ConvInteger", "DynamicQuantizeLSTM", "DynamicQuantizeMatMul"}


def has_integers(path):
    return any(node.op_type in INTEGER or node.op_type.startswith("QLinear") for node in onnx.load(path).graph.node)


def runs(made, source, inputs):
    expected, got = outputs(source, inputs), outputs(made, inputs)
    assert [numpy.shape(o) for o in expected] == [numpy.shape(o) for o in got], "shapes of the outputs differ"
    return "ok" if made == source or has_integers(made) else "unchanged"


class Reader(CalibrationDataReader):
    def __init__(self, inputs):
        self.left = [inputs]

    def get_next(self):
        return self.left.pop() if self.left else None


def ort_static(source, made, inputs):
    quant_pre_process(source, made + ".prepared")
    quantize_static(made + ".prepared", made, Reader(inputs), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8)
    return runs(made, source, inputs)


def ort_dynamic(source, made, inputs):
    quant_pre_process(source, made + ".prepared")
    quantize_dynamic(made + ".prepared", made, per_channel=True, weight_type=QuantType.QInt8)
    return runs(made, source, inputs)


def nncf_static(source, made, inputs):
    import nncf
    onnx.save(nncf.quantize(onnx.load(source), nncf.Dataset([inputs]), subset_size=1), made)
    return runs(made, source, inputs)


def iai_run(source, made, inputs, *how):
    done = subprocess.run([iai, "--no-record", "quantize", source, "-o", made, "--overwrite", *how], capture_output=True, text=True, timeout=100)
    if done.returncode in (2, 3) and "hint:" in done.stderr:
        return "refused: " + done.stderr.splitlines()[0].removeprefix("iai: error: ").replace(scratch + "/", "")
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr.strip()[:150]}"
    return runs(made, source, inputs)


def iai_static(source, made, inputs):
    numpy.savez(f"{scratch}/inputs.npz", **inputs)
    return iai_run(source, made, inputs, "--calibration", f"{scratch}/inputs.npz")


def iai_dynamic(source, made, inputs):
    return iai_run(source, made, inputs, "--dynamic")


WAYS = {"iai": iai_static, "ort": ort_static, "nncf": nncf_static, "iai --dynamic": iai_dynamic, "ort dynamic": ort_dynamic}


def main():
    counts, reasons, models, unrunnable = collections.Counter(), collections.Counter(), 0, 0
    source, made = f"{scratch}/source.onnx", f"{scratch}/made.onnx"
    for name, model, inputs in tests():
        forms = {"as it is": (model, inputs), "frozen": frozen(model, inputs)}
        for form, what in forms.items():
            if what is None:
                continue
            onnx.save(what[0], source)
            runnable = forked(lambda: runs(source, source, what[1])) == "ok"
            models += runnable
            unrunnable += not runnable
            for way, work in WAYS.items():
                if not runnable and not way.startswith("iai"):
                    continue
                said = forked(lambda: work(source, made, what[1]))
                if not runnable:  # no result can run: only how iai ends counts
                    if "exit" in said or "signal" in said:
                        print(f"{name} ({form}, does not run): {way}: {said}", flush=True)
                    continue
                counts[way, said.split(":")[0]] += 1
                if said.startswith("failed") and way.startswith("iai"):
                    print(f"{name} ({form}): {way}: {said}", flush=True)
                if way.startswith("iai") and said.startswith("refused"):
                    why = said.split(": ", 2)[-1]
                    reasons[way + ": " + (why.split("(", 1)[-1] if "no operator can be quantized" in said else why)] += 1
    print(f"\n{models} models that run ({unrunnable} more that do not, tried for crashes)")
    print(f"{'way':15} {'ok':>5} {'unchanged':>10} {'refused':>8} {'failed':>7}")
    for way in WAYS:
        print(f"{way:15} {counts[way, 'ok']:5} {counts[way, 'unchanged']:10} {counts[way, 'refused']:8} {counts[way, 'failed']:7}")
    print("\nwhy iai refused:")
    for why, count in reasons.most_common(40):
        print(f"{count:5}  {why[:150]}")


main()
