"""Names from before TensorFlow 1.0, as the functions that took their place with the same arguments."""

import tensorflow as tf

v1 = tf.compat.v1

_MATRICES = {
    "cholesky": v1.cholesky, "cholesky_solve": v1.cholesky_solve, "matrix_band_part": v1.matrix_band_part,
    "matrix_determinant": v1.matrix_determinant, "matrix_diag": v1.matrix_diag,
    "matrix_diag_part": v1.matrix_diag_part, "matrix_inverse": v1.matrix_inverse,
    "matrix_set_diag": v1.matrix_set_diag, "matrix_solve": v1.matrix_solve,
    "matrix_solve_ls": v1.matrix_solve_ls, "matrix_transpose": v1.matrix_transpose,
    "matrix_triangular_solve": v1.matrix_triangular_solve, "self_adjoint_eig": v1.self_adjoint_eig,
    "self_adjoint_eigvals": v1.self_adjoint_eigvals, "svd": v1.svd,
    "fft": v1.fft, "ifft": v1.ifft, "fft2d": v1.fft2d, "ifft2d": v1.ifft2d, "fft3d": v1.fft3d, "ifft3d": v1.ifft3d,
}

TF = {
    "mul": v1.multiply, "sub": v1.subtract, "neg": v1.negative, "inv": v1.reciprocal, "complex_abs": v1.abs,
    "pack": v1.stack, "unpack": v1.unstack, "concat_v2": v1.concat, "split_v": v1.split,
    "merge_summary": v1.summary.merge, "merge_all_summaries": v1.summary.merge_all,
    **{f"batch_{name}": function for name, function in _MATRICES.items()},
}


def summary(write, *extra):
    """Returns a function `(tag, values, *extra, collections, name)` that writes a summary under its tag.

    Args:
        write: Function of `tf.compat.v1.summary`.
        *extra: Names of its further arguments, in the old order.

    Example:
        >>> with tf.Graph().as_default():
        ...     summary(v1.summary.scalar)("loss", 1.0).name
        'loss:0'
    """

    def summarize(tag, values, *args, collections=None, name=None, **kwargs):
        settings = {**dict(zip(extra, args, strict=False)), **kwargs}
        rest = args[len(extra):]
        collections = rest[0] if rest else collections
        settings = {"max_outputs" if key == "max_images" else key: value for key, value in settings.items()}
        return write(tag, values, collections=collections, **settings)

    return summarize


TF["scalar_summary"] = summary(v1.summary.scalar)
TF["histogram_summary"] = summary(v1.summary.histogram)
TF["image_summary"] = summary(v1.summary.image, "max_images")
TF["audio_summary"] = summary(v1.summary.audio, "sample_rate", "max_outputs")

NN = {
    "rnn": v1.nn.static_rnn, "bidirectional_rnn": v1.nn.static_bidirectional_rnn,
    "state_saving_rnn": v1.nn.static_state_saving_rnn,
}
IMAGE = {"per_image_whitening": v1.image.per_image_standardization}
TRAIN = {"SummaryWriter": v1.summary.FileWriter}
