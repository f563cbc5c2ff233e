import keras
import numpy as np
import pytest
import tolerances
from backends.running import compiled
from laws import relative_error
from layers.flow import legacy

from tfconvkit.models import WeightNormResNet

RESNETS = {name: case for name, case in legacy.cases("resnet").items() if name.startswith("resnet")}


def official(case):
    cfg = {name: int(value) for name, value in case["cfg"].items()}
    network = WeightNormResNet(
        cfg["dim"],
        cfg["dim_out"],
        blocks=cfg["residual_blocks"],
        bottleneck=bool(cfg["bottleneck"]),
        use_skips=bool(cfg["skip"]),
        use_batch_norm=bool(cfg["use_batch_norm"]),
        use_weight_norm=bool(cfg["weight_norm"]),
        signed_input=False,
    )
    network.build((None, None, None, case["in"]["x"].shape[-1]))
    legacy.set_official_resnet(network, case["var"], "r/")
    return network


@pytest.mark.parametrize("name", RESNETS)
def test_outputs_and_moving_statistics_are_those_of_the_official_code(name):
    case = RESNETS[name]
    network = official(case)
    assert relative_error(network(case["in"]["x"]), case["out"]["eval|y"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(network(case["in"]["x"], training=True), case["out"]["train|y"]) <= tolerances.GOLDEN_FLOW
    moved = {legacy.official_name(w.path, network.name): w for w in network.non_trainable_variables}
    changed = {k.split("|")[1]: v for k, v in case.get("after", {}).items() if not k.endswith("step")}
    assert {f"r/{name}" for name in moved} == set(changed)
    for name, weight in moved.items():
        assert relative_error(weight, changed[f"r/{name}"]) <= tolerances.GOLDEN_FLOW


def test_signed_inputs_leave_the_side_channels_as_they_are():
    network = WeightNormResNet(4, 2, use_batch_norm=False, side_channels=1)
    network.build((None, 4, 4, 3))
    assert network.h_in.kernel.shape[2] == 2 * 2 + 1
    assert WeightNormResNet(4, 2, signed_input=False)(np.ones((1, 4, 4, 3))).shape == (1, 4, 4, 2)
    with pytest.raises(ValueError, match="more than side_channels=3 input channels"):
        WeightNormResNet(4, 2, side_channels=3).build((None, 4, 4, 3))
    with pytest.raises(ValueError, match='magnitudes must be "outputs" or "all"'):
        WeightNormResNet(4, 2, magnitudes="none")
    with pytest.raises(ValueError, match="blocks must be an integer from 0 on. Received blocks=-1"):
        WeightNormResNet(4, 2, blocks=-1)


@pytest.mark.parametrize("blocks, bottleneck", [(2, True), (0, False), (0, True)])
def test_saved_networks_load_with_equal_outputs(blocks, bottleneck, tmp_path):
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    inputs = keras.Input((None, None, 3))
    network = WeightNormResNet(4, 2, blocks=blocks, bottleneck=bottleneck, magnitudes="all", gamma=True, input_scale=2)
    model = keras.Model(inputs, network(inputs))
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "model.keras")(x), model(x))
    assert relative_error(compiled(network)(x), model(x)) <= tolerances.SAME_LAYER
