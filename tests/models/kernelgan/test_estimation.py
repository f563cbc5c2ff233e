import keras
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import relative_error

from tfconvkit import backend, losses, models
from tfconvkit.ops import blur_kernels
from tfconvkit.ops.resize import imresize

IMAGE = np.random.default_rng(0).integers(256, size=(40, 44, 3), dtype="uint8")
SMALL = dict(filters=4, kernel_sizes=(5, 3, 3, 1), crop=32)


def network(**kwargs):
    return models.KernelGAN(**{"seed": 0, **SMALL, **kwargs})


def eager(**kwargs):
    """A network whose few steps take less time than to trace their graph."""
    model = network(**kwargs)
    model.compile(keras.optimizers.Adam(5e-4, 0.5), run_eagerly=True)
    return model


@pytest.fixture
def float64():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def gradients(function, weights):
    """Gradients of `function()` with respect to the values of these weights, which `stateless` scopes replace."""
    def loss(*values):
        with keras.StatelessScope(state_mapping=list(zip(weights, values, strict=True))):
            return function()
    return backend.vjp(loss, [ops.convert_to_numpy(weight) for weight in weights], 1.0)


@pytest.mark.parametrize(("iterations", "brightness", "is_led"), ((0, 1.0, True), (60, 1.0, False), (60, 0.1, True)))
def test_each_player_follows_its_own_loss_alone(iterations, brightness, is_led, float64):
    """A kernel that is dark is led by the bicubic one in any step."""
    model = network(sparsity=0.7, guide=0.3)
    model.compile(keras.optimizers.Adam())
    model.steps.assign(100)
    model.taken.assign(iterations)
    last = model.generator.trainable_weights[-1]
    last.assign(brightness * last / ops.sum(model.generator.effective_kernel()))
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 32, 32, 3)), rng.normal(size=(2, model.patch, model.patch, 3))

    def of_generator():
        kernel = model.generator.effective_kernel()
        loss = ops.mean(1 - model.discriminator(model(x)))
        loss += 0.5 * losses.sum_to_one(kernel) + 0.5 * losses.boundaries(kernel)
        if not is_led:
            loss += losses.centralized(kernel) + 0.7 * losses.sparse(kernel)
        return loss + (5 if is_led else 0.3) * losses.BicubicDownscale()(x, model(x))

    def of_discriminator():
        return (ops.mean(1 - model.discriminator(y)) + ops.mean(model.discriminator(model(x)))) / 2

    def total():
        return model.compute_loss(x, y, model(x), training=False)

    for part, function in ((model.generator, of_generator), (model.discriminator, of_discriminator)):
        expected = gradients(function, part.trainable_weights)
        assert max(np.abs(value).max() for value in expected) > 0
        assert relative_error(gradients(total, part.trainable_weights), expected) <= tolerances.WHOLE_NETWORK
    assert relative_error(total(), of_generator() + of_discriminator()) <= tolerances.LAW["float64"]


def test_the_model_shrinks_by_the_kernel_it_estimates():
    model = network()
    x = IMAGE[None] / np.float32(127.5) - 1
    kernel = ops.convert_to_numpy(model.generator.effective_kernel())[:, :, 0, 0]
    full = np.asarray(imresize(x, 1, kernel=kernel))
    y = model(x)
    half = len(kernel) // 2
    picked = full[:, half::2, half::2][:, : y.shape[1], : y.shape[2]]
    assert relative_error(y, picked) <= tolerances.LAW["float32"]


def test_the_estimate_is_the_mean_kernel_of_the_second_half():
    model, kernels = eager(), []
    record = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: kernels.append(
        ops.convert_to_numpy(model.generator.effective_kernel())[:, :, 0, 0]))
    model.fit(IMAGE, steps=8, verbose=0, callbacks=[record])
    assert len(kernels) == 8 and model.taken == 8
    assert relative_error(model.kernel(clean=False), np.mean(kernels[4:], axis=0)) <= tolerances.LAW["float32"]
    # Another optimizer begins anew.
    model.compile(keras.optimizers.Adam(5e-4, 0.5), run_eagerly=True)
    model.fit(IMAGE, steps=2, verbose=0)
    assert model.taken == 2


def test_both_players_learn_and_their_losses_are_named():
    model = network()
    model.compile(keras.optimizers.Adam(5e-3, 0.5))
    before = [weight.numpy() for weight in model.trainable_weights]
    dark = float(ops.sum(model.generator.effective_kernel()))
    history = model.fit(IMAGE, steps=150, batch_size=2, verbose=0).history
    assert set(history) == {"loss", "generator", "discriminator", "kernel"}
    assert np.isfinite(list(history.values())).all()
    # Of three seeds: 0.85 to 0.99.
    assert abs(dark) < 0.1 and abs(float(ops.sum(model.generator.effective_kernel())) - 1) < 0.3
    assert any((old != new).any() for old, new in zip(before, model.generator.trainable_weights, strict=False))
    assert all((old != new).any() for old, new in zip(before, model.trainable_weights, strict=True))


def test_a_seed_fixes_the_estimate_of_bytes_and_of_floats():
    kernels = []
    for seed, image in ((3, IMAGE), (3, IMAGE / np.float32(255)), (4, IMAGE)):
        model = eager(seed=seed)
        model.fit(image, steps=2, verbose=0)
        kernels.append(model.kernel(clean=False))
    assert np.array_equal(kernels[0], kernels[1]) and not np.array_equal(kernels[0], kernels[2])


@pytest.mark.parametrize("scale", (2, 4))
def test_kernel_picture_and_image_belong_together(scale):
    model = network(scale=scale)
    t = np.arange(9.0) - 4.2
    known = np.exp(-np.add.outer(t**2, t**2) / 4)
    model.average.assign(known / known.sum())
    expected = blur_kernels.centred(blur_kernels.denoised(known), (4.5, 4.5))
    kernel = model.kernel()
    if scale == 4:
        expected = blur_kernels.squared_scale(expected)
    assert relative_error(kernel, expected) <= tolerances.LAW["float32"]
    picture = model.picture(zoom=3)
    assert picture.dtype == "uint8" and picture.shape == (3 * len(kernel),) * 2 and picture.max() == 255
    small = imresize(IMAGE.astype("float32") / 255, 1 / scale, kernel=kernel)
    assert relative_error(model.downscaled(IMAGE), np.clip(small, 0, 1)) <= tolerances.LAW["float32"]
    assert kernel.sum() == pytest.approx(1, abs=1e-6)


def test_a_saved_model_keeps_its_estimate(tmp_path):
    model = eager(sparsity=0.5)
    model.fit(IMAGE, steps=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.get_config() == model.get_config() and loaded.sparsity == 0.5
    assert np.array_equal(loaded.kernel(clean=False), model.kernel(clean=False))


def test_an_image_smaller_than_a_crop_is_refused():
    with pytest.raises(ValueError, match="crops of 32 x 32 pixels. Received an image of 31 x 44"):
        network().fit(IMAGE[:31], steps=1)


@pytest.mark.parametrize("scale", (3, 0.5, "2"))
def test_another_scale_is_refused(scale):
    with pytest.raises(ValueError, match="expects scale as 2 or 4. Received scale="):
        network(scale=scale)
