"""Golden values of quantization by ONNX Runtime: python make.py writes quantized.json beside this file.

Made with onnxruntime 1.32.0, onnx 1.23.2.

ONNX Runtime's QuantizeLinear and DequantizeLinear do the quantizing, with its graph optimizations off so
that they run as they stand. The ranges of activations follow the rule of TensorFlow Lite's specification,
computed here with numpy.
"""
import json
import pathlib

import numpy as np

import onnxruntime
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(2018)
SIDE, CHANNELS, CLASSES = 8, 2, 5


def images(n):
    """Multiples of 1/64, so that they are short in JSON and the same in float32."""
    return rng.integers(-160, 161, (n, SIDE, SIDE, CHANNELS)).astype(np.float32) / 64


def weights(*shape):
    return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32)


CALIBRATION, IMAGES = images(12), images(10)
# A channel of zeros, as pruning may leave it.
conv1, conv1_bias = weights(3, 3, CHANNELS, 4), weights(4)
conv1[..., 2] = 0
depthwise, depthwise_bias = weights(3, 3, 4, 1), weights(4)
conv2, conv2_bias = weights(1, 1, 4, 6), weights(6)
dense, dense_bias = weights(6, CLASSES), weights(CLASSES)
LAYERS = {
    "conv1": (conv1, conv1_bias),
    "depthwise": (depthwise, depthwise_bias),
    "conv2": (conv2, conv2_bias),
    "logits": (dense, dense_bias),
}


def run(nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, list(v.shape)) for k, v in inputs.items()],
        [helper.make_tensor_value_info(k, t, None) for k, t in outputs.items()],
        [numpy_helper.from_array(v, k) for k, v in initializers],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    return session.run(list(outputs), inputs)


def fake(x, scale, zero_point, axis=None):
    """The values that ONNX Runtime's integers stand for."""
    attributes = {} if axis is None else {"axis": axis}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], **attributes),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], **attributes),
    ]
    scale = np.asarray(scale, np.float32)
    zero_point = np.broadcast_to(np.asarray(zero_point, np.int8), scale.shape).copy()
    outputs = {"y": TensorProto.FLOAT}
    return run(nodes, {"x": x}, outputs, [("s", scale), ("z", zero_point)])[0]


def weight_scale(w, channels, most):
    """Symmetric; the largest of each channel is the largest integer. Zeros take the tensor's scale."""
    largest = np.abs(w.reshape(-1, channels)).max(axis=0)
    scale = (largest / most).astype(np.float32)
    scale[scale == 0] = scale.max() or 1
    return scale


def quantized_weights(w, name, most, per_channel):
    channels = (w.shape[2] if name == "depthwise" else w.shape[-1]) if per_channel else 1
    scale = weight_scale(w, channels, most)
    flat = w.reshape(-1, channels)
    # int8 of ONNX begins at −128, which symmetric weights never reach; int4 is clipped beforehand.
    flat = np.clip(flat, -most * scale, most * scale)
    return fake(flat, scale, 0, axis=1).reshape(w.shape), scale


def quantized_bias(bias, scale):
    """32-bit integers at the scale of input times weights; ONNX Runtime gives the values they stand for."""
    scale = np.broadcast_to(scale.astype(np.float32), bias.shape).copy()
    integers = np.rint(bias.astype(np.float64) / scale).astype(np.int32)
    nodes = [helper.make_node("DequantizeLinear", ["q", "s"], ["y"], axis=0)]
    return run(nodes, {}, {"y": TensorProto.FLOAT}, [("q", integers), ("s", scale)])[0]


def activation(values):
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    scale = np.float32((high - low) / 255) or np.float32(1)
    zero_point = int(np.clip(np.rint(-128 - low / float(scale)), -128, 127))
    return scale, zero_point


def nchw(w):
    return np.ascontiguousarray(w.transpose(3, 2, 0, 1))


