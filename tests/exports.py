"""Exports a model to the formats of Keras and runs the file on NumPy arrays, without Keras."""

import keras
import pytest
import tensorflow as tf


def through_keras_file(model, arrays, folder):
    model.save(folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras")(_packed(arrays))


def through_saved_model(model, arrays, folder):
    model.export(str(folder / "saved"), verbose=False)
    served = tf.saved_model.load(str(folder / "saved"))  # Its variables live as long as it does.
    return served.serve(_packed(arrays))


def through_onnx(model, arrays, folder):
    pytest.importorskip("tf2onnx", reason="Keras exports ONNX through tf2onnx (extra export)")
    onnxruntime = pytest.importorskip("onnxruntime", reason="runs the exported file (extra export)")
    path = str(folder / "model.onnx")
    model.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path)
    feed = {entry.name: x for entry, x in zip(session.get_inputs(), arrays, strict=True)}
    return session.run(None, feed)


def through_litert(model, arrays, folder):
    """Outputs may come in another order than the model's."""
    interpreter = pytest.importorskip("ai_edge_litert.interpreter", reason="runs the exported file (extra export)")
    path = str(folder / "model.tflite")
    try:
        model.export(path, format="litert", verbose=False)
    except ValueError as error:
        if "Unrecognized format" not in str(error):
            raise
        pytest.skip("this Keras exports no LiteRT")
    runner = interpreter.Interpreter(path)
    for position, x in _by_name(runner.get_input_details(), arrays):
        runner.resize_tensor_input(position, x.shape)
    runner.allocate_tensors()
    for position, x in _by_name(runner.get_input_details(), arrays):
        runner.set_tensor(position, x)
    runner.invoke()
    return [runner.get_tensor(entry["index"]) for entry in runner.get_output_details()]


EVERY_FORMAT = (through_keras_file, through_saved_model, through_onnx, through_litert)


def _by_name(entries, arrays):
    """Pairs each input's index with its array: LiteRT reorders inputs, whose names number them."""
    return [(entry["index"], x) for entry, x in zip(sorted(entries, key=lambda e: e["name"]), arrays, strict=True)]


def _packed(arrays):
    return arrays if len(arrays) > 1 else arrays[0]
