"""Turns a model into one of plain Keras layers, which needs nothing of this package."""

from tfconvkit.ops import arguments
from tfconvkit.surgery import conversions
from tfconvkit.surgery.folding import fold_batch_norm as fold
from tfconvkit.surgery.rewriting import Rewriter
from tfconvkit.surgery.verification import check_equal

# Folding rounds in another order, which adds up over the depth: 7.5e-6 measured over 20 fresh convolutions in float32.
_SLACK_OF_FOLDING = 10


def deploy(model, input_shape=None, fold_batch_norm=False):
    """Rewrites a model in plain Keras layers with the same outputs, for saving and exporting.

    `deploy(model)(x) = model(x)` at inference. A group convolution becomes a convolution whose kernel is the bank of
    all orientations, `bank[u, c, t, o, s] = kernel[M_s^-1 u, c, s^-1 t, o]`, its bias repeated for each orientation; a
    group batch normalisation a plain one with repeated statistics; poolings become plain poolings or operations of
    `keras.ops`; a collapsible layer becomes the one convolution that it computes. Everything else is cloned with its
    weights. Files of the new model (`.keras`, SavedModel, ONNX, LiteRT) load where this package is not installed.

    The model is rebuilt with nested models, shared layers and names kept; weights are copies, a compilation is not
    taken over. The batch size is left open. Before it is returned, the new model is compared with the old one on a
    random sample.

    Args:
        model: A built Sequential or functional model.
        input_shape: Shape of the input without the batch, a list of shapes for several inputs. Needed where the model
            leaves the grid open and has a layer whose plain form depends on the size: strides with
            `padding="same"`, moved pooling windows, any pooling of volumes.
        fold_batch_norm: Whether to fold each batch normalisation that directly follows a convolution without
            activation, and alone reads it, into kernel and bias.

    Returns:
        A Sequential or functional model, as the one given.

    Raises:
        TypeError: if the model is written as a subclass (its `call` is code).
        ValueError: if the model is not built, a grid size is needed but unknown, the input shape does not fit, or a
            layer of this package has no plain form or stands inside another layer.
        RuntimeError: if the outputs differ by more than 1e-5 of the largest one in float32, 1e-4 with folding.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016, section 7 (a group convolution is a filter
        transformation followed by a planar convolution).

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), layers.LiftConv2D(2, 3, group="C4", strides=2)])
        >>> surgery.deploy(model).layers[0].get_weights()[0].shape
        (3, 3, 3, 8)
    """
    fold_batch_norm = arguments.flag("deploy", "fold_batch_norm", fold_batch_norm)
    rewriter = Rewriter(conversions.replacement, conversions.needs_sizes)
    deployed = rewriter.rebuild(model, input_shape)
    if fold_batch_norm:
        deployed = fold(deployed, rewriter.calls)
    check_equal(model, deployed, slack=_SLACK_OF_FOLDING if fold_batch_norm else 1)
    return deployed
