"""What the examples beside the five families answer, against golden numbers of other codes."""

import importlib.util
from pathlib import Path

import golden_files
import numpy as np
import pytest
import tolerances
from laws import relative_error

FOLDER = Path(__file__).parents[1] / "examples"
PARAMETERS = ("Wm", "bm", "Ws", "bs", "Wd", "bd")


def example(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def golden(name):
    return golden_files.load(name, area="linear")


@pytest.mark.parametrize("pads", ("SAME", "VALID"))
def test_the_script_of_issue_21_gives_the_numbers_of_issue_21(pads):
    data = golden_files.load("issue21")
    module = example("parameter_counting")
    assert np.array_equal(module.FILTER, data["w"])
    for x, y in zip(data[f"{pads}_x"], data[f"{pads}_y"], strict=True):
        assert relative_error(module.legacy(x, data["w"], pads), y) <= tolerances.GOLDEN_FLOAT64


def test_a_trace_of_a_recurrent_network_equals_the_golden_one():
    data, module = golden("rnn_trace"), example("rnn_by_hand")
    rows = module.trace(data["x"], data["Wxh"], data["Why"])
    for name, found in zip("uvhy", rows, strict=True):
        assert relative_error(found, data[name]) <= tolerances.GOLDEN_FLOAT64
    assert np.array_equal(np.eye(module.M)[module.LETTERS], data["x"])


def test_a_gaussian_process_has_the_golden_covariance_samples_and_crossings():
    pytest.importorskip("tensorflow_probability")
    data, module = golden("gp_prior"), example("gp_prior_shapes")
    assert module.GAMMA == data["gamma"] and module.JITTER == data["jitter"]
    K = module.covariance("rbf", data["X"], data["X"])
    assert relative_error(K, data["K"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(module.draw(data["K"], data["jitter"], data["z"]), data["f"]) <= tolerances.GOLDEN_CHOLESKY
    assert relative_error(module.rice_rate("rbf", 1.0), data["upcross_theory"]) <= tolerances.SECOND_DIFFERENCE


BOUNDS = {"elbo": "elbo", "iwelbo": "weighted", "stopgrad": "asked, v constant", "nostop_op_bug": "asked, v moving"}


@pytest.mark.parametrize("key", BOUNDS)
def test_bounds_through_distributions_have_the_golden_values_and_gradients(key):
    pytest.importorskip("tensorflow_probability")
    pytest.importorskip("tf_keras")
    data, module = golden("iwelbo"), example("iwae_bound")
    parameters = [data[name] for name in PARAMETERS]
    value, gradients = module.linear_gradients(module.BOUNDS[BOUNDS[key]], data["x"], data["eps"], *parameters)
    expected = np.concatenate([data[f"grad_{key}_{name}"].ravel() for name in PARAMETERS])
    assert relative_error(value, data[f"val_{key}"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(gradients, expected) <= tolerances.GOLDEN_FLOAT64


@pytest.fixture(scope="module")
def essential():
    return example("essential_matrix")


@pytest.fixture(params=range(5))
def case(request):
    prefix = f"c{request.param}_"
    return {key.removeprefix(prefix): value for key, value in golden("essential").items() if key.startswith(prefix)}


def rays(points):
    return np.concatenate([points, np.ones((len(points), 1))], axis=1)


def test_poses_of_an_essential_matrix_are_the_golden_ones(essential, case):
    poses = essential.poses(case["E_noisy"])
    assert relative_error(essential.project(case["E_noisy"]), case["E_projected_110"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(np.stack([R for R, _ in poses]), case["R_candidates"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(np.stack([t for _, t in poses]), case["t_candidates"]) <= tolerances.GOLDEN_FLOAT64
    counts = [essential.in_front(*pose, rays(case["x1"]), rays(case["x2"])) for pose in poses]
    assert np.array_equal(counts, case["counts_in_front"])


def test_the_rotation_by_cofactors_is_one_of_the_golden_ones(essential, case):
    found = np.asarray(essential.rotation(essential.project(case["E_noisy"])))
    errors = [relative_error(found, R) for R in case["R_candidates"]]
    assert min(errors) <= tolerances.GOLDEN_FLOAT64


def test_the_pose_in_front_of_both_cameras_is_the_one_of_opencv(essential, case):
    both = rays(case["x1"]), rays(case["x2"])
    R, t = max(essential.poses(case["E_noisy"]), key=lambda pose: essential.in_front(*pose, *both))
    assert relative_error(R, case["cv_recover_R"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(t, case["cv_recover_t"].ravel()) <= tolerances.GOLDEN_FLOAT64


def test_the_two_rotations_are_those_of_opencv(essential, case):
    ours = [R for R, _ in essential.poses(case["E_noisy"])]
    for name in ("cv_R1", "cv_R2"):
        assert min(relative_error(R, case[name]) for R in ours) <= tolerances.GOLDEN_FLOAT64


def test_projecting_changes_no_pose(essential, case):
    projected = essential.poses(np.asarray(essential.project(case["E_noisy"])))
    for R, t in essential.poses(case["E_noisy"]):
        differences = [max(relative_error(R, other), relative_error(t, u)) for other, u in projected]
        assert min(differences) <= tolerances.GOLDEN_FLOAT64


def test_exact_points_give_the_matrix_back(essential, case):
    found = np.asarray(essential.project(essential.estimate(rays(case["x1"]), rays(case["x2"]))))
    errors = [relative_error(sign * found, case["E_true"]) for sign in (1, -1)]
    assert min(errors) <= tolerances.GOLDEN_FLOAT64
