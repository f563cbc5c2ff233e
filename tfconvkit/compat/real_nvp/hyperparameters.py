"""The hyperparameters of `real_nvp_multiscale_dataset`."""

import tensorflow as tf

_RECURSION_TYPES = (1, 2, 3, 4)


class HParams:
    """Hyperparameters as attributes and as items.

    Args:
        **kwargs: Names and values.

    Example:
        >>> hps = get_default_hparams().update_config("base_dim=16,n_scale=2")
        >>> hps.base_dim, hps["n_scale"]
        (16, 2)
    """

    def __init__(self, **kwargs):
        self.dict_ = kwargs
        self.__dict__.update(kwargs)

    def update_config(self, in_string):
        """Sets values from `"name=value,name=value"`, each of the type that it had, and returns the object."""
        for name, value in (pair.split("=") for pair in in_string.split(",")):
            self[name] = type(self[name])(value)
        return self

    def __getitem__(self, key):
        return self.dict_[key]

    def __setitem__(self, key, val):
        self.dict_[key] = val
        self.__dict__[key] = val


def get_default_hparams():
    """Returns the hyperparameters of the official code."""
    return HParams(
        batch_size=64,
        residual_blocks=2,
        n_couplings=2,
        n_scale=4,
        learning_rate=0.001,
        momentum=1e-1,
        decay=1e-3,
        l2_coeff=0.00005,
        clip_gradient=100.0,
        optimizer="adam",
        dropout_mask=0,
        base_dim=32,
        bottleneck=0,
        use_batch_norm=1,
        alternate=1,
        use_aff=1,
        skip=1,
        data_constraint=0.9,
        n_opt=0,
    )


def recursion_type_of(hps):
    """Returns the recursion type: of `hps` if it has one, else of the script's flag, else 2.

    Args:
        hps: Object with hyperparameters as attributes.

    Raises:
        ValueError: for another number than 1, 2, 3, 4.
    """
    flags = tf.compat.v1.flags.FLAGS
    flag = flags["recursion_type"].value if "recursion_type" in flags else 2
    value = getattr(hps, "recursion_type", flag)
    if value not in _RECURSION_TYPES:
        raise ValueError(
            f"recursion_type must be one of {_RECURSION_TYPES}. Received {value!r}. Set it as an attribute of hps, or "
            "as the flag --recursion_type."
        )
    return value
