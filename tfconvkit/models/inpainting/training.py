"""Adversarial training of an inpainting network by Keras' own `fit`."""

import keras
from keras import ops

from tfconvkit import losses
from tfconvkit.layers.inputs import NUMBERS, CheckedInput
from tfconvkit.models.traced_once import TracedOnce
from tfconvkit.ops import arguments


@keras.saving.register_keras_serializable(package="tfconvkit")
class InpaintingGAN(CheckedInput, TracedOnce):
    """Trains a generator and a discriminator against each other, with plain `compile` and `fit` on every backend.

    The loss is `reconstruction(coarse) + reconstruction(refined) + adversarial_weight * G + D`: the generator's loss
    `G` of the refined hole in its known surroundings, the discriminator's loss `D` of real and of such images. Each
    player follows its own loss alone: `D` sees the generated images as constants, and the gradient of `G` for the
    discriminator's weights is subtracted again, `G(f) - G(stop(f)) + stop(G(stop(f)))`. So both take their step at the
    same time, by one optimizer, as the original uses one setting for both (`Adam(1e-4, 0.5)`).

    Args:
        generator: Model from `[image, mask]` to `[coarse, refined]`, such as `models.DeepFillV2()`.
        discriminator: Model from image and mask side by side to scores, such as `models.SNPatchGAN()`.
        reconstruction: Loss of `(image and mask side by side, image)`; None for `losses.MaskedL1()`, the mean
            absolute error.
        adversarial: Kind of adversarial loss: `"hinge"`, `"log"`, `"least_squares"` or `"wasserstein"`.
        adversarial_weight: Weight of the generator's adversarial loss.

    Input shape:
        As the generator: images in [-1, 1] and masks, `fit(x=[images, masks])`, no targets.

    Output shape:
        As the generator.

    Metrics:
        `reconstruction`, `generator` and `discriminator`, each player's loss without weight.

    Raises:
        TypeError: for a player that is no layer, or a reconstruction that is no `keras.losses.Loss`.
        ValueError: for an unknown kind, or if `fit` gets no list of images and masks.

    Reference:
        Yu et al., Free-Form Image Inpainting with Gated Convolution, 2019 (https://arxiv.org/abs/1806.03589).

    Example:
        >>> model = models.InpaintingGAN(models.DeepFillV2(width=8), models.SNPatchGAN(width=8))
        >>> model.compile(keras.optimizers.Adam(1e-4, 0.5))
        >>> history = model.fit([np.zeros((2, 64, 64, 3)), np.ones((2, 64, 64, 1))], verbose=0)
        >>> sorted(history.history)
        ['discriminator', 'generator', 'loss', 'reconstruction']
    """

    input_kinds, takes_structures = NUMBERS, True

    def __init__(
        self, generator, discriminator, reconstruction=None, adversarial="hinge", adversarial_weight=1.0, **kwargs
    ):
        super().__init__(**kwargs)
        for name, player in (("generator", generator), ("discriminator", discriminator)):
            arguments.instance("InpaintingGAN", name, player, keras.Layer, "Use a Keras model.")
        adversarial_weight = arguments.number("InpaintingGAN", "adversarial_weight", adversarial_weight)
        self.generator, self.discriminator = generator, discriminator
        reconstruction = losses.MaskedL1() if reconstruction is None else keras.losses.get(reconstruction)
        remedy = "Use losses.MaskedL1, or a subclass of keras.losses.Loss."
        self.reconstruction = arguments.instance(
            "InpaintingGAN", "reconstruction", reconstruction, keras.losses.Loss, remedy
        )
        self.adversarial, self.adversarial_weight = adversarial, adversarial_weight
        self._discriminator_loss = losses.DiscriminatorLoss(adversarial)
        self._generator_loss = losses.GeneratorLoss(adversarial)
        self._trackers = [keras.metrics.Mean(name=name) for name in ("reconstruction", "generator", "discriminator")]
        self.built = True

    def check_inputs(self, inputs):
        self._check_pair(inputs)
        super().check_inputs(inputs)

    def call(self, inputs, training=False):
        return self.generator(inputs, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        image, mask = self._pair(x)
        pair = ops.concatenate([image, mask], axis=-1)
        coarse, refined = y_pred[:2]
        parts = [
            self.reconstruction(pair, coarse, sample_weight) + self.reconstruction(pair, refined, sample_weight),
            *self._adversarial_losses(pair, image, mask, ops.cast(refined, image.dtype), training),
        ]
        for tracker, part in zip(self._trackers, parts, strict=True):
            tracker.update_state(part)
        return parts[0] + self.adversarial_weight * parts[1] + parts[2] + sum(self.losses)

    def _adversarial_losses(self, pair, image, mask, refined, training):
        completed = ops.concatenate([refined * mask + image * (1 - mask), mask], axis=-1)
        # In one call, so that all three meet the same kernels: a call in training normalises them anew.
        batch = ops.concatenate([pair, ops.stop_gradient(completed), completed], axis=0)
        real, constant, fake = ops.split(self.discriminator(batch, training=training), 3, axis=0)
        silent = self._generator_loss(real, constant)
        generator = self._generator_loss(real, fake) - silent + ops.stop_gradient(silent)
        return generator, self._discriminator_loss(real, constant)

    def _check_pair(self, x):
        if not isinstance(x, (list, tuple)) or len(x) != 2:
            raise ValueError(
                f'InpaintingGAN "{self.name}" expects x=[images, masks]. Received {type(x).__name__}. '
                "Draw masks with tfconvkit.masks."
            )

    def _pair(self, x):
        self._check_pair(x)
        image, mask = (arguments.tensor("InpaintingGAN", "x", each, axes=4) for each in x)
        if not arguments.are_alike(image.shape[:3], mask.shape[:3]):
            raise ValueError(f'InpaintingGAN "{self.name}" expects images and masks with as many samples, of one size. '
                             f"Received shapes {tuple(image.shape)} and {tuple(mask.shape)}.")
        return image, ops.cast(mask, image.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "reconstruction": keras.saving.serialize_keras_object(self.reconstruction),
            "adversarial": self.adversarial,
            "adversarial_weight": self.adversarial_weight,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        parts = {name: keras.saving.deserialize_keras_object(config[name], custom_objects=custom_objects)
                 for name in ("generator", "discriminator", "reconstruction") if name in config}
        return cls(**{**config, **parts})
