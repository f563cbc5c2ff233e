"""The hyperparameters of the legacy script."""

from tfconvkit.compat.real_nvp import get_default_hparams


def test_values_are_set_from_a_string_in_their_types():
    hps = get_default_hparams().update_config("base_dim=16,learning_rate=1e-4,optimizer=rmsprop")
    assert (hps.base_dim, hps.learning_rate, hps["optimizer"], hps.n_scale) == (16, 1e-4, "rmsprop", 4)


def test_attributes_and_items_agree():
    hps = get_default_hparams()
    hps["skip"] = 0
    assert hps.skip == hps["skip"] == 0
