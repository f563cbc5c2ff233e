"""The golden networks: weights of the original code, set by the names of the layers."""

from golden_files import load

VARIABLES = load("deepfillv2_64x64_cnum8_vars", area="inpaint")
STAGES = load("deepfillv2_64x64_cnum8_io", area="inpaint")
INPUTS = [STAGES["image"] / 127.5 - 1, STAGES["mask"]]


def set_generator(model):
    """Sets all weights of a `DeepFillV2(width=8)`; every variable has to find its layer."""
    left = {name for name in VARIABLES if name.startswith("inpaint_net|")}
    for layer in model.layers:
        if layer.weights:
            scope = f"inpaint_net|{layer.name}"
            scope = scope if f"{scope}|kernel" in VARIABLES else f"{scope}|{layer.name}_conv"
            layer.set_weights([VARIABLES[f"{scope}|{name}"] for name in ("kernel", "bias")])
            left -= {f"{scope}|kernel", f"{scope}|bias"}
    assert not left
    return model


def set_discriminator(model):
    """Sets all weights of an `SNPatchGAN(width=4)`."""
    for number in range(1, 7):
        scope, wrapper = f"discriminator|sn_patch_gan|conv{number}", model.get_layer(f"conv{number}")
        wrapper.layer.kernel.assign(VARIABLES[f"{scope}|kernel"])
        wrapper.layer.bias.assign(VARIABLES[f"{scope}|bias"])
        wrapper.vector_u.assign(VARIABLES[f"{scope}|kernel_sn|u"])
    return model
