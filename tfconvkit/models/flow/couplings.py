"""The couplings of the official RealNVP, scale by scale."""

from typing import Any, NamedTuple

from tfconvkit import layers
from tfconvkit.models.weight_norm_resnet import WeightNormResNet

AFFINE = ("all", "last")
# Which half stays: masks of the checkerboard and of the channels alternate.
_CHECKERBOARDS = (True, False, True)
_CHANNELS = (False, True, False)


class ScaleKit(NamedTuple):
    """Makes the levels of a `ScalePyramid` by the arguments of `RealNVP`.

    Layers have the official names: `scale_0/coupling_4/resnet`, with the normalisation of a coupling's result as
    `coupling_4_bn_out` beside it.

    Args:
        affine: `"all"` or `"last"`.
        momentum: Of the moving moments.
        reversible: Whether each level is a reversible chain.
        dtype: Dtype policy of all layers.
        network: Further arguments of each `WeightNormResNet`.
    """

    affine: str
    momentum: float
    reversible: bool
    dtype: Any
    network: dict

    def level(self, scale, channels, filters, is_last):
        """Returns the chain of one scale.

        Args:
            scale: Number of the scale.
            channels: Channels that arrive there.
            filters: Channels of the hidden maps.
            is_last: Whether no scale follows.
        """
        chain = self._three(range(3), "checkerboard", _CHECKERBOARDS, channels, filters)
        if is_last:
            chain += self._coupling(3, "checkerboard", False, channels, filters, is_affine=True)
        else:
            squeeze = layers.Squeeze(2, dtype=self.dtype, name="squeeze")
            back = layers.Invert(layers.Squeeze(2, dtype=self.dtype), name="unsqueeze")
            cut = self._three(range(4, 7), "channel", _CHANNELS, 2 * channels, 2 * filters)
            chain += [squeeze, *cut, back]
        return layers.Chain(chain, reversible=self.reversible, name=f"scale_{scale}")

    def _three(self, numbers, mask, complements, changed, filters):
        pairs = zip(numbers, complements, strict=True)
        couplings = [
            self._coupling(number, mask, complement, changed, filters, self.affine == "all" or number == numbers[-1])
            for number, complement in pairs
        ]
        return [layer for coupling in couplings for layer in coupling]

    def _coupling(self, number, mask, complement, changed, filters, is_affine):
        """Returns a coupling that changes `changed` channels, and its normalisation."""
        is_spatial = mask == "checkerboard"
        network = WeightNormResNet(
            filters,
            (1 + is_affine) * changed,
            # Half of a checkerboard is zeros.
            input_scale=2.0 if is_spatial else 1.0,
            side_channels=1 if is_spatial else 0,
            momentum=self.momentum,
            dtype=self.dtype,
            name="resnet",
            **self.network,
        )
        common = dict(mask=mask, complement=complement, dtype=self.dtype)
        arguments = dict(append_mask=is_spatial, name=f"coupling_{number}", **common)
        use_batch_norm = self.network["use_batch_norm"]
        if is_affine:
            # The official `rescaling_scale` of checkerboards starts at 0, the `scale` of channels at 1.
            start = "zeros" if is_spatial else "ones"
            scaling = dict(scale_initializer=start, use_scale_shift=not use_batch_norm)
            coupling = layers.AffineCoupling(network, **scaling, **arguments)
        else:
            coupling = layers.AdditiveCoupling(network, **arguments)
        if not use_batch_norm:
            return [coupling]
        name = f"coupling_{number}_bn_out"
        return [coupling, layers.FlowBatchNormalization(momentum=self.momentum, name=name, **common)]
