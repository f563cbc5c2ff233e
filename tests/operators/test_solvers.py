"""Solvers: golden pseudo-inverses, Penrose's conditions, residuals, batches, gradients, XLA, what they say."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends.running import compiled, graph
from golden_files import load
from keras import ops
from laws import gradient_error, gradients, relative_error
from operators import cases

from tfconvkit import operators
from tfconvkit.operators import GMRES, ConjugateGradient, Convolution, Dense, Identity, Mask, Spectral

PADDINGS = {"same": {}, "valid": dict(padding="valid"), "full": dict(padding="full"), "circ": dict(pad_mode="wrap")}
SAME = ("blur_c1_k5", "dom_c3", "k35_c2", "randn_c2", "randn_c4", "s2_2to10", "s2_c3", "tall_2to4", "wide_4to2")
CONDITION_OF_ITERATIVE = 1e4
ITERATIVE = [f"same_{name}" for name in SAME] + ["valid_blur_c1_k5", "valid_randn_c2", "valid_s2_c3",
                                                "valid_tall_2to4", "full_c2"]
CIRCULAR = ("circ_even_k4_c2", "circ_randn_c4", "circ_rankdef_c3", "circ_s2_2to8", "circ_s2_c3", "circ_tall_2to4",
            "circ_wide_4to2")


def problem(name):
    golden = load(f"pinv_{name}", area="linear")
    arguments = {"strides": int(golden["stride"]), **PADDINGS[name.partition("_")[0]]}
    return golden, Convolution(golden["kernel_hwio"], golden["in_hw"].tolist(), **arguments)


def error(solution, golden, key=""):
    return relative_error(solution.value[0], golden[f"xhat_random{key}"])


@pytest.mark.parametrize("name", (*ITERATIVE, *CIRCULAR))
def test_direct_solves_reproduce_the_golden_pseudo_inverses(name):
    golden, operator = problem(name)
    make, y = Spectral if name.startswith("circ") else Dense, golden["y_random"][None]
    plain = make(rcond=1e-12) if "rankdef" in name else make()
    errors = [error(operator.solve(y, plain), golden)]
    for key in ("rcond_0.01", "rcond_0.001", "tikhonov_0.1", "tikhonov_0.01", "tikhonov_0.0001"):
        kind, _, value = key.partition("_")
        solver = make(rcond=float(value)) if kind == "rcond" else make(damping=float(value))
        if not name.startswith("circ") and key not in ("rcond_0.001", "tikhonov_0.0001"):
            continue  # the others differ by a number alone, and a matrix takes a second to decompose
        errors.append(error(operator.solve(y, solver), golden, f"_{key}"))
    assert max(errors) <= tolerances.PSEUDO_INVERSE


@pytest.mark.parametrize("name", ITERATIVE)
def test_krylov_solves_reproduce_the_golden_pseudo_inverses(name):
    golden, operator = problem(name)
    values = golden["singular_values"]
    assert values[0] / values[-1] < CONDITION_OF_ITERATIVE
    solver = ConjugateGradient(tol=1e-11, max_steps=2000)
    solution = graph(lambda y: operator.solve(y, solver))(golden["y_random"][None])
    assert error(solution, golden) <= tolerances.ITERATIVE
    residual = np.linalg.norm(operator.matvec(solution.value) - golden["y_random"]) / np.linalg.norm(golden["y_random"])
    assert float(solution.residual[0]) == pytest.approx(residual, rel=1e-2, abs=1e-15)
    assert bool(solution.converged[0]) == (residual <= 1e-11)


@pytest.mark.parametrize("name", ("same_randn_c2", "same_tall_2to4", "valid_randn_c2", "full_c2"))
def test_damped_krylov_solves_reproduce_the_golden_ones(name):
    golden, operator = problem(name)
    solver = ConjugateGradient(damping=0.01, tol=1e-11, max_steps=1000)
    solution = graph(lambda y: operator.solve(y, solver))(golden["y_random"][None])
    assert error(solution, golden, "_tikhonov_0.01") <= tolerances.ITERATIVE and bool(solution.converged[0])


@pytest.mark.parametrize("name", ("same_dom_c3", "same_k35_c2"))
def test_minimal_residuals_reproduce_well_conditioned_golden_ones(name):
    golden, operator = problem(name)
    solution = graph(lambda y: operator.solve(y, GMRES(tol=1e-12)))(golden["y_random"][None])
    assert error(solution, golden) <= tolerances.ITERATIVE
    assert bool(solution.converged[0]) and int(solution.steps[0]) <= 25


def penrose_errors(a, b):
    """Of `A B A = A`, `B A B = B`, and of the symmetries of `A B` and `B A`."""
    return (relative_error(a @ b @ a, a), relative_error(b @ a @ b, b),
            relative_error((a @ b).T, a @ b), relative_error((b @ a).T, b @ a))


@pytest.mark.parametrize("name, strides, solver", [
    ("same", 1, Dense), ("valid", 1, Dense), ("full", 2, Dense), ("circ", 1, Spectral), ("circ", 2, Spectral),
])
def test_penrose_conditions(name, strides, solver):
    operator = Convolution(cases.numbers(3, 2, 2, 3), (6, 4), strides=strides, **PADDINGS[name])
    a = np.array(operator.to_dense())
    b = np.array(operator.pinv(solver()).to_dense())
    assert max(penrose_errors(a, b)) <= tolerances.PSEUDO_INVERSE
    u, s, v = np.linalg.svd(a, full_matrices=False)
    place = int(np.argmax(s[:-1] - s[1:]))
    rcond = float(s[place] + s[place + 1]) / 2 / s[0]
    truncated = u * np.where(s > rcond * s[0], s, 0) @ v
    b = np.array(operator.pinv(solver(rcond=rcond)).to_dense())
    assert max(penrose_errors(truncated, b)) <= tolerances.PSEUDO_INVERSE
    b = np.array(operator.pinv(solver(damping=0.1)).to_dense())
    assert max(penrose_errors(a, b)[2:]) <= tolerances.PSEUDO_INVERSE < penrose_errors(a, b)[0]


@pytest.mark.parametrize("name, solver", [("valid", Dense()), ("wrap", Spectral()), ("same", Dense(damping=0.1))])
def test_direct_solves_are_linear_and_have_an_adjoint(name, solver):
    inverse = cases.convolution(name).pinv(solver)
    x, y = cases.samples(inverse)
    both = inverse.matvec(2.5 * x[:1] - 0.5 * x[1:])
    expected = 2.5 * inverse.matvec(x)[:1] - 0.5 * inverse.matvec(x)[1:]
    assert relative_error(both, expected) <= tolerances.LAW["float64"]
    back = np.reshape(y, (2, -1)) @ np.array(inverse.to_dense())
    assert relative_error(inverse.rmatvec(y), back.reshape(x.shape)) <= tolerances.LAW["float64"]


def well_conditioned(size=3, channels=2, amount=0.25, grid=(8, 9), seed=0, **arguments):
    kernel = amount * cases.numbers(size, size, channels, channels, seed=seed) / np.sqrt(size * size * channels)
    kernel[size // 2, size // 2] += np.eye(channels)
    return Convolution(kernel, grid, **arguments)


SOLVERS = {
    "spectral": (dict(pad_mode="wrap"), Spectral()),
    "dense": ({}, Dense()),
    "damped": ({}, Dense(damping=0.2)),
    "tall": (dict(padding="full"), Dense()),
    "wide": (dict(padding="valid"), Dense()),
    "steps": ({}, ConjugateGradient(tol=1e-13)),
    "damped steps": ({}, ConjugateGradient(tol=1e-13, damping=0.2)),
    "tall steps": (dict(padding="full"), ConjugateGradient(tol=1e-13)),
    "wide steps": (dict(padding="valid"), ConjugateGradient(tol=1e-13)),
    "wide damped steps": (dict(padding="valid"), ConjugateGradient(tol=1e-13, damping=0.2, preconditioner=None)),
    "minimal": ({}, GMRES(tol=1e-13)),
    "cut spectral": (dict(pad_mode="wrap"), Spectral(rcond=0.4)),
    "cut dense": ({}, Dense(rcond=0.4)),
}


@pytest.mark.parametrize("name, is_graph", [
    *((name, True) for name in SOLVERS), *((name, False) for name in ("spectral", "tall", "damped", "cut dense")),
])
def test_gradients_reach_the_data_and_the_kernel(name, is_graph):
    arguments, solver = SOLVERS[name]
    start = well_conditioned(grid=(4, 5), amount=0.6, **arguments)

    def function(kernel, y):
        return Convolution(kernel, (4, 5), **arguments).solve(y, solver).value

    inputs = [ops.convert_to_tensor(t) for t in (start.kernel, cases.samples(start)[1])]
    if is_graph:
        function = graph(function)
    error = gradient_error(function, inputs, np.random.default_rng(0))
    assert error <= tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("solver", (ConjugateGradient(tol=1e-13), Dense()))
def test_gradients_pass_an_inverse_that_was_made_before(solver):
    start = well_conditioned()
    kernel, (x, y) = keras.Variable(start.kernel, dtype="float64"), cases.samples(start)
    inverse, weights = Convolution(kernel, (8, 9)).pinv(solver), ops.convert_to_tensor(x)
    cached = gradients(lambda: ops.sum(inverse.matvec(y) * weights), (), [kernel])
    anew = gradients(lambda: ops.sum(Convolution(kernel, (8, 9)).solve(y, solver).value * weights), (), [kernel])
    assert relative_error(cached, anew) <= tolerances.LAW["float64"]


def test_with_rcond_an_inverse_that_was_made_before_stops_the_kernels_gradient():
    start = well_conditioned(pad_mode="wrap")
    kernel, (x, y) = keras.Variable(start.kernel, dtype="float64"), cases.samples(start)
    inverse = Convolution(kernel, (8, 9), pad_mode="wrap").pinv(Spectral(rcond=0.4))
    weights = ops.convert_to_tensor(x)
    of_y, of_kernel = gradients(lambda y: ops.sum(inverse.matvec(y) * weights), [y], [kernel])
    assert np.abs(ops.convert_to_numpy(of_y)).max() > 0.1 and np.abs(ops.convert_to_numpy(of_kernel)).max() == 0


@pytest.mark.parametrize("name", ("steps", "wide steps", "damped steps", "minimal"))
def test_xla_compiles_the_steps(name):
    arguments, solver = SOLVERS[name]
    operator = well_conditioned(grid=(6, 6), **arguments)
    _, y = cases.samples(operator)
    solution = compiled(lambda y: operator.solve(y, solver))(ops.convert_to_tensor(y))
    assert relative_error(solution.value, operator.solve(y, solver).value) <= tolerances.ITERATIVE
    assert np.all(np.array(solution.converged))


@pytest.mark.tensorflow("graphs")
def test_one_graph_serves_every_batch():
    operator = well_conditioned()
    solve = tf.function(lambda y: operator.solve(y, ConjugateGradient()),
                        input_signature=[tf.TensorSpec((None, *operator.range_shape), tf.float64)])
    for batch in (1, 3):
        assert np.all(solve(cases.numbers(batch, *operator.range_shape)).converged)
    assert solve.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("solver", (ConjugateGradient(), GMRES(memory=5)))
def test_each_sample_stops_by_itself(solver):
    """A right side with the weights of m eigenvectors takes m steps."""
    operator = Mask(np.arange(1.0, 6.0))
    y = np.array([[1.0, 1, 1, 1, 1], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [1, 0, 0, 1, 0]])
    together = operator.solve(y, solver)
    assert np.array(together.steps).tolist() == [5, 0, 1, 2]
    for sample in range(4):
        alone = operator.solve(y[sample : sample + 1], solver)
        assert relative_error(together.value[sample : sample + 1], alone.value) <= tolerances.LAW["float64"]
    assert not np.any(np.array(together.value[1])) and together.residual[1] == 0
    assert together.steps.shape == together.residual.shape == together.converged.shape == (4,)
    assert np.all(np.array(together.converged)) and np.all(np.array(together.residual) <= 1e-10)


@pytest.mark.parametrize("solver", (ConjugateGradient(), GMRES()))
def test_float32_reaches_its_residual(solver):
    operator = well_conditioned(channels=8, grid=(32, 32))
    operator = Convolution(operator.kernel.astype("float32"), (32, 32))
    y = np.array(operator.matvec(cases.numbers(2, *operator.domain_shape).astype("float32")))
    solution = operator.solve(y, solver)
    exact = Convolution(np.float64(operator.kernel), (32, 32)).matvec(np.float64(solution.value))
    residual = np.linalg.norm(exact - y) / np.linalg.norm(y)
    assert np.all(np.array(solution.converged)) and ops.dtype(solution.value) == "float32"
    assert residual <= 1.5e-6 and solution.residual[0] <= 1e-6


@pytest.mark.parametrize("make", (ConjugateGradient, GMRES))
def test_solved_samples_stop_changing(make):
    operator = Mask(np.arange(1.0, 6.0))
    y = np.array([[1.0, 1, 1, 1, 1], [1, 0.1, 0, 0, 0.05], [0.1, 1, 0.2, 0, 0]])
    together = operator.solve(y, make(tol=0.15))
    assert len(set(np.array(together.steps).tolist())) > 1 and np.max(together.residual) > 1e-3
    alone = [operator.solve(y[sample : sample + 1], make(tol=0.15)).value for sample in range(3)]
    assert relative_error(together.value, np.concatenate(alone)) <= tolerances.LAW["float64"]


def test_runs_start_again_where_the_recursion_was_wrong():
    """Without a second run, the residual here is 3.1e-7 where a run ends once the recursion says 2.1e-7."""
    operator = well_conditioned(amount=1.2, grid=(16, 16))
    operator = Convolution(operator.kernel.astype("float32"), (16, 16))
    y = operator.matvec(cases.numbers(1, 16, 16, 2, seed=5).astype("float32"))
    assert bool(operator.solve(y, ConjugateGradient(tol=3e-7, max_steps=300)).converged[0])


@pytest.mark.parametrize("make", (ConjugateGradient, GMRES))
def test_random_kernels_do_not_converge_and_say_so(make):
    operator = Convolution(cases.numbers(3, 3, 4, 4).astype("float32"), (32, 32))
    y = operator.matvec(cases.numbers(1, *operator.domain_shape).astype("float32"))
    solution = operator.solve(y, make(max_steps=8))
    residual = np.linalg.norm(operator.matvec(solution.value) - y) / np.linalg.norm(y)
    assert not solution.converged[0] and int(solution.steps[0]) == 8
    assert float(solution.residual[0]) == pytest.approx(residual, rel=1e-4) and 1e-6 < residual < 1
    with pytest.warns(RuntimeWarning, match=r"did not converge for Convolution.*residual .* up to .*more max_steps"):
        operator.pinv(make(max_steps=8)).matvec(y)


def test_data_that_are_not_finite_do_not_converge():
    operator = well_conditioned()
    y = cases.numbers(2, *operator.range_shape)
    y[0, 0, 0, 0] = np.nan
    for solver in (ConjugateGradient(), GMRES(), Dense()):
        assert np.array(operator.solve(y, solver).converged).tolist() == [False, True]


def test_inconsistent_data_have_a_least_squares_solution_that_optimality_judges():
    operator = well_conditioned(padding="full")
    y = cases.numbers(2, *operator.range_shape)
    for solver in (ConjugateGradient(), Dense()):
        solution = operator.solve(y, solver)
        assert not np.any(np.array(solution.converged)) and np.all(np.array(solution.residual) > 0.1)
        assert np.all(np.array(operators.optimality(operator, solution.value, y)) <= 1e-9)
        operator.pinv(solver).matvec(y)  # without a warning, which would be an error here


def test_prox_moves_a_centre_towards_the_data():
    operator = well_conditioned()
    center, y = cases.samples(operator)
    inverse = operator.pinv(Dense(damping=0.5))
    x = np.array(inverse.prox(y, center))
    gradient = np.array(operator.rmatvec(np.array(operator.matvec(x)) - y)) + 0.5 * (x - center)
    assert np.abs(gradient).max() <= tolerances.PSEUDO_INVERSE
    with pytest.raises(ValueError, match=r"prox expects a solver with damping > 0. Received Dense\(rcond=None"):
        operator.pinv(Dense()).prox(y, center)


@pytest.mark.parametrize("operator, solver, reason", [
    (well_conditioned(pad_mode="wrap"), Spectral, "picked for its frequencies"),
    (well_conditioned(pad_mode="wrap").H, Spectral, "picked for its frequencies"),
    (well_conditioned(), Dense, "picked for its small matrix"),
    (well_conditioned(grid=(32, 32)), ConjugateGradient, "picked for its size"),
])
def test_the_pseudo_inverse_says_what_it_picked(operator, solver, reason):
    inverse = operators.pinv(operator)
    assert type(inverse.solver) is solver and reason in repr(inverse)


@pytest.mark.parametrize("strides, is_circular", [((2, 1), True), ((1, 2), False)])
def test_products_are_circular_on_one_coarse_grid(strides, is_circular):
    """Strides that come first leave one grid; later ones see a grid that is too fine for their symbol."""
    first = Convolution(cases.numbers(3, 2, 2, 9), (8, 6), pad_mode="wrap", strides=strides[0])
    grid = first.range_shape[:-1]
    product = Convolution(cases.numbers(2, 2, 9, 9), grid, pad_mode="wrap", strides=strides[1]) @ first
    assert product.is_circular is is_circular and product.H.is_circular is is_circular
    inverse = product.pinv()
    expected = np.linalg.pinv(np.array(product.to_dense()))
    assert type(inverse.solver) is (Spectral if is_circular else Dense)
    assert relative_error(inverse.to_dense(), expected) <= tolerances.PSEUDO_INVERSE


def test_the_pseudo_inverse_says_what_was_asked():
    assert "Dense(rcond=None, damping=1.0), as asked" in repr(well_conditioned().pinv(Dense(damping=1.0)))


def test_an_operator_may_precondition():
    operator = well_conditioned(amount=0.6, seed=3)
    y = operator.matvec(cases.numbers(1, *operator.domain_shape))
    exact = operator.pinv(Dense())
    assert int(operator.solve(y, GMRES(preconditioner=exact)).steps[0]) == 1
    normal = exact @ exact.H
    assert int(operator.solve(y, ConjugateGradient(preconditioner=normal)).steps[0]) == 1
    plain = operator.solve(y, ConjugateGradient(preconditioner=None))
    assert int(plain.steps[0]) > int(operator.solve(y, ConjugateGradient()).steps[0]) > 1


@pytest.mark.parametrize("make, message", [
    (lambda: Dense(rcond=1.0), r"Dense: expected rcond in \[0, 1\), or damping, not both. Received rcond=1.0"),
    (lambda: Spectral(rcond=0.1, damping=0.1), r"not both. Received rcond=0.1, damping=0.1. Cut off or damp"),
    (lambda: ConjugateGradient(damping=-1.0), r"damping must be at least 0 and tol positive. Received damping=-1.0"),
    (lambda: ConjugateGradient(tol=0.0), r"Received damping=0.0, tol=0.0"),
    (lambda: ConjugateGradient(max_steps=0), r"max_steps must be a positive integer and strength at least 0"),
    (lambda: GMRES(preconditioner="fft"), r'must be "auto", "circular", None or an operator. Received \'fft'),
    (lambda: GMRES(memory=0), r"memory must be at least 1. Received memory=0"),
    (lambda: well_conditioned(padding="full").pinv(GMRES()), r"GMRES expects a square operator. Received Convolution"),
    (lambda: Mask(np.ones(3)).pinv(ConjugateGradient(preconditioner="circular")), r'="circular" expects a Convolution'),
    (lambda: well_conditioned(strides=2).pinv(ConjugateGradient(preconditioner="circular")), r"divide the grid"),
    (lambda: well_conditioned().pinv(Spectral()), r"is not circular and has no matrix per frequency"),
])
def test_bad_solvers_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_identity_is_its_own_inverse():
    y = cases.numbers(2, 3, 4)
    for solver in (Dense(), ConjugateGradient(), GMRES()):
        assert relative_error(Identity((3, 4), "float64").solve(y, solver).value, y) <= tolerances.LAW["float64"]
