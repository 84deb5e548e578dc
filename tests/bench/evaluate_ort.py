"""What a careful engineer writes with ONNX Runtime's Python API and numpy: every sample run alone from a memory-mapped array, then metrics.
evaluate_ort.py MODEL X.npy Y.npy KIND      KIND: classification (accuracy, cross-entropy) or regression (RMSE, MAE, R2)"""
import sys

import numpy
import onnxruntime

model, x, y, kind = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
samples, labels = numpy.load(x, mmap_mode="r"), numpy.load(y)
answers = numpy.concatenate([session.run(None, {name: samples[i : i + 1]})[0].reshape(1, -1) for i in range(len(samples))]).astype(numpy.float64)
if kind == "classification":
    top = answers.max(axis=1, keepdims=True)
    loss = numpy.log(numpy.exp(answers - top).sum(axis=1)) - (answers[numpy.arange(len(labels)), labels.astype(int)] - top[:, 0])
    print("accuracy", (answers.argmax(axis=1) == labels).mean(), "cross_entropy", loss.mean())
else:
    error = answers[:, 0] - labels
    print("rmse", numpy.sqrt((error**2).mean()), "mae", numpy.abs(error).mean(), "r2", 1 - (error**2).sum() / ((labels - labels.mean()) ** 2).sum())