def layers(x, layers_weights):
    """The network in float32, and what each of its layers gives, by ONNX Runtime."""
    (c1, b1), (dw, bdw), (c2, b2), (d, bd) = layers_weights.values()
    nodes = [
        helper.make_node("Conv", ["x", "c1", "b1"], ["y1"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["y1"], ["conv1"]),
        helper.make_node("MaxPool", ["conv1"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["p", "dw", "bdw"], ["y2"], pads=[1, 1, 1, 1], group=4),
        helper.make_node("Relu", ["y2"], ["depthwise"]),
        helper.make_node("Conv", ["depthwise", "c2", "b2"], ["conv2"]),
        helper.make_node("GlobalAveragePool", ["conv2"], ["pool4"]),
        helper.make_node("Flatten", ["pool4"], ["pool"]),
        helper.make_node("Gemm", ["pool", "d", "bd"], ["logits"]),
    ]
    initializers = [
        ("c1", nchw(c1)), ("b1", b1), ("dw", np.ascontiguousarray(dw.transpose(2, 3, 0, 1))), ("bdw", bdw),
        ("c2", nchw(c2)), ("b2", b2), ("d", d), ("bd", bd),
    ]
    outputs = {name: TensorProto.FLOAT for name in ["conv1", "depthwise", "conv2", "pool", "logits"]}
    x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    return dict(zip(outputs, run(nodes, {"x": x}, outputs, initializers)))


def static(x, per_channel):
    """Every activation goes through QuantizeLinear and DequantizeLinear before the next layer."""
    folded = {}
    seen = {"image": CALIBRATION, **layers(CALIBRATION, LAYERS)}
    quantizers = {name: activation(values) for name, values in seen.items()}
    source = {"conv1": "image", "depthwise": "conv1", "conv2": "depthwise", "logits": "pool"}
    for name, (w, b) in LAYERS.items():
        values, scale = quantized_weights(w, name, 127, per_channel)
        folded[name] = (values, quantized_bias(b, quantizers[source[name]][0] * scale))
    q = {name: [str(scale), str(zero)] for name, (scale, zero) in quantizers.items()}

    def node(name, y):
        scale, zero = q[name]
        return [
            helper.make_node("QuantizeLinear", [y, f"{name}_s", f"{name}_z"], [f"{name}_q"]),
            helper.make_node("DequantizeLinear", [f"{name}_q", f"{name}_s", f"{name}_z"], [f"{name}_f"]),
        ]

    (c1, b1), (dw, bdw), (c2, b2), (d, bd) = folded.values()
    nodes = [
        *node("image", "x"),
        helper.make_node("Conv", ["image_f", "c1", "b1"], ["y1"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["y1"], ["r1"]),
        *node("conv1", "r1"),
        helper.make_node("MaxPool", ["conv1_f"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["p", "dw", "bdw"], ["y2"], pads=[1, 1, 1, 1], group=4),
        helper.make_node("Relu", ["y2"], ["r2"]),
        *node("depthwise", "r2"),
        helper.make_node("Conv", ["depthwise_f", "c2", "b2"], ["y3"]),
        *node("conv2", "y3"),
        helper.make_node("GlobalAveragePool", ["conv2_f"], ["pool4"]),
        helper.make_node("Flatten", ["pool4"], ["p4"]),
        *node("pool", "p4"),
        helper.make_node("Gemm", ["pool_f", "d", "bd"], ["y5"]),
        *node("logits", "y5"),
    ]
    initializers = [
        ("c1", nchw(c1)), ("b1", b1), ("dw", np.ascontiguousarray(dw.transpose(2, 3, 0, 1))), ("bdw", bdw),
        ("c2", nchw(c2)), ("b2", b2), ("d", d), ("bd", bd),
    ]
    for name, (scale, zero) in quantizers.items():
        initializers += [(f"{name}_s", np.float32(scale)), (f"{name}_z", np.int8(zero))]
    x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    logits = run(nodes, {"x": x}, {"logits_f": TensorProto.FLOAT}, [(k, np.asarray(v)) for k, v in initializers])[0]
    return {
        "quantizers": {name: [float(scale), zero] for name, (scale, zero) in quantizers.items()},
        "biases": {name: numbers(bias) for name, (_, bias) in folded.items()},
        "logits": numbers(logits),
    }


def numbers(array):
    return [float(f"{x:.9g}") for x in np.asarray(array, np.float64).ravel()]


def main():
    out = {
        "calibration": (CALIBRATION * 64).astype(int).ravel().tolist(),
        "images": (IMAGES * 64).astype(int).ravel().tolist(),
        "layers": {name: {"kernel": [list(w.shape), numbers(w)], "bias": numbers(b)} for name, (w, b) in LAYERS.items()},
        "float32": numbers(layers(IMAGES, LAYERS)["logits"]),
        "weights": {
            f"{kind} {'per channel' if per else 'per tensor'}": {
                name: numbers(quantized_weights(w, name, most, per)[0]) for name, (w, _) in LAYERS.items()
            }
            for kind, most in [("int8", 127), ("int4", 7)]
            for per in [True, False]
        },
        "float16": {name: numbers(w.astype(np.float16).astype(np.float32)) for name, (w, _) in LAYERS.items()},
        "static": {
            "per channel": static(IMAGES, True),
            "per tensor": static(IMAGES, False),
        },
    }
    # Halves, both ends, and beyond.
    x = (np.arange(-300, 301) / 2 * 0.25).astype(np.float32)
    out["activation"] = {"scale": 0.25, "zeroPoint": -5, "x": numbers(x), "y": numbers(fake(x, 0.25, -5))}
    path = pathlib.Path(__file__).with_name("quantized.json")
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size)


main()
