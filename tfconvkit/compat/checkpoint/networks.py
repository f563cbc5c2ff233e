"""Builds the network that a checkpoint was made with, from the names and shapes of its variables."""

from tfconvkit import models


def deepfillv2(shapes, input_shape=None):
    """Builds a `models.DeepFillV2` of the width of a checkpoint.

    Args:
        shapes: Dictionary from names to shapes.
        input_shape: As in `models.DeepFillV2`, or None.

    Raises:
        ValueError: if the checkpoint has no such network.
    """
    shape = _shape("inpaint_net/conv1/kernel", shapes, "deepfillv2")
    return models.DeepFillV2(width=shape[-1], **({} if input_shape is None else {"input_shape": input_shape}))


def real_nvp(shapes, input_shape=None):
    """Builds a `models.RealNVP` with the settings that the variables show, below the scope `model`.

    Args:
        shapes: Dictionary from names to shapes.
        input_shape: `(height, width, channels)`; None leaves the grid open.

    Raises:
        ValueError: if the checkpoint has no such network, or one without residual blocks.
    """
    first = "model/scale_0/coupling_0/"
    entry = _shape(f"{first}resnet/h_in/weights", shapes, "real_nvp")
    scales = _count(shapes, "model/scale_{}/")
    # The first convolution sees x, -x and the mask.
    channels = (entry[2] - 1) // 2
    model = models.RealNVP(
        input_shape or (None, None, channels),
        scales=scales,
        filters=entry[3],
        blocks=_count(shapes, f"{first}resnet/block_{{}}/"),
        recursion_type=_recursion(shapes, channels, entry[3]) if scales > 1 else 2,
        affine="all" if f"{first}rescaling_scale" in shapes else "last",
        bottleneck=f"{first}resnet/block_0/h_1/weights" in shapes,
        use_skips=f"{first}resnet/skip_in/weights" in shapes,
        use_weight_norm=f"{first}resnet/out/magnitude" in shapes,
        use_batch_norm=f"{first}bn_out/mean" in shapes,
    )
    return model


def _recursion(shapes, channels, filters):
    entry = _shape("model/scale_1/coupling_0/resnet/h_in/weights", shapes, "real_nvp")
    kept = (entry[2] - 1) // 2 / channels
    if kept == 1:
        return 4 if entry[3] == filters else 3
    return 1 if kept == 4 else 2


def _count(shapes, pattern):
    number = 0
    while any(name.startswith(pattern.format(number)) for name in shapes):
        number += 1
    return number


def _shape(name, shapes, kind):
    if len(shapes.get(name, ())) == 4:
        return shapes[name]
    raise ValueError(
        f'Expected the variable "{name}" of rank 4 of a network {kind}. Received {len(shapes)} variables, such as '
        f"{', '.join(sorted(shapes)[:3])}. Use --list to see them all, or --to MODEL.keras with a built network."
    )


BUILDERS = {"deepfillv2": deepfillv2, "real_nvp": real_nvp}
