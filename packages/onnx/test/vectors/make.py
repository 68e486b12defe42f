"""Writes the models with the official package: pip install onnx==1.23.2 && python make.py"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

weight = helper.make_tensor(
    "weight", TensorProto.FLOAT, [2, 3], np.arange(6, dtype="<f4").tobytes(), raw=True
)
shift = helper.make_tensor("shift", TensorProto.FLOAT, [], np.float32(-1.5).tobytes(), raw=True)
graph = helper.make_graph(
    [
        helper.make_node("MatMul", ["x", "weight"], ["product"]),
        helper.make_node("Add", ["product", "shift"], ["sum"]),
        helper.make_node("Elu", ["sum"], ["hidden"], alpha=0.25),
        helper.make_node("Transpose", ["hidden"], ["turned"], perm=[1, 0]),
        helper.make_node("Clip", ["turned", "", "shift"], ["low"]),
        helper.make_node("Gelu", ["low"], ["y"], approximate="tanh"),
    ],
    "scale",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [3, "batch"])],
    [weight, shift],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
model.ClearField("producer_name")
onnx.checker.check_model(model)
with open("scale.onnx", "wb") as file:
    file.write(model.SerializeToString(deterministic=True))

# One model, its initializers of every type that safetensors has: in typed fields, as raw_data, and in another file.
others = ("UNDEFINED", "STRING", "COMPLEX128", "UINT4", "INT4", "UINT2", "INT2", "FLOAT6E2M3", "FLOAT6E3M2")
types = [name for name in TensorProto.DataType.keys() if name not in others]


def initializers(raw):
    for name in types:
        code = TensorProto.DataType.Value(name)
        dtype = helper.tensor_dtype_to_np_dtype(code)
        signed = not name.startswith(("U", "BOOL", "FLOAT8E8M0"))
        values = np.array([0, 1, 3 if name != "BOOL" else 1, -1 if signed else 1]).astype(dtype)
        if raw:
            yield numpy_helper.from_array(values, name)
        else:
            yield helper.make_tensor(name, code, [4], values)


def stored(raw):
    graph = helper.make_graph(
        [helper.make_node("Identity", ["FLOAT"], ["y"])],
        "stored",
        [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
        list(initializers(raw)),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 26)], ir_version=13)
    model.ClearField("producer_name")
    onnx.checker.check_model(model)
    return model


for name, raw in [("typed.onnx", False), ("raw.onnx", True)]:
    with open(name, "wb") as file:
        file.write(stored(raw).SerializeToString(deterministic=True))
onnx.save_model(
    stored(True),
    "external.onnx",
    save_as_external_data=True,
    location="external.onnx.data",
    size_threshold=0,
)
