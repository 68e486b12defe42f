"""Writes scale.onnx with the official package: pip install onnx==1.23.2 && python make.py"""

import numpy as np
import onnx
from onnx import TensorProto, helper

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
