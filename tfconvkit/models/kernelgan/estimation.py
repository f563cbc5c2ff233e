"""Blind estimation of a blur kernel from one image."""

import keras
import numpy as np
from keras import ops

from tfconvkit import layers, losses
from tfconvkit.models.kernelgan.crops import Crops
from tfconvkit.models.kernelgan.discriminator import patch_discriminator
from tfconvkit.models.kernelgan.images import check_image
from tfconvkit.ops import arguments, blur_kernels
from tfconvkit.ops.resize import imresize

# Share of the steps in which the kernel is led by the bicubic one, and after which kernels are averaged.
_LED, _SETTLED = 0.25, 0.5
# Sum of a kernel, 1 in the end, up to which it is led in any step.
_DARK = 0.5
# Rows and columns of the patches that the discriminator looks at.
_PATCH = 7


def _least_crop(kernel_sizes):
    """The crop that is shrunk to one patch."""
    return 2 * (_PATCH - 1) + 1 + sum(size - 1 for size in kernel_sizes)


@keras.saving.register_keras_serializable(package="tfconvkit")
class KernelGAN(keras.Model):
    """Estimates from one small image the blur kernel by which it was made from a larger one.

    Patches recur across scales: an image made smaller by the right kernel has the same patches as the image itself. A
    linear generator learns to shrink crops so that a discriminator cannot tell their patches from those of the image;
    the kernel it composes to is the estimate. Trained through that one kernel, a step costs as much as one convolution.

    The generator's loss is `|1 - D(G(x))| + 0.5 |1 - sum k| + 0.5 boundaries + centralized + sparsity * sparse + led *
    bicubic` with the terms of `tfconvkit.losses`; `led` is 5 in the first quarter of the steps and while the kernel
    sums to less than 0.5, with centralized and sparse off, and `guide` later. The discriminator's is `(|1 - D(y)| +
    |D(G(x))|) / 2`. Both take their steps at the same time, each by its own loss.

    Other than in the original, the learning rate decays from 5e-4, the bicubic guide is never quite off and comes back
    with the darkness, since a brightness once lost hardly comes back without, and the kernel is the average over the
    second half of the steps.

    What to expect: the width of the kernel rather than its shape. In `examples/estimate_blur_kernel.py` most estimates
    are rounder than the truth and no nearer to it than a round Gaussian of the best width; for another photograph they
    were worse. The photograph's own structure has to be alike on both scales and in all directions. 2000 steps instead
    of 500 bring the correlation of a kernel of motion with the true one from 0.89 to 0.91 (median of 3 seeds).

    Args:
        scale: 2 or 4, how many times smaller the image became. For 4, the kernel of scale 2 is estimated and squared.
        filters: Filters of the generator's inner convolutions.
        kernel_sizes: Their sizes; the kernel has `1 + sum(size - 1)` rows and columns, 13.
        crop: Rows and columns of the crops that the generator shrinks.
        sparsity: Weight of `losses.sparse`.
        guide: Weight of `losses.BicubicDownscale` after the first quarter.
        seed: Integer; fixes the first weights and the crops. None for different ones each time.

    Input shape:
        `fit(image)` takes one photograph `(height, width, 3)`, uint8 or floats in [0, 1], at least `crop` large.
        Called, the model shrinks images `(batch, height, width, 3)` in [-1, 1] by its generator.

    Output shape:
        Called: `(batch, new_height, new_width, 3)`, shrunk by 2.

    Metrics:
        `generator` and `discriminator`, the players' losses about patches, and `kernel`, the terms about the kernel.

    Raises:
        TypeError: for images of another kind than uint8 or floats.
        ValueError: for another scale, images of other axes or values, or smaller ones than the crop.

    Reference:
        Bell-Kligler et al., Blind Super-Resolution Kernel Estimation using an Internal-GAN, 2019
        (https://arxiv.org/abs/1909.06581).

    Example:
        >>> model = models.KernelGAN(scale=2, seed=0)
        >>> history = model.fit(np.random.default_rng(0).integers(256, size=(80, 90, 3), dtype="uint8"), 3, verbose=0)
        >>> model.kernel().shape, model.downscaled(np.zeros((80, 90, 3), "uint8")).shape
        ((13, 13), (40, 45, 3))
    """

    def __init__(self, scale=2, filters=64, kernel_sizes=(7, 5, 3, 1, 1, 1), crop=64, sparsity=2.0, guide=0.2,
                 seed=None, **kwargs):
        super().__init__(**kwargs)
        if not arguments.is_integer(scale) or scale not in (2, 4):
            raise ValueError(f"KernelGAN expects scale as 2 or 4. Received scale={scale!r}. Resize the image to one.")
        self.scale, self.filters = int(scale), arguments.integer("KernelGAN", "filters", filters, least=1)
        self.kernel_sizes = arguments.integers("KernelGAN", "kernel_sizes", kernel_sizes, least=1)
        self.crop = crop = arguments.integer("KernelGAN", "crop", crop, least=_least_crop(self.kernel_sizes))
        self.sparsity = arguments.number("KernelGAN", "sparsity", sparsity, least=0)
        self.guide = arguments.number("KernelGAN", "guide", guide, least=0)
        self.seed = seed = None if seed is None else arguments.integer("KernelGAN", "seed", seed, least=0)
        self.generator = layers.LinearGenerator(filters, kernel_sizes, strides=2, data_format="channels_last")
        self.generator.build((None, crop, crop, 3))
        self.patch = self.generator.compute_output_shape((None, crop, crop, 3))[1]
        self.discriminator = patch_discriminator(self.patch)
        self._rng = np.random.default_rng(seed)
        self._draw_weights()
        size = self.generator.composed_size
        self.average = self.add_weight(shape=size, initializer="zeros", trainable=False, name="average")
        self.steps = self.add_weight(shape=(), initializer="ones", trainable=False, name="steps")
        # JAX lets nobody read the optimizer's count inside a step.
        self.taken = self.add_weight(shape=(), initializer="zeros", trainable=False, name="taken")
        self._bicubic = losses.BicubicDownscale(2)
        self._trackers = [keras.metrics.Mean(name=name) for name in ("generator", "discriminator", "kernel")]
        self.built = True

    def fit(self, image, steps=500, batch_size=1, verbose="auto", **kwargs):
        """Estimates the kernel of an image and returns Keras' `History`, with epochs of at least 50 steps.

        Args:
            image: As above.
            steps: Number of steps, rounded up to a multiple of the epochs: ten, or fewer for less than 500.
            batch_size: Crops per step.
            verbose, kwargs: As in `keras.Model.fit`, such as `callbacks`.
        """
        pixels = check_image(image, self.crop)
        steps = arguments.integer("KernelGAN.fit", "steps", steps, least=1)
        batch_size = arguments.integer("KernelGAN.fit", "batch_size", batch_size, least=1)
        if not self.compiled:
            self.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-4, steps), 0.5))
        if not self.optimizer.built:
            # In the first step, this would have TensorFlow trace it twice.
            self.optimizer.build(self.trainable_variables)
        self.steps.assign(steps)
        self.taken.assign(self.optimizer.iterations)
        epochs = max(1, min(10, steps // 50))
        crops = Crops(2 * pixels - 1, (self.crop, self.patch), batch_size, -(-steps // epochs), self._rng)
        return super().fit(crops, epochs=epochs, verbose=verbose, **kwargs)

    def kernel(self, clean=True):
        """Returns the estimate for the scale as a float64 array: `(13, 13)`, for scale 4 `(25, 25)`.

        Args:
            clean: Whether noise is cut off and the kernel is centred, as `ops.resize.imresize` wants it. Without, it
                is the average kernel as it is.
        """
        kernel = ops.convert_to_numpy(self.average).astype("float64")
        if arguments.flag("KernelGAN.kernel", "clean", clean):
            kernel = blur_kernels.denoised(kernel)
            kernel = blur_kernels.centred(kernel, blur_kernels.scale_centre(kernel.shape, 2))
        return kernel if self.scale == 2 else blur_kernels.squared_scale(kernel)

    def downscaled(self, image):
        """Returns an image made smaller by the estimate: floats `(height / scale, width / scale, 3)` in [0, 1].

        Args:
            image: As for `fit`.
        """
        pixels = check_image(image, 1)
        return np.clip(ops.convert_to_numpy(imresize(pixels, 1 / self.scale, kernel=self.kernel())), 0, 1)

    def picture(self, zoom=16):
        """Returns the kernel as a uint8 image `(rows * zoom, columns * zoom)`, white where it is largest.

        Args:
            zoom: Rows and columns of a cell.
        """
        zoom = arguments.integer("KernelGAN.picture", "zoom", zoom, least=1)
        kernel = np.maximum(self.kernel(), 0)
        return np.kron(np.round(255 * kernel / kernel.max()), np.ones((zoom, zoom))).astype("uint8")

    def call(self, inputs, training=False):
        return self.generator(inputs, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        kernel = self.generator.effective_kernel()
        players = self._patch_losses(y, ops.cast(y_pred, y.dtype), training)
        terms = self._kernel_loss(kernel, self._bicubic(x, y_pred))
        if training:
            self._average(kernel[:, :, 0, 0])
            self.taken.assign_add(1)
        for tracker, part in zip(self._trackers, (*players, terms), strict=True):
            tracker.update_state(part)
        return sum(players) + terms

    def _patch_losses(self, real, fake, training):
        """Returns both players' losses; neither has a gradient for the other's weights."""
        batch = ops.concatenate([real, ops.stop_gradient(fake), fake], axis=0)
        # In one call, so that all three meet the same kernels: a call in training normalises them anew.
        of_real, of_constant, of_fake = ops.split(self.discriminator(batch, training=training), 3, axis=0)
        silent = ops.mean(1 - of_constant)
        generator = ops.mean(1 - of_fake) - silent + ops.stop_gradient(silent)
        return generator, (ops.mean(1 - of_real) + ops.mean(of_constant)) / 2

    def _kernel_loss(self, kernel, bicubic):
        is_led = ops.cast(ops.logical_or(self._progress() < _LED, ops.sum(kernel) < _DARK), kernel.dtype)
        loss = 0.5 * losses.sum_to_one(kernel) + 0.5 * losses.boundaries(kernel)
        loss += (1 - is_led) * (losses.centralized(kernel) + self.sparsity * losses.sparse(kernel))
        return loss + (5 * is_led + self.guide * (1 - is_led)) * bicubic

    def _progress(self):
        return self.taken / self.steps

    def _average(self, kernel):
        """Keeps the mean of the kernels since the game has settled, until then the last one."""
        count = ops.maximum((self._progress() - _SETTLED) * self.steps + 1, 1.0)
        self.average.assign(self.average + (kernel - self.average) / count)

    def _draw_weights(self):
        for weight in (*self.generator.weights, *self.discriminator.weights):
            if len(weight.shape) > 1:
                *cells, inputs, outputs = (1, 1, *weight.shape)[-4:]
                deviation = np.sqrt(2 / (np.prod(cells) * (inputs + outputs)))
                weight.assign(self._rng.normal(scale=deviation, size=weight.shape))
        # A first kernel near zero lets the bicubic guide decide where it begins.
        for weight in self.generator.weights:
            weight.assign(0.3 ** (6 / len(self.kernel_sizes)) * weight)

    def get_config(self):
        names = ("scale", "filters", "kernel_sizes", "crop", "sparsity", "guide", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)
