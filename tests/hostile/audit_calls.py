"""Calls of `tfconvkit.audit` and `tfconvkit.surgery` that work."""

import functools

import keras
from hostile.calls import Call
from hostile.tensors import array

from tfconvkit import audit, layers, surgery


@functools.cache
def plain():
    return keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(4, 3, padding="same", activation="relu"),
                             keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3)])


@functools.cache
def linear():
    return keras.Sequential([keras.Input((None, None, 2)), keras.layers.Conv2D(4, 3, name="wide"),
                             keras.layers.Conv2D(3, 1, name="narrow")])


@functools.cache
def turning():
    return keras.Sequential([keras.Input((None, None, 2)), layers.LiftConv2D(2, 3, "C4", padding="same"),
                             layers.GroupBatchNormalization("C4"),
                             layers.GroupPooling("C4")])


def answered(function):
    """The function, for which a failed assertion is an answer too."""

    @functools.wraps(function)
    def call(**arguments):
        try:
            return function(**arguments)
        except AssertionError as error:
            assert len(str(error)) > 40
            return None

    return call


def is_counted(result, **_):
    return all(row.stored >= row.trainable >= 0 for row in result)


EQUIVARIANCE = dict(target=turning(), group="C4", input_shape=(6, 6, 2), batch_size=1, seed=0, training=False,
                    tolerance=1e-4, input_field="trivial", fields={})
REPORTS = [audit.count(plain()), audit.equivariance(turning(), "C4", (6, 6, 2)), audit.safe_sizes(turning(), "C4")]
AUDIT = [
    Call("audit.count", audit.count, dict(target=plain(), input_shape=None), is_counted),
    Call("audit.count", audit.count, dict(target=turning(), input_shape=(6, 6, 2)), is_counted),
    Call("audit.equivariance", audit.equivariance, EQUIVARIANCE, is_smooth=False),
    Call("audit.assert_equivariant", answered(audit.assert_equivariant), EQUIVARIANCE, is_smooth=False),
    Call("audit.safe_sizes", audit.safe_sizes,
         dict(target=turning(), group="C4", sizes=[4, 5, 6], input_shape=(6, 6, 2))),
    *(Call("audit.table", audit.table, dict(result=report), is_smooth=False) for report in REPORTS),
    *(Call("audit.to_json", audit.to_json, dict(result=report), is_smooth=False) for report in REPORTS),
]
SURGERY = [
    Call("surgery.collapse", surgery.collapse,
         dict(model=linear(), allow_border=False, layers=["wide", "narrow"], input_shape=(6, 6, 2), print_fn=None),
         is_smooth=False),
    Call("surgery.deploy", surgery.deploy, dict(model=turning(), input_shape=(6, 6, 2), fold_batch_norm=True),
         is_smooth=False),
    Call("surgery.to_equivariant", surgery.to_equivariant,
         dict(model=plain(), group="C4", match="parameters", input_shape=(8, 8, 2), print_fn=None), is_smooth=False),
    Call("surgery.assert_equivalent", answered(surgery.assert_equivalent),
         dict(model=plain(), other=plain(), inputs=array(2, 8, 8, 2), tolerance=1e-5, seed=0, print_fn=None),
         is_smooth=False),
    Call("surgery.assert_equivalent", answered(surgery.assert_equivalent),
         dict(model=plain(), other=plain(), inputs=[array(2, 8, 8, 2)], print_fn=None), is_smooth=False),
]
CALLS = [*AUDIT, *SURGERY]
