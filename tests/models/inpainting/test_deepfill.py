import exports
import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import load
from laws import relative_error
from models.inpainting import golden_network

from tfconvkit import masks
from tfconvkit.models import DeepFillV2, InpaintingGAN, SNPatchGAN
from tfconvkit.models.inpainting.hole import ShrinkMask

STAGES = golden_network.STAGES
LIVELY = keras.initializers.VarianceScaling(5.3, seed=0)


@pytest.fixture(scope="module")
def golden():
    return golden_network.set_generator(DeepFillV2(width=8, return_offsets=True))


def sample(batch=2, grid=(32, 40), seed=0):
    rng = np.random.default_rng(seed)
    holes = masks.box(grid, (grid[0] // 2, grid[1] // 3), batch, rng=rng)
    return [rng.uniform(-1, 1, size=(batch, *grid, 3)).astype("float32"), holes]


def test_both_stages_are_those_of_the_legacy_network(golden):
    coarse, refined, _ = golden(golden_network.INPUTS)
    assert relative_error(coarse, STAGES["x_stage1"]) <= tolerances.GOLDEN
    assert relative_error(refined, STAGES["x_stage2"]) <= tolerances.GOLDEN


def test_offsets_point_to_the_largest_attention_of_the_legacy_network(golden):
    offsets = keras.ops.convert_to_numpy(golden(golden_network.INPUTS)[2])
    best = STAGES["attn"].argmax(axis=-1)
    own = np.indices((8, 8)).transpose(1, 2, 0)
    assert (offsets[0] == np.stack([best[0] // 8, best[0] % 8], axis=-1) - own).all()


def test_what_the_image_shows_in_the_hole_does_not_matter(golden):
    image, mask = golden_network.INPUTS
    expected, other = golden([image, mask])[:2], golden([np.where(mask > 0, 7, image).astype("float32"), mask])[:2]
    assert relative_error(other, expected) == 0


def test_a_batch_equals_single_runs_each_with_its_own_mask(golden):
    image, mask = sample(3)
    together = golden([image, mask])[:2]
    alone = [golden([image[i : i + 1], mask[i : i + 1]])[:2] for i in range(3)]
    expected = [np.concatenate([one[stage] for one in alone]) for stage in (0, 1)]
    assert relative_error(together, expected) <= tolerances.SAME_LAYER
    swapped = golden([image, mask[::-1]])[1]
    assert relative_error(swapped[:1], expected[1][:1]) > 0.1 * tolerances.HALF["float16"]


@pytest.mark.tensorflow("graphs")
def test_a_function_of_unknown_shape_is_traced_once(golden):
    traces = []

    @tf.function(input_signature=[[tf.TensorSpec((None, None, None, c)) for c in (3, 1)]])
    def function(x):
        traces.append(x)
        return golden(x)[:2]

    for grid in ((32, 40), (48, 24), (64, 64)):
        x = sample(2, grid)
        assert relative_error(function(x), golden(x)[:2]) <= tolerances.SAME_LAYER
    assert len(traces) == 1


def test_the_network_is_saved(golden, tmp_path):
    x = sample(1)
    golden.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert all(np.array_equal(*pair) for pair in zip(loaded(x), golden(x), strict=True))


@pytest.mark.slow
@pytest.mark.tensorflow("exports")
@pytest.mark.parametrize("run", exports.EVERY_FORMAT)
def test_the_network_is_exported(run, tmp_path):
    """With image and mask as one input and one output: some formats change the order of several."""
    both = keras.Input((32, 40, 4))
    network = DeepFillV2(width=4, input_shape=(32, 40, 3), kernel_initializer=LIVELY)
    _, refined = network([both[..., :3], both[..., 3:]])
    model, x = keras.Model(both, refined), np.concatenate(sample(1), axis=-1)
    expected = model(x)
    (y,) = keras.tree.flatten(run(model, [x], tmp_path))
    assert relative_error(y, expected) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("width, parameters", [(48, 4052478), (8, 115258)])
def test_parameters_are_the_documented_ones(width, parameters):
    assert DeepFillV2(width).count_params() == parameters


def test_the_documented_initializer_keeps_the_size_of_features():
    sizes = {}
    for initializer in ("glorot_uniform", LIVELY):
        model = DeepFillV2(width=16, kernel_initializer=initializer)
        squares = [np.mean(np.square(layer)) for layer in keras.Model(
            model.inputs, [model.get_layer(name).output for name in ("conv1", "conv6")])(sample())]
        sizes[str(initializer)] = squares[1] / squares[0]
    assert sizes["glorot_uniform"] < 1e-3 and 0.2 <= sizes[str(LIVELY)] <= 5


def test_layers_of_one_shape_start_from_kernels_of_their_own():
    model = DeepFillV2(width=4, kernel_initializer=keras.initializers.VarianceScaling(5.3))
    kernels = [model.get_layer(f"conv{number}").get_weights()[0] for number in (5, 6)]
    assert (kernels[0] != kernels[1]).any()


@pytest.mark.parametrize("arguments", (
    dict(padding="symmetric", input_shape=(64, 64, 3)),
    dict(attention=dict(overlap="mass", masked="exclude", fuse_size=1)),
    dict(input_shape=(32, 40, 3)),
))
def test_variants_give_images(arguments):
    model = DeepFillV2(width=4, kernel_initializer=LIVELY, **arguments)
    coarse, refined = model(sample(1, model.input_shape[0][1:3] if model.input_shape[0][1] else (32, 40)))
    assert coarse.shape == refined.shape and np.abs(refined).max() < 1 and np.isfinite(refined).all()


def test_other_numbers_of_channels():
    model = DeepFillV2(width=4, input_shape=(None, None, 1))
    assert [tuple(shape) for shape in model.output_shape] == [(None, None, None, 1)] * 2


def test_training_reaches_every_weight_of_both_networks():
    # Not the hinge: its slopes for real and filled patches cancel in the last bias, which only rounding would move.
    model = InpaintingGAN(DeepFillV2(width=4), SNPatchGAN(width=2), adversarial="log")
    # Tracing the whole network takes ten times as long as a step.
    model.compile(keras.optimizers.Adam(1e-3, 0.5), run_eagerly=True)
    before = [np.array(value) for value in model.get_weights()]  # PyTorch trains in place.
    history = model.fit(sample(2, (16, 16)), verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert all((old != new).any() for old, new in zip(before, model.get_weights(), strict=True))


# The third file shrinks 30 pixels to 7, which no network of strides does.
@pytest.mark.parametrize("number", (0, 1, 3, 4))
def test_masks_shrink_as_in_the_legacy_code(number):
    golden = load("resize_mask_like", area="inpaint")
    mask, expected = golden[f"mask{number}"], golden[f"out{number}"]
    rate = -(-mask.shape[1] // expected.shape[1])
    layer = ShrinkMask(rate)
    assert np.array_equal(layer(mask), expected)
    assert layer.compute_output_shape(mask.shape) == expected.shape
    assert ShrinkMask.from_config(layer.get_config()).rate == rate


@pytest.mark.parametrize("arguments, message", [
    (dict(width=6), r"width as a multiple of 4. Received width=6. Use 8"),
    (dict(width=0), r"DeepFillV2 expects width as a positive integer"),
    (dict(input_shape=(60, 64, 3)), r"a multiple of 8. Received input_shape=\(60, 64, 3\)"),
    (dict(padding="valid"), r'DeepFillV2 expects padding as "same", "symmetric" or "reflect"'),
    (dict(attention={"overlap": "none"}), r"overlap"),
])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        DeepFillV2(**arguments)
