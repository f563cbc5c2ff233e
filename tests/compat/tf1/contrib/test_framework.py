"""`tf.contrib.framework`: argument scopes, variables by scope, values from checkpoints."""

import numpy as np
import pytest

import tfconvkit.compat.tf1 as tf

framework = tf.contrib.framework
add_arg_scope, arg_scope = framework.add_arg_scope, framework.arg_scope


@add_arg_scope
def pair(first, second=2, third=3):
    """Returns its arguments."""
    return first, second, third


def test_inner_scopes_win_and_arguments_over_both():
    with arg_scope([pair], second=20, third=30):
        with arg_scope([pair], third=300):
            assert pair(1) == (1, 20, 300) and pair(1, second=5) == (1, 5, 300)
        assert pair(1) == (1, 20, 30)
    assert pair(1) == (1, 2, 3)


def test_a_scope_can_be_entered_again_and_ends_after_an_error():
    with arg_scope([pair], second=20) as scope:
        pass
    with pytest.raises(KeyError, match="stop"), arg_scope(scope):
        assert pair(1) == (1, 20, 3)
        raise KeyError("stop")
    assert pair(1) == (1, 2, 3) and framework.current_arg_scope() == {}


def test_scopes_know_their_functions():
    assert framework.has_arg_scope(pair) and not framework.has_arg_scope(len)
    assert framework.arg_scoped_arguments(pair) == ["second", "third"] and pair.__doc__ == "Returns its arguments."
    assert "normalizer_fn" in framework.arg_scoped_arguments(tf.contrib.layers.conv2d)


@pytest.mark.parametrize("arguments, error, message", [
    (([len],), ValueError, "decorated by add_arg_scope. Received <built-in"),
    ((len,), TypeError, "expected a list of functions"),
    (({},), ValueError, r"beside the dictionary of an earlier scope. Received \['second'\]"),
])
def test_bad_scopes_are_answered(arguments, error, message):
    with pytest.raises(error, match=message), arg_scope(*arguments, second=1):
        pass
    with pytest.raises(ValueError, match="decorated by add_arg_scope. Received <built-in"):
        framework.arg_scoped_arguments(len)


def named(variables):
    return [variable.op.name for variable in variables]


def test_variables_are_found_by_scope_suffix_and_collection():
    with tf.Graph().as_default():
        with tf.variable_scope("net") as scope:
            framework.model_variable("conv/weights", (3,), regularizer=tf.contrib.layers.l2_regularizer(1.0))
            framework.variable("conv/biases", (3,), trainable=False)
        framework.local_variable(0.0, name="net/count"), framework.create_global_step()
        assert named(framework.get_variables(scope)) == ["net/conv/weights", "net/conv/biases"]
        assert named(framework.get_variables_by_suffix("biases")) == ["net/conv/biases"]
        assert named(framework.get_variables_by_name("weights")) == ["net/conv/weights"]
        assert named(framework.get_model_variables()) == named(framework.get_trainable_variables()) == [
            "net/conv/weights"]
        assert named(framework.get_local_variables("net")) == ["net/count"]
        assert named(framework.get_variables_to_restore(exclude=["net/conv/b"])) == ["net/conv/weights", "global_step"]
        assert named(framework.get_variables_to_restore(include=["net"])) == ["net/conv/weights", "net/conv/biases"]
        assert named(framework.filter_variables(tf.global_variables(), ["conv", "step"], ["bias"])) == [
            "net/conv/weights", "global_step"]
        assert framework.get_unique_variable("net/conv/biases").op.name == "net/conv/biases"
        assert framework.get_or_create_global_step() is framework.get_global_step()
        assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 1
        with pytest.raises(ValueError, match='one variable "net/conv". Received 0'):
            framework.get_unique_variable("net/conv")
        with pytest.raises(TypeError, match="Expected include as a list of scopes. Received 'net'"):
            framework.get_variables_to_restore(include="net")


@pytest.fixture
def checkpoint(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("a", initializer=[1.0, 2.0]), tf.get_variable("b", initializer=[[3.0]])
        session.run(tf.global_variables_initializer())
        return tf.train.Saver().save(session, str(tmp_path / "model"))


def test_checkpoints_are_read_without_a_graph(checkpoint):
    assert framework.list_variables(checkpoint) == [("a", [2]), ("b", [1, 1])]
    assert framework.load_variable(checkpoint_dir=checkpoint, name="a").tolist() == [1, 2]
    assert framework.load_checkpoint(checkpoint).get_variable_to_shape_map() == {"a": [2], "b": [1, 1]}


def test_variables_start_with_the_values_of_a_checkpoint(checkpoint):
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.get_variable("net/a", (2,))
        framework.init_from_checkpoint(checkpoint_dir=checkpoint, assignment_map={"a": "net/a"})
        session.run(tf.global_variables_initializer())
        assert session.run(variable).tolist() == [1, 2]


def test_checkpoints_go_into_variables(checkpoint):
    with tf.Graph().as_default(), tf.Session() as session:
        one, other, flat = tf.get_variable("a", (2,)), tf.get_variable("c", (1, 1)), tf.get_variable("d", (1,))
        session.run(tf.global_variables_initializer())
        framework.assign_from_checkpoint_fn(checkpoint, [one, flat], ignore_missing_vars=True)(session)
        session.run(*framework.assign_from_checkpoint(checkpoint, {"b": other}))
        framework.assign_from_checkpoint_fn(checkpoint, {"b": flat}, reshape_variables=True)(session)
        assert [value.tolist() for value in session.run([one, other, flat])] == [[1, 2], [[3]], [3]]
        with pytest.raises(ValueError, match=r"none for \['d'\]. Pass ignore_missing_vars"):
            framework.assign_from_checkpoint(checkpoint, [one, flat])
        with pytest.raises(ValueError, match=r'value of shape \(1,\) for variable "d". Received shape \(1, 1\)'):
            framework.assign_from_checkpoint(checkpoint, {"b": flat})
        framework.assign_from_values_fn({"a": np.array([5.0, 6.0])})(session)
        assert session.run(one).tolist() == [5, 6]


def test_tensors_are_checked():
    assert framework.with_shape((2,), [1, 2]).shape == framework.with_same_shape([3, 4], [1, 2]).shape == (2,)
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match="shape"):
        framework.with_shape((3,), [1, 2])
    with pytest.raises(ValueError, match="Expected one integer. Received a tensor of shape"):
        framework.assert_scalar_int([1, 2])
    assert framework.smart_cond(tf.constant(0) > 1, lambda: 1, lambda: 2) == 2
