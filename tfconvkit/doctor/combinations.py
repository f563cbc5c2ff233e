"""Settings and versions that are known to go wrong together."""

import os
from pathlib import Path

from tfconvkit.doctor.check import Check, release
from tfconvkit.doctor.installed import version_of


def checks(environment=None, version=version_of, processor=None):
    """Yields a `Check` for each known-bad combination that is there.

    Args:
        environment: Dictionary of environment variables; that of the process when None.
        version: Function from the name of a package to its version, or None without it.
        processor: Text that lists the processor's features; that of this machine when None.

    Example:
        >>> [check.name for check in checks({"TF_USE_LEGACY_KERAS": "1"}, {"keras": "3.8"}.get, "avx512f")]
        ['TF_USE_LEGACY_KERAS']
    """
    environment = os.environ if environment is None else environment
    processor = _processor() if processor is None else processor
    yield from _settings(environment)
    yield from _versions(version)
    if environment.get("TF_ENABLE_ONEDNN_OPTS") == "0":
        yield Check("oneDNN", "note", "switched off by TF_ENABLE_ONEDNN_OPTS=0: convolutions on the CPU are slower",
                    "Unset it, unless you compare numbers to the last bit.")
    if processor and "avx512" not in processor:
        yield Check("processor", "note", "without AVX512: TensorFlow may leave oneDNN out, and convolutions are slower",
                    "Benchmarks of other machines do not apply; nothing else changes.")


def _settings(environment):
    if environment.get("TF_USE_LEGACY_KERAS", "0").lower() in ("1", "true"):
        yield Check("TF_USE_LEGACY_KERAS", "warning", "set: tf.keras is Keras 2, whose models take no layer of Keras 3",
                    "Unset it, or import keras instead of tensorflow.keras. compat.tf1 does not need it.")
    if environment.get("TF_NUM_INTEROP_THREADS") == "1":
        yield Check("TF_NUM_INTEROP_THREADS", "failure", "is 1: model.fit hangs", "Unset it, or set 2.")
    backend = environment.get("KERAS_BACKEND", "tensorflow")
    if backend != "tensorflow":
        yield Check("KERAS_BACKEND", "warning", f"is {backend}: compat and bijectors need TensorFlow",
                    "Set KERAS_BACKEND=tensorflow for them; layers, models and operators run as they are.")


def _versions(version):
    tensorflow, tf_keras, tfp = (version(name) for name in ("tensorflow", "tf-keras", "tensorflow-probability"))
    if tfp and not tf_keras:
        yield Check("TensorFlow Probability", "warning", f"{tfp} without tf-keras: its bijectors cannot be imported",
                    'Run: pip install "tfconvkit[tfp]"')
    if tensorflow and tf_keras and release(tf_keras) != release(tensorflow):
        minor = ".".join(map(str, release(tensorflow)))
        yield Check("tf-keras", "warning", f"{tf_keras} beside TensorFlow {tensorflow}: they need one minor version",
                    f'Run: pip install "tf-keras~={minor}.0"')
    if tensorflow and tfp and release(tfp) < (0, 25) and release(tensorflow) >= (2, 18):
        yield Check("TensorFlow Probability", "warning", f"{tfp} is older than TensorFlow {tensorflow}",
                    'Run: pip install "tensorflow-probability>=0.25"')
    tf2onnx = version("tf2onnx")
    if tf2onnx and release(tf2onnx) < (1, 17):
        yield Check("tf2onnx", "warning", f"{tf2onnx} needs a protobuf that TensorFlow does not accept",
                    'Run: pip install "tf2onnx>=1.17"')


def _processor():
    """The features of this machine's processor, empty where it does not tell them."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return next((line for line in lines if line.startswith("flags")), "")
