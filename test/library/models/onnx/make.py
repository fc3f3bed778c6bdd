"""Small ONNX networks and what they answer: python make.py writes them and answers.json beside this file.

Made with onnx 1.23.2 and onnxruntime 1.32.0 (CPU). All share weights: a 3 x 3 convolution without padding,
ReLU, mean over the pixels, one dense layer to five classes. They differ in the order of the input's
dimensions, in whether the number of images is fixed, and in their outputs; `rounded` has whole weights in
its dense layer.
"""
import json
import pathlib

import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper, numpy_helper, save

HERE = pathlib.Path(__file__).parent
SIDE, FILTERS, CLASSES = 6, 4, 5
rng = np.random.default_rng(14)
kernel = rng.standard_normal((FILTERS, 3, 3, 3)).astype(np.float32) / 4
dense = rng.standard_normal((FILTERS, CLASSES)).astype(np.float32)
# Multiples of 1/64 are short in JSON and the same in float32.
images = rng.integers(-128, 129, (7, SIDE, SIDE, 3)).astype(np.float32) / 64


def network(name, layout="NCHW", batch="n", softmax=False, background=False, dense=dense):
    nodes, x = [], "images"
    if layout == "NHWC":
        nodes.append(helper.make_node("Transpose", [x], ["first"], perm=[0, 3, 1, 2]))
        x = "first"
    weights = np.concatenate([np.full((FILTERS, 1), 9, np.float32), dense], 1) if background else dense
    nodes += [
        helper.make_node("Conv", [x, "kernel"], ["conv"]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("ReduceMean", ["relu", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "dense"], ["logits"]),
    ]
    if softmax:
        nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
    shape = [batch, 3, SIDE, SIDE] if layout == "NCHW" else [batch, SIDE, SIDE, 3]
    output = "probabilities" if softmax else "logits"
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [batch, weights.shape[1]])],
        [
            numpy_helper.from_array(kernel, "kernel"),
            numpy_helper.from_array(weights, "dense"),
            numpy_helper.from_array(np.array([2, 3]), "axes"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    checker.check_model(model)
    save(model, HERE / f"{name}.onnx")


network("channels-first")
network("channels-last-of-4", layout="NHWC", batch=4, softmax=True)
network("background", background=True)
network("rounded", dense=np.round(dense).astype(np.float32))

session = onnxruntime.InferenceSession(HERE / "channels-first.onnx")
(logits,) = session.run(None, {"images": images.transpose(0, 3, 1, 2)})
answers = {"images": images.reshape(len(images), -1).tolist(), "logits": logits.astype(float).tolist()}
(HERE / "answers.json").write_text(json.dumps(answers) + "\n")
