"""The standard normal distribution, and the preprocessing around the flow with its cost."""

import math

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.real_nvp.scripts import cases
from laws import relative_error

from tfconvkit import layers, ops
from tfconvkit.compat.real_nvp import standard_normal_ll, standard_normal_sample

PREPROCESS = cases("preprocess")


@pytest.mark.parametrize("name", PREPROCESS)
def test_the_cost_of_an_identity_flow_equals_the_legacy_one(name):
    golden = PREPROCESS[name]
    expected, size = golden.results["f"], golden.inputs["x"][0].size
    x_in = (golden.inputs["x"] + golden.inputs["u"]) / 256
    logit, log_det = layers.Logit(alpha=1 - golden.settings["data_constraint"])(x_in, return_log_det=True)
    prior_ll = tf.reduce_sum(standard_normal_ll(logit), (1, 2, 3))
    cost = -tf.reduce_mean(prior_ll + log_det)
    values = {
        "x_in": x_in,
        "logit": logit,
        "transform_log_det": log_det,
        "standard_normal_ll": prior_ll,
        "cost_with_identity_flow": cost,
        "decoded_pixel": tf.clip_by_value(tf.sigmoid(logit), 0, 1) * 255,
        "bits_per_dim_identity_flow": ops.bounds.bits_per_dimension(-cost - size * math.log(256), size),
    }
    for key, value in values.items():
        assert relative_error(value, expected[key]) <= tolerances.GOLDEN_FLOW


def test_samples_are_standard_normal():
    tf.random.set_seed(0)
    x = standard_normal_sample([200, 500]).numpy()
    assert x.dtype == "float32" and abs(x.mean()) < 0.02 and abs(x.std() - 1) < 0.02
    density = np.exp(standard_normal_ll(np.linspace(-9, 9, 2001, dtype="float32")))
    assert abs(density.sum() * 18 / 2000 - 1) < 1e-5
