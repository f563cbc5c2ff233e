"""Calls of `tfconvkit.models` that work, as small as they go."""

import functools

import keras
import numpy as np
from contract.case import Fresh
from hostile.calls import Call
from hostile.tensors import array

from tfconvkit import layers, losses, models


def sampled(make, **arguments):
    """What a model gives for two samples of the input shape it has, where open sizes are 32."""
    model = make(**arguments)
    if isinstance(model, models.RealNVP):
        return model(np.zeros((1, *(n or 8 for n in model.input_shape)), "float32"))
    shapes = [tuple(n or 32 for n in x.shape[1:]) for x in model.inputs]
    if max(np.prod(shape) for shape in shapes) > 64 * 64 * 8:
        return model.count_params()
    return model([array(1, *shape) for shape in shapes] if len(shapes) > 1 else array(1, *shapes[0]))


def built(make, x, **arguments):
    return make(**arguments)(x)


def model_of(make, **arguments):
    return Call(f"models.{make.__name__}", functools.partial(sampled, make), arguments, is_smooth=False)


TOP = dict(classes=3, include_top=True, classifier_activation="softmax", name="net")
NETWORKS = [
    model_of(models.GroupCNN, group="C4", input_shape=(28, 28, 1), width=2, dropout=0.1, **TOP),
    model_of(models.GroupResNet, group=None, input_shape=(8, 8, 3), depth=8, widths=(2, 3, 4), shortcut="padding",
             **TOP),
    model_of(models.GroupUNet, group="C2", input_shape=(8, 8, 3), widths=(2, 3), **TOP),
    model_of(models.DeepFillV2, width=4, input_shape=(16, 16, 3), padding="same", attention={"overlap": "mass"},
             kernel_initializer="glorot_uniform", return_offsets=True, name="net"),
    model_of(models.SNPatchGAN, width=2, input_shape=(64, 64, 4), name="net"),
    model_of(models.RealNVP, input_shape=(4, 4, 1), scales=2, filters=2, blocks=1, recursion_type=2, split="diagonal",
             affine="all", use_batch_norm=True, momentum=0.9, quants=17, alpha=0.1, penalty=5e-5, reversible=False,
             prior="standard_normal"),
    Call("models.GatedConvNet", functools.partial(built, models.GatedConvNet),
         dict(x=array(1, 4, 4, 3), filters=4, out_channels=6, blocks=1), is_smooth=False),
    Call("models.WeightNormResNet", functools.partial(built, models.WeightNormResNet),
         dict(x=array(1, 4, 4, 3), filters=4, out_channels=6, blocks=1, bottleneck=True, use_skips=True,
              use_batch_norm=True, use_weight_norm=True, signed_input=True, input_scale=2.0, side_channels=1,
              magnitudes="all", gamma=True, momentum=0.9, epsilon=1e-4), is_smooth=False),
]


class Tiny(keras.Model):
    """A generator that gives what it gets."""

    def call(self, inputs, training=False):
        return [inputs[0], inputs[0]]


def scores():
    return keras.Sequential([keras.Input((8, 8, 4)), keras.layers.Flatten()])


def trained(generator, discriminator, x, **arguments):
    """The losses of both players."""
    gan = models.InpaintingGAN(generator, discriminator, **arguments)
    return gan.compute_loss(x, None, gan(x))


@functools.cache
def flow():
    model = models.Flow(layers.Chain([layers.ActNorm(), layers.Squeeze(2)]))
    model(array(2, 4, 4, 1))
    return model


@functools.cache
def kernel_gan():
    """A model whose estimate stands still: it is not trained."""
    model = models.KernelGAN(filters=2, seed=0)
    model.average.assign(np.outer(np.hanning(13), np.hanning(13)) / 36)
    return model


@functools.cache
def deepfill():
    return models.DeepFillV2(width=4)


def statistics(model, x, batch_size):
    models.estimate_statistics(model, x, batch_size)
    return [layer.moving_mean for layer in model.layers if hasattr(layer, "moving_mean")]


def normalized():
    return keras.Sequential([keras.Input((4, 3)), keras.layers.BatchNormalization()])


