import importlib

import pytest
from porting.checks import kinds, ported


@pytest.mark.parametrize("source, expected", [
    ("from groupy.gconv.tensorflow_gconv.splitgconv2d import gconv2d, gconv2d_util",
     "from tfconvkit.compat.groupy import gconv2d, gconv2d_util"),
    ("from groupy.gconv.make_gconv_indices import make_c4_z2_indices as m",
     "from tfconvkit.compat.groupy import make_c4_z2_indices as m"),
    ("from keras_gcnn.layers.convolutional import GConv2D", "from tfconvkit.compat.keras_gcnn import GConv2D"),
    ("from keras_gcnn.layers import GBatchNorm, GConv2D",
     "from tfconvkit.compat.keras_gcnn import GBatchNorm, GConv2D"),
    ("from inpaint_ops import gen_conv", "from tfconvkit.compat.inpainting import gen_conv"),
    ("import inpaint_ops", "import tfconvkit.compat.inpainting as inpaint_ops"),
    ("from neuralgym.ops.layers import *", "from tfconvkit.compat.inpainting import *"),
    ("from neuralgym.ops.gan_ops import gan_hinge_loss", "from tfconvkit.compat.inpainting import gan_hinge_loss"),
    ("from real_nvp_utils import (\n    batch_norm, conv_layer)",
     "from tfconvkit.compat.real_nvp import (\n    batch_norm, conv_layer)"),
    ("from imresize import imresize", "from tfconvkit.compat.kernelgan import imresize"),
    ("from util import post_process_k", "from tfconvkit.compat.kernelgan import post_process_k"),
    ("from util import something", "from util import something"), ("import util", "import util"),
])
def test_imports_go_to_the_shims(source, expected):
    text, findings = ported(source)
    assert text == expected and kinds(findings) == []
    for name in text.split("import ")[1].strip("()\n ").split(",") if "tfconvkit.compat." in text else ():
        module = importlib.import_module(text.split()[1])
        plain = name.split(" as ")[0].strip()
        assert plain in ("*", text.split()[1]) or hasattr(module, plain)


@pytest.mark.parametrize("source", ["from groupy.garray import C4_array", "import neuralgym as ng",
                                    "from keras_gcnn.applications.densenetgcnn import GDenseNet"])
def test_what_no_shim_has_is_named(source):
    text, findings = ported(source)
    assert text == source and kinds(findings) == [(1, source)]


def test_names_of_a_module_that_its_shim_has_not_are_named():
    _, findings = ported("import inpaint_ops as ops\nops.gen_conv(x, 3)\nops.no_such(x)\n")
    assert kinds(findings) == [(3, "inpaint_ops.no_such")]


def test_layers_are_suggested_for_legacy_calls():
    source = "from groupy.gconv.tensorflow_gconv.splitgconv2d import gconv2d\ny = gconv2d(x, w)\n"
    (line, what), = kinds(ported(source)[1], "suggestion")
    assert (line, what) == (2, "gconv2d")
    assert "tfconvkit.layers.GroupConv2D" in [finding.reason for finding in ported(source)[1]][-1]
