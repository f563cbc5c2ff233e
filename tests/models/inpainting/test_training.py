import keras
import numpy as np
import pytest
import tolerances
from backends.running import COMPILED_FITS
from keras import ops
from laws import relative_error

from tfconvkit import backend, losses, masks
from tfconvkit.models import InpaintingGAN

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(-1, 1, size=(4, 16, 24, 3)).astype("float32")
HOLES = masks.box((16, 24), (7, 9), 4, rng=0)


@pytest.fixture
def policy():
    """Sets the policy of layers, and of losses and inputs, until the test is over."""
    def set_policy(name, floatx="float32"):
        keras.config.set_dtype_policy(name)
        keras.config.set_floatx(floatx)

    yield set_policy
    set_policy("float32")


def generator():
    """Two stages of one convolution each: what training needs to know of a generator."""
    image, mask = keras.Input((16, 24, 3)), keras.Input((16, 24, 1))
    x = keras.layers.Concatenate()([image * (1 - mask), mask])
    coarse = keras.layers.Conv2D(3, 3, padding="same", activation="tanh", name="coarse")(x)
    refined = keras.layers.Conv2D(3, 3, padding="same", activation="tanh", name="refined")(coarse)
    return keras.Model([image, mask], [coarse, refined])


def discriminator():
    """Two of the six convolutions of `SNPatchGAN`."""
    settings = dict(strides=2, padding="same", activation="leaky_relu", dtype=keras.Input((1,)).dtype)
    first, second = (keras.layers.SpectralNormalization(keras.layers.Conv2D(4, 3, **settings), name=f"conv{number}",
                                                        dtype=settings["dtype"]) for number in (1, 2))
    return keras.Sequential([keras.Input((16, 24, 4)), first, second, keras.layers.Flatten(dtype=settings["dtype"])])


def network(**kwargs):
    return InpaintingGAN(generator(), discriminator(), **kwargs)


def gradients(model, function, weights):
    """Gradients of `function()` with respect to the values of these weights, which `stateless` scopes replace."""
    def loss(*values):
        with keras.StatelessScope(state_mapping=list(zip(weights, values, strict=True))):
            return function()
    return backend.vjp(loss, [ops.convert_to_numpy(weight) for weight in weights], 1.0)


@pytest.mark.parametrize("kind, weight", [("hinge", 1.0), ("log", 0.3)])
def test_each_player_follows_its_own_loss_alone(kind, weight, policy):
    policy("float64", floatx="float64")
    model = network(adversarial=kind, adversarial_weight=weight)
    images, holes = IMAGES.astype("float64"), HOLES.astype("float64")
    pair = np.concatenate([images, holes], axis=-1)

    def completed():
        refined = model([images, holes])[1]
        hole, image = ops.convert_to_tensor(holes), ops.convert_to_tensor(images)
        return ops.concatenate([refined * hole + image * (1 - hole), hole], axis=-1)

    def total():
        return model.compute_loss([images, holes], y_pred=model([images, holes]), training=False)

    def of_generator():
        scores = model.discriminator(completed())
        l1 = sum(losses.MaskedL1()(pair, output) for output in model([images, holes]))
        return l1 + weight * losses.GeneratorLoss(kind)(scores, scores)

    def of_discriminator():
        real = model.discriminator(pair)
        return losses.DiscriminatorLoss(kind)(real, model.discriminator(completed()))

    for part, function in ((model.generator, of_generator), (model.discriminator, of_discriminator)):
        weights = part.trainable_weights
        expected = gradients(model, function, weights)
        assert max(np.abs(value).max() for value in expected) > 0
        assert relative_error(gradients(model, total, weights), expected) <= tolerances.LAW["float64"]
    assert relative_error(total(), of_generator() + of_discriminator()) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("jit_compile", COMPILED_FITS)
def test_fit_trains_both_players_and_names_their_losses(jit_compile):
    model = network()
    model.compile(keras.optimizers.Adam(1e-3, 0.5), jit_compile=jit_compile)
    before = [weight.numpy() for weight in model.weights]
    history = model.fit([IMAGES, HOLES], batch_size=2, epochs=3, verbose=0).history
    assert set(history) == {"loss", "reconstruction", "generator", "discriminator"}
    assert np.isfinite(list(history.values())).all()
    assert history["reconstruction"][-1] < history["reconstruction"][0]
    assert all((old != new).any() for old, new in zip(before, model.weights, strict=True))
    assert set(model.evaluate([IMAGES, HOLES], verbose=0, return_dict=True)) == set(history)


def test_discriminator_kernels_keep_a_largest_singular_value_of_about_1():
    model = network()
    model.compile(keras.optimizers.Adam(1e-3, 0.5))
    model.fit([IMAGES, HOLES], batch_size=2, epochs=10, verbose=0)
    for number in (1, 2):
        kernel = ops.convert_to_numpy(model.discriminator.get_layer(f"conv{number}").kernel)
        largest = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]
        assert 0.7 <= largest <= 1.3


def test_a_saved_model_goes_on_where_it_stopped(tmp_path):
    model = network(reconstruction=losses.MaskedL1(hole=2), adversarial="log", adversarial_weight=0.5)
    model.compile(keras.optimizers.Adam(1e-3, 0.5))
    model.fit([IMAGES, HOLES], batch_size=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.reconstruction.hole == 2 and (loaded.adversarial, loaded.adversarial_weight) == ("log", 0.5)
    expected = model.evaluate([IMAGES, HOLES], verbose=0, return_dict=True)
    assert loaded.evaluate([IMAGES, HOLES], verbose=0, return_dict=True) == pytest.approx(expected, rel=1e-6)
    assert loaded.optimizer.iterations == model.optimizer.iterations


@pytest.mark.parametrize("dtype", ("float16", "bfloat16"))
def test_half_precision_trains(dtype, policy):
    policy(f"mixed_{dtype}")
    model = network()
    model.compile(keras.optimizers.Adam(1e-3, 0.5))
    history = model.fit([IMAGES, HOLES], batch_size=2, epochs=3, verbose=0).history
    assert np.isfinite(history["loss"]).all() and history["reconstruction"][-1] < history["reconstruction"][0]
    assert keras.backend.standardize_dtype(model([IMAGES, HOLES])[1].dtype) == dtype
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}


def test_missing_masks_are_named():
    model = network()
    with pytest.raises(ValueError, match=r"expects x=\[images, masks\]. Received ndarray"):
        model.compute_loss(IMAGES, y_pred=model([IMAGES, HOLES]))


def test_unknown_kinds_are_named():
    with pytest.raises(ValueError, match="Received kind='relativistic'"):
        network(adversarial="relativistic")


def test_the_training_step_is_traced_once():
    traces, model = [], network()
    model.compile("adam")
    step = model.train_step
    # On JAX a step takes the state before the data.
    model.train_step = lambda *arguments: traces.append(arguments) or step(*arguments)
    model.fit([IMAGES, HOLES], batch_size=2, epochs=2, verbose=0)
    assert len(traces) == 1