IMAGES, PHOTO = array(2, 4, 4, 1), (200 * array(16, 24, 3)).astype("uint8")
PAIR = [array(2, 8, 8, 3), np.zeros((2, 8, 8, 1), "float32")]
SAMPLE = {"n": 2, "temperature": 0.7, "seed": 0, "sample_shape": (4, 4, 1)}
TRAINING = [
    Call("models.InpaintingGAN", trained,
         dict(generator=Fresh("tiny", Tiny), discriminator=Fresh("scores", scores), x=PAIR,
              reconstruction=losses.MaskedL1(), adversarial="hinge", adversarial_weight=0.1), is_smooth=False),
    Call("models.InpaintingGAN", lambda image, mask: models.InpaintingGAN(Tiny(), scores())([image, mask]),
         dict(image=PAIR[0], mask=PAIR[1]), is_smooth=False),
    Call("models.Flow", lambda chain, prior, x: models.Flow(chain, prior)(x),
         dict(chain=Fresh("norm", layers.ActNorm), prior="standard_logistic", x=IMAGES), is_smooth=False),
    *(Call("models.Flow", lambda x, name=name: getattr(flow(), name)(x), dict(x=IMAGES), is_smooth=False)
      for name in ("log_prob", "bits_per_dimension", "encode", "inverse_error")),
    Call("models.Flow", lambda z: flow().decode(z), dict(z=array(2, 2, 2, 4)), is_smooth=False),
    Call("models.Flow", lambda **arguments: flow().sample(**arguments), SAMPLE,
         lambda result, n, **_: result.shape[0] == n, is_smooth=False),
    Call("models.Flow", lambda **arguments: flow().importance_weighted(**arguments),
         dict(x=IMAGES, samples=2, batch_size=2), is_smooth=False),
    Call("models.ScalePyramid", lambda x, **arguments: models.ScalePyramid(
        [layers.ActNorm(name=f"level{number}") for number in range(2)], **arguments)(x),
         dict(x=array(1, 4, 4, 2), fraction=0.5, order="diagonal"), is_smooth=False),
    Call("models.ScalePyramid", lambda levels: models.ScalePyramid(levels)(array(1, 4, 4, 2)),
         dict(levels=Fresh("levels", lambda: [layers.ActNorm(), layers.ActNorm()])), is_smooth=False),
    *(Call(f"models.{kind.__name__}", lambda z, kind=kind: kind().log_prob(z), dict(z=array(2, 3)), is_smooth=False)
      for kind in (models.StandardNormal, models.StandardLogistic)),
    *(Call(f"models.{kind.__name__}", lambda shapes, temperature, seed, kind=kind: kind().sample(
        shapes, temperature, seed), dict(shapes=(2, 3), temperature=0.7, seed=0), is_smooth=False)
      for kind in (models.StandardNormal, models.StandardLogistic)),
    Call("models.KernelGAN", lambda **arguments: models.KernelGAN(**arguments)(array(1, 32, 32, 3)),
         dict(scale=2, filters=2, kernel_sizes=(5, 3, 1), crop=32, sparsity=2.0, guide=0.2, seed=0), is_smooth=False),
    Call("models.KernelGAN", lambda image: kernel_gan().downscaled(image), dict(image=PHOTO), is_smooth=False),
    Call("models.KernelGAN", lambda clean: kernel_gan().kernel(clean), dict(clean=True), is_smooth=False),
    Call("models.KernelGAN", lambda zoom: kernel_gan().picture(zoom), dict(zoom=4), is_smooth=False),
    Call("models.KernelGAN", lambda **arguments: models.KernelGAN(filters=2, crop=16, kernel_sizes=(3, 1)).fit(
        **arguments, verbose=0) and None, dict(image=array(20, 24, 3), steps=1, batch_size=1), is_smooth=False),
    Call("models.inpaint", lambda image, mask, batch_size: models.inpaint(deepfill(), image, mask, batch_size),
         dict(image=PHOTO, mask=np.eye(16, 24), batch_size=1),
         lambda result, image, **_: result.shape == np.shape(image), is_smooth=False),
    Call("models.inpaint", models.inpaint,
         dict(model=Fresh("deepfill", deepfill), image=PHOTO, mask=np.eye(16, 24)), is_smooth=False),
    Call("models.estimate_statistics", statistics,
         dict(model=Fresh("normalized", normalized), x=array(6, 4, 3), batch_size=4), is_smooth=False),
]
CALLS = [*NETWORKS, *TRAINING]
# Those that take milliseconds.
QUICK = [call for call in TRAINING if not {"generator", "crop", "kernel_sizes", "steps", "samples", "mask"} & set(
    call.arguments)]
