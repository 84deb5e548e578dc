"""What a careful engineer writes with ONNX Runtime's Python API and numpy: samples run in batches from a memory-mapped array, then metrics.
evaluate_ort.py MODEL X.npy Y.npy KIND BATCH      KIND: classification (accuracy, cross-entropy) or regression (RMSE, MAE, R2)"""
import sys

import numpy
import onnxruntime

model, x, y, kind, batch = *sys.argv[1:5], int(sys.argv[5])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
samples, labels = numpy.load(x, mmap_mode="r"), numpy.load(y)
answers = numpy.concatenate([session.run(None, {name: samples[i : i + batch]})[0].reshape(len(samples[i : i + batch]), -1) for i in range(0, len(samples), batch)]).astype(numpy.float64)
if kind == "classification":
    top = answers.max(axis=1, keepdims=True)
    loss = numpy.log(numpy.exp(answers - top).sum(axis=1)) - (answers[numpy.arange(len(labels)), labels.astype(int)] - top[:, 0])
    print("accuracy", (answers.argmax(axis=1) == labels).mean(), "cross_entropy", loss.mean())
else:
    error = answers[:, 0] - labels
    print("rmse", numpy.sqrt((error**2).mean()), "mae", numpy.abs(error).mean(), "r2", 1 - (error**2).sum() / ((labels - labels.mean()) ** 2).sum())
