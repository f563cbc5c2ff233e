"""The residual network of the couplings: golden numbers in training and evaluation."""

import pytest
import tensorflow as tf
import tolerances
from compat.real_nvp.scripts import cases, changed, run
from laws import relative_error

from tfconvkit.compat.real_nvp import residual_block, resnet

GOLDEN = cases("resnet")
GROUPS = {"train": True, "eval": False}


def network_of(golden, train):
    settings = {name: golden.settings[name] for name in ("bottleneck", "use_batch_norm", "weight_norm")}
    if "dim" not in golden.settings:
        return lambda x: residual_block(x, x.shape[-1], "b", train=train, **settings)
    settings |= {name: golden.settings[name] for name in ("residual_blocks", "skip")}
    return lambda x: resnet(
        x, x.shape[-1], golden.settings["dim"], golden.settings["dim_out"], "r", train=train, **settings
    )


@pytest.mark.parametrize("mode", ["graph", "eager"])
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", GOLDEN)
def test_networks_equal_the_legacy_ones_with_moving_statistics(name, group, mode):
    golden = GOLDEN[name]
    y, after = run(mode, network_of(golden, GROUPS[group]), [golden.inputs["x"]], golden.variables)
    assert relative_error(y, golden.results[group]["y"]) <= tolerances.GOLDEN_FLOW
    expected = golden.after.get(group, {})
    assert changed(after, golden.variables) == set(expected)
    for variable, value in expected.items():
        assert relative_error(after[variable], value) <= tolerances.GOLDEN_FLOW


def test_the_variables_come_in_the_legacy_order():
    golden = GOLDEN["resnet_rb2_skip1_bottleneck0_bn1_wn1"]
    with tf.Graph().as_default():
        network_of(golden, train=True)(tf.ones(golden.inputs["x"].shape))
        names = [variable.op.name for variable in tf.compat.v1.global_variables()]
        trainable = [variable.op.name for variable in tf.compat.v1.trainable_variables()]
    assert names == list(golden.variables)
    assert trainable == [name for name in names if not name.endswith(("/var", "/mean", "/step"))]
