import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error
from layers.flow import legacy

from tfconvkit.models import GatedConvNet

NETS = {name: case for name, case in legacy.cases("uva_coupling").items() if name.startswith("net")}


@pytest.mark.parametrize("name", NETS)
def test_outputs_are_those_of_the_tutorial(name):
    case = NETS[name]
    hidden, blocks = int(case["cfg"]["c_hidden"]), int(case["cfg"]["num_layers"])
    x, y = legacy.last_channels(case["in"]["x"]), legacy.last_channels(case["out"]["y"])
    network = GatedConvNet(hidden, out_channels=y.shape[-1], blocks=blocks)
    network.build((None, None, None, x.shape[-1]))
    network.set_weights(legacy.uva_values(case["var"], "", blocks))
    assert relative_error(network(x), y) <= tolerances.GOLDEN_FLOW


def test_it_starts_at_zero_and_loads_again(tmp_path):
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    inputs = keras.Input((None, None, 3))
    network = GatedConvNet(4, 6, blocks=2)
    model = keras.Model(inputs, network(inputs))
    assert not np.any(model(x))
    network.set_weights([np.random.default_rng(1).normal(size=w.shape) for w in network.weights])
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "model.keras")(x), model(x))
