"""Every network of the literature as plain Keras layers, in every format."""

import exports
import pytest
import tolerances
from laws import relative_error
from models.cases import CASES, build, sample

from tfconvkit import surgery

NETWORKS = ("cnn", "resnet", "resnet-padding", "unet")


@pytest.mark.slow
@pytest.mark.tensorflow("exports")
@pytest.mark.parametrize("name", NETWORKS)
def test_deployed_networks_give_equal_outputs_in_every_format(name, tmp_path):
    model = build(name, "D4")
    x = sample(model, CASES[name].grid)
    expected = model(x)
    deployed = surgery.deploy(model)
    assert relative_error(deployed(x), expected) <= tolerances.DEPLOYED
    for run in exports.EVERY_FORMAT:
        received = run(deployed, [x], tmp_path)
        received = received[0] if isinstance(received, list) else received
        assert relative_error(received, expected) <= tolerances.DEPLOYED, run.__name__


@pytest.mark.parametrize("name", CASES)
def test_folded_networks_give_equal_outputs(name):
    model = build(name, "C4")
    x = sample(model, CASES[name].grid)
    deployed = surgery.deploy(model, input_shape=x.shape[1:], fold_batch_norm=True)
    assert relative_error(deployed(x), model(x)) <= tolerances.DEPLOYED
