"""The convolution of parallel branches."""

import functools
import math

import keras
from keras import ops

from tfconvkit import padding as pads
from tfconvkit.layers import arguments
from tfconvkit.layers.linear import placement
from tfconvkit.layers.linear.collapsible import Collapsible, exact
from tfconvkit.layers.weights import ConvolutionWeights
from tfconvkit.ops import kernels

BRANCHES = ("conv", "pointwise", "average", "identity")


@keras.saving.register_keras_serializable(package="tfconvkit")
class BranchConv2D(ConvolutionWeights, Collapsible):
    """Convolves images by the sum of parallel branches, which is one convolution.

    Each branch is a convolution without bias, batch-normalised where `use_batch_norm`: `"conv"` with `kernel_size`,
    `"pointwise"` 1x1, `"average"` 1x1 followed by the mean over `kernel_size`, `"identity"` none at all, present where
    the input has `filters` channels. Their anchors, taps `(size - 1) // 2` of the dilated sizes, stand on one
    another, and zeros around the image are zeros in every branch (see `Collapsible` for "same").

    Inference runs the one convolution: a normalisation is `kernel * scale` and `beta - mean * scale` with
    `scale = gamma / sqrt(variance + epsilon)`. Training with batch normalisation has to run the branches, whose
    statistics it needs; without, it is collapsed or expanded as `train_mode` says.

    Args:
        filters: Number of output channels.
        kernel_size: Integer or two.
        branches: List of names; RepVGG's are `("conv", "pointwise", "identity")`.
        strides, padding, data_format, activation, train_mode: As in `Collapsible`.
        dilation_rate: Integer or two, of the branches with `kernel_size`; may be combined with strides.
        use_batch_norm: Whether every branch ends with a batch normalisation.
        momentum, epsilon: Of the batch normalisations.
        use_bias: Whether a bias is added to the sum.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: As in `keras.layers.Conv2D`, for every kernel.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, filters)`, as of `keras.layers.Conv2D`.

    Stored numbers:
        `kernels`, a dictionary from branches to kernels, and `bias` `(filters,)`; the batch normalisations' own.

    Raises:
        ValueError: for unknown or repeated branches, none left, unknown names, an input of another rank, a grid that
            is too small.

    Reference:
        Ding et al., RepVGG: Making VGG-style ConvNets Great Again, 2021 (https://arxiv.org/abs/2101.03697); Ding et
        al., Diverse Branch Block, 2021 (https://arxiv.org/abs/2103.13425).

    Example:
        >>> layer = layers.BranchConv2D(8, 3, padding="same")
        >>> layer(np.ones((1, 16, 16, 8), "float32")).shape, layer.effective_kernel().shape
        (TensorShape([1, 16, 16, 8]), TensorShape([3, 3, 8, 8]))
    """

    def __init__(
        self,
        filters,
        kernel_size,
        branches=("conv", "pointwise", "identity"),
        dilation_rate=1,
        use_batch_norm=True,
        momentum=0.99,
        epsilon=1e-3,
        use_bias=False,
        **kwargs,
    ):
        super().__init__(use_bias=use_bias, **kwargs)
        self.filters = arguments.positive_integer(self, "filters", filters)
        self.kernel_size = arguments.positive_integers(self, "kernel_size", kernel_size, 2)
        self.branches = self._checked_branches(branches)
        self.dilation_rate = arguments.positive_integers(self, "dilation_rate", dilation_rate, 2)
        self.use_batch_norm = arguments.flag(self, "use_batch_norm", use_batch_norm)
        self.momentum = arguments.real(self, "momentum", momentum)
        self.epsilon = arguments.real(self, "epsilon", epsilon)

    @property
    def composed_size(self):
        if not {"conv", "average"} & set(self.branches):
            return (1, 1)
        return tuple(map(pads.dilated_size, self.kernel_size, self.dilation_rate))

    def _checked_branches(self, branches):
        names = tuple(branches) if isinstance(branches, tuple | list) else (branches,)
        is_known = all(isinstance(name, str) and name in BRANCHES for name in names)
        if not names or not is_known or len(set(names)) < len(names):
            raise ValueError(
                f"{arguments.describe(self)}: branches must list some of {', '.join(BRANCHES)}, each once. "
                f"Received branches={branches!r}."
            )
        return names

    def _output_channels(self, channels):
        return self.filters

    def _add_weights(self, channels):
        is_kept = {name: name != "identity" or channels == self.filters for name in self.branches}
        if not any(is_kept.values()):
            raise ValueError(
                f'{arguments.describe(self)}: the only branch "identity" needs an input with filters={self.filters} '
                f"channels. Received {channels}. Add another branch or change filters."
            )
        self._present = [name for name, kept in is_kept.items() if kept]
        self.kernels = {name: self._add_kernel(name, channels) for name in self._present if name != "identity"}
        self.norms = {name: self._add_norm(name) for name in self._present if self.use_batch_norm}
        self.bias = self.add_bias(self.filters, autocast=False)

    def _add_kernel(self, name, channels):
        shape = (*(self.kernel_size if name == "conv" else (1, 1)), channels, self.filters)
        # One Keras initialiser draws the same numbers for the same shape.
        initializer = getattr(self.kernel_initializer, "clone", lambda: self.kernel_initializer)()
        return self.add_kernel(shape, f"{name}_kernel", initializer=initializer, autocast=False)

    def _add_norm(self, name):
        settings = {"momentum": self.momentum, "epsilon": self.epsilon, "dtype": self.dtype_policy}
        norm = _ExactBatchNormalization(name=name, **settings)
        norm.build((None, None, None, self.filters))
        return norm

    def _stage(self):
        return self._with_bias(kernels.add([self._normalised(name) for name in self._present]))

    def _with_bias(self, stage):
        if self.bias is None:
            return stage
        bias = exact(self.bias)
        return stage._replace(bias=bias if stage.bias is None else ops.add(stage.bias, bias))

    def _branch(self, name):
        """The stage of a branch before its normalisation."""
        if name == "identity":
            identity = kernels.delta((1, 1), self.filters, dtype=self._composed_dtype)
            return kernels.Stage(identity, strides=self.strides)
        kernel = exact(self.kernels[name])
        if name == "average":
            taps = ops.ones((*self.kernel_size, 1, 1), dtype=kernel.dtype)
            kernel = ops.multiply(kernel, taps / math.prod(self.kernel_size))
        return kernels.Stage(kernel, strides=self.strides, dilation_rate=self.dilation_rate)

    def _normalised(self, name):
        stage = self._branch(name)
        if not self.use_batch_norm:
            return stage
        norm = self.norms[name]
        weights = (norm.gamma, norm.beta, norm.moving_mean, norm.moving_variance)
        gamma, beta, mean, variance = map(exact, weights)
        scale = gamma / ops.sqrt(variance + self.epsilon)
        return stage._replace(kernel=ops.multiply(stage.kernel, scale), bias=beta - mean * scale)

    def _is_expanded(self, training):
        return training and (self.use_batch_norm or self.train_mode == "expanded")

    def _expanded(self, x, training):
        y = functools.reduce(ops.add, [self._run(name, x, training) for name in self._present])
        return y if self.bias is None else ops.add(y, ops.cast(self.bias, y.dtype))

    def _run(self, name, x, training):
        stage = self._branch(name)
        extents = map(pads.dilated_size, stage.kernel.shape[:2], self.dilation_rate)
        x = placement.centred(x, self.composed_size, tuple(extents))
        if name == "identity":
            y = placement.strided(x, self.strides)
        else:
            y = placement.convolve(x, stage)
        return self.norms[name](y, training=training) if self.use_batch_norm else y

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "branches": self.branches,
            "dilation_rate": self.dilation_rate,
            "use_batch_norm": self.use_batch_norm,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }


class _ExactBatchNormalization(keras.layers.BatchNormalization):
    """Keeps its weights in their own precision under mixed policies, where a kernel is composed with them."""

    def add_weight(self, *args, **kwargs):
        return super().add_weight(*args, **{**kwargs, "autocast": False})
