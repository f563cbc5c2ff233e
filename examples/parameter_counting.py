"""Which numbers of a group convolution are learnable, and how wide is a network of equal size? (GrouPy issue 21)

The derivation in three lines, W[s, t] being the filter from orientation t of an input field to s of an output field:
  a layer on S_in orientations with S_out ones has S_out * S_in filters for each pair of fields;
  Y(L_g x) = L_g Y(x) for all x holds if and only if W[g s, g t] = T_g W[s, t], with T_g the turn of the filter;
  with g = s: W[s, t] = T_s W[e, s^-1 t]. Free are the S_in filters of s = e, k * k * S_in numbers; the rest are copies.
Transformed filters do not count, orientations of the input do: S_in = 1 in the first layer, S in the next.
"""

import argparse
import itertools

import keras
import numpy as np

from tfconvkit import audit, groups, layers, padding, surgery
from tfconvkit.compat import groupy

FILTER = np.array([[2.0, 3.0], [5.0, 7.0]])[..., None, None]


def show_counts():
    print("1. The network of the issue: 3x3 filters, 3 colours to 5 fields to 7 fields, no bias")
    print("   group layer   k*k*c_in*filters   learnable = k*k*S_in*c_in*filters   with all copies (* S_out)")
    holds = True
    for name in ("C4", "D4"):
        convolutions = layers.LiftConv2D(5, 3, name, use_bias=False), layers.GroupConv2D(7, 3, name, use_bias=False)
        rows = audit.count(keras.Sequential([keras.Input((28, 28, 3)), *convolutions]))
        order = groups.get(name, rank=2).order
        for row, c_in, filters, size in zip(rows, (3, 5), (5, 7), (1, order), strict=True):
            wrong = 3 * 3 * c_in * filters
            print(f"   {name}     {c_in} to {filters} {wrong:17} {row.trainable:37} {row.expanded:27}")
            holds &= (row.trainable, row.expanded) == (size * wrong, order * size * wrong)
    return holds


def free_numbers(name, size=3):
    """Returns the dimension of all banks with W[g s, g t] = T_g W[s, t]: the rank of the mean of the actions of g."""
    group = groups.get(name, rank=2)
    shape, mean = (group.order, size, size, group.order), 0
    units = np.eye(np.prod(shape)).reshape(-1, *shape)
    for g in range(group.order):
        turned = groups.act(group, g, units.reshape(-1, *shape[1:]), "regular").reshape(units.shape)
        mean = mean + turned[:, group.cayley[group.inverse[g]]] / group.order
    return np.linalg.matrix_rank(mean.reshape(len(units), -1)), len(units)


def show_derivation(names):
    print("2.", "\n  ".join(__doc__.splitlines()[2:7]))
    print("   One field to one field, 3x3: dimension of the space of all equivariant banks, found without the formula")
    found = [(name, *free_numbers(name), 3 * 3 * groups.get(name, rank=2).order) for name in names]
    for name, free, total, formula in found:
        print(f"   {name}: {free} of {total} numbers are free, k * k * S_in = {formula}")
    return all(free == formula for _, free, _, formula in found)


def show_widths(names, width=64):
    convolutions = [keras.layers.Conv2D(width, 3, padding="same", activation="relu") for _ in range(4)]
    plain = keras.Sequential([keras.Input((32, 32, 3)), *convolutions, keras.layers.GlobalMaxPooling2D()])
    total = audit.count(plain).total
    print(f"3. 4 layers of N = {width} planes: {total.stored} parameters, {total.multiply_adds / 1e6:.1f} M products")
    print("   group  equal       rule of thumb        fields found    parameters   products")
    holds, rules = True, {"parameters": ("N / sqrt(S)", 0.5), "compute": ("N / S", 1)}
    for name, match in itertools.product(names, rules):
        (rule, power), order = rules[match], groups.get(name, rank=2).order
        model = surgery.to_equivariant(plain, group=name, match=match, print_fn=None)
        widths = "-".join(str(layer.filters) for layer in model.layers if hasattr(layer, "filters"))
        found = audit.count(model).total
        ratios = {"parameters": found.stored / total.stored, "compute": found.multiply_adds / total.multiply_adds}
        print(f"   {name:5}  {match:10} {rule:11} = {width / order**power:5.1f}   {widths:14} "
              f"{ratios['parameters']:10.3f} x {ratios['compute']:8.3f} x")
        holds &= abs(ratios[match] - 1) < 0.05
    print("   Fields are whole numbers, hence not quite 1. Equal parameters cost about S times the products.")
    return holds


def legacy(x, filters, pads):
    """The convolution of the issue by GrouPy's names, which tfconvkit.compat keeps."""
    indices, info, _ = groupy.gconv2d_util("Z2", "C4", x.shape[-1], filters.shape[-1], len(filters))
    return groupy.gconv2d(x, filters, [1, 1, 1, 1], pads, indices, info).numpy()


def script_error(name, convolve, x, fields):
    """The test of the issue: turn the input, expect the output turned and the channels of each field rolled by one."""
    turned, y = convolve(np.rot90(x, axes=(1, 2))), np.rot90(convolve(x), axes=(1, 2))
    expected = np.roll(y.reshape(*y.shape[:3], fields, -1), 1, axis=-1).reshape(y.shape)
    print(f"   {name:42} {np.abs(turned - expected).max():7.1e} {np.mean(turned != expected):6.0%}")
    return np.abs(turned - expected).max()


def show_script():
    print("4. The test script, turning by 90 degrees: largest error, and the share of numbers that fail with ==")
    rng = np.random.default_rng(0)
    small, larger = (np.eye(1, size**2).reshape(1, size, size, 1) for size in (2, 3))
    images, filters = rng.normal(size=(4, 9, 9, 3)).astype("float32"), rng.normal(size=(3, 3, 3, 5)).astype("float32")
    start = keras.initializers.Constant(FILTER)
    exact = layers.LiftConv2D(1, 2, "C4", padding="same", use_bias=False, dtype="float64", kernel_initializer=start)
    cases = [("2x2 filter, SAME on 2x2, as in the issue", lambda x: legacy(x, FILTER, "SAME"), small, 1),
             ("corrected: the layer's padding", lambda x: np.array(exact(x)), small, 1),
             ("2x2 filter, VALID on 3x3", lambda x: legacy(x, FILTER, "VALID"), larger, 1),
             ("5 fields, np.roll over all channels", lambda x: legacy(x, filters, "VALID"), images, 1),
             ("corrected: np.roll within each field", lambda x: legacy(x, filters, "VALID"), images, 5)]
    errors = [script_error(*parts) for parts in cases]
    print(f"   SAME pads a 2x2 image by {padding.same_pads(2, 2, 1)}: turned, it meets the filter one pixel off.")
    print("   np.roll over all moves orientation 3 of a field into the next. The last error is rounding: no ==.")
    return max(errors[1], errors[2], errors[4]) < 1e-5 and min(errors[0], errors[3]) > 0.1


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="derivation and widths for C4 alone")
    names = ["C4"] if parser.parse_args(arguments).quick else ["C4", "D4"]
    if not all([show_counts(), show_derivation(names), show_widths(names), show_script()]):
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
