import re

import pytest

import tfconvkit
from tfconvkit.porting.themes import suggestions


@pytest.mark.parametrize("name", suggestions._LAYERS)
def test_every_suggested_name_is_there(name):
    paths = re.findall(r"\b((?:layers|models|ops|masks|losses)(?:\.\w+)*)", suggestions._LAYERS[name])
    for path in paths:
        place = tfconvkit
        for part in path.split("."):
            assert hasattr(place, part), path
            place = getattr(place, part)
    assert paths


def test_the_suggested_order_of_a_squeeze_is_one():
    (order,) = re.findall(r'order="(\w+)"', suggestions._LAYERS["squeeze_2x2_ordered"])
    assert tfconvkit.layers.Squeeze(2, order=order).order == order
