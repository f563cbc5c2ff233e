import re

import pytest

import tfconvkit
from tfconvkit.porting.themes import suggestions


@pytest.mark.parametrize("name", suggestions._LAYERS)
def test_every_suggested_name_is_there(name):
    for path in re.findall(r"\b((?:layers|models|ops|masks|losses)(?:\.\w+)*)", suggestions._LAYERS[name]):
        place = tfconvkit
        for part in path.split("."):
            place = getattr(place, part)
