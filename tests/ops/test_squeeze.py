import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layers.flow import legacy

from tfconvkit.ops import squeeze

OFFICIAL = {
    "channel_major": ("squeeze_2x2", "unsqueeze_2x2"),
    "diagonal": ("ordered", "ordered_reverse"),
    "pixel_major": ("space_to_depth", "depth_to_space"),
}
GOLDEN = legacy.cases("squeeze")


@pytest.mark.parametrize("order", squeeze.ORDERS)
@pytest.mark.parametrize("name", [name for name in GOLDEN if name.startswith("s")])
def test_moves_are_those_of_the_official_code(name, order):
    case = GOLDEN[name]
    forward, back = OFFICIAL[order]
    np.testing.assert_array_equal(squeeze.squeeze(case["in"]["x"], order=order), case["out"][f"f|{forward}"])
    np.testing.assert_array_equal(squeeze.unsqueeze(case["in"]["z"], order=order), case["out"][f"f|{back}"])


@pytest.mark.parametrize("name", [name for name in GOLDEN if name.startswith("nxn")])
def test_bigger_blocks_are_those_of_the_official_code(name):
    case = GOLDEN[name]
    y = squeeze.squeeze(case["in"]["x"], int(case["cfg"]["n_factor"]))
    np.testing.assert_array_equal(y, case["out"]["f|squeeze"])


@pytest.mark.parametrize("file, names", [
    ("uva_squeeze_split_masks", {"channel_major": ("squeeze", "unsqueeze")}),
    ("chris_squeeze", {"channel_major": ("squeeze", "unsqueeze"), "diagonal": ("alt", "alt_reverse")}),
])
def test_moves_are_those_of_the_tutorial_and_of_the_pytorch_code(file, names):
    for case in legacy.cases(file).values():
        inputs, outputs = ({k: legacy.last_channels(v) for k, v in case[part].items() if v.ndim > 1} for part in case)
        for order, (forward, back) in names.items() if "squeeze" in outputs else ():
            np.testing.assert_array_equal(squeeze.squeeze(inputs["x"], order=order), outputs[forward])
            np.testing.assert_array_equal(squeeze.unsqueeze(inputs["z"], order=order), outputs[back])


@given(
    coarse=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    block=st.integers(1, 4),
    channels=st.integers(1, 3),
    order=st.sampled_from(squeeze.ORDERS),
)
def test_unsqueeze_undoes_squeeze_in_every_rank(coarse, block, channels, order):
    x = np.random.default_rng(0).normal(size=(2, *(n * block for n in coarse), channels))
    y = squeeze.squeeze(x, block, order)
    assert y.shape == (2, *coarse, channels * block ** len(coarse))
    np.testing.assert_array_equal(squeeze.unsqueeze(y, block, order), x)


@pytest.mark.parametrize("order", ("channel_major", "pixel_major"))
def test_blocks_may_differ_between_the_axes(order):
    x = np.random.default_rng(0).normal(size=(1, 4, 9, 2))
    y = np.asarray(squeeze.squeeze(x, (2, 3), order))
    # Sub-pixel (1, 2) of channel 1.
    index = 6 * 1 + 3 * 1 + 2 if order == "channel_major" else 2 * (3 * 1 + 2) + 1
    np.testing.assert_array_equal(y[0, :, :, index], x[0, 1::2, 2::3, 1])
    np.testing.assert_array_equal(squeeze.unsqueeze(y, (2, 3), order), x)


@pytest.mark.parametrize("block", (2, 3, 4))
def test_diagonals_keep_every_row_and_column_of_a_block_equally_often(block):
    cells = squeeze.diagonal_order((block, block))
    for part in range(block):
        kept = cells[part * block : (part + 1) * block]
        assert sorted(kept // block) == sorted(kept % block) == list(range(block))
    assert squeeze.diagonal_order((2, 2)).tolist() == [0, 3, 1, 2]


def test_one_inf_stays_one():
    for order in squeeze.ORDERS:
        x = np.zeros((1, 4, 4, 3), "float32")
        x[0, 1, 2, 1] = np.inf
        y = np.asarray(squeeze.squeeze(x, 2, order))
        assert np.isinf(y).sum() == 1 and not np.isnan(y).any()
        assert np.isinf(squeeze.unsqueeze(y, 2, order)).sum() == 1


@given(st.permutations(range(12)))
def test_permuted_channels_are_taken_from_their_sources(sources):
    x = np.random.default_rng(0).normal(size=(2, 3, 12))
    np.testing.assert_array_equal(squeeze.permute_channels(x, sources), x[..., sources])


def test_blocks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"positive integer or 2 of them.*block_size=\(2, 2, 2\)"):
        squeeze.squeeze(np.zeros((1, 4, 4, 1)), (2, 2, 2))
    with pytest.raises(ValueError, match="block_size=0"):
        squeeze.squeeze(np.zeros((1, 4, 4, 1)), 0)
