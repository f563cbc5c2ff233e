"""The `tf.contrib.framework` of TensorFlow 1.15: argument scopes, variables by scope, checkpoints."""

import tensorflow as tf

from tfconvkit.compat.tf1 import remedies
from tfconvkit.compat.tf1.contrib.framework.arg_scope import (
    add_arg_scope,
    arg_scope,
    arg_scope_func_key,
    arg_scoped_arguments,
    current_arg_scope,
    has_arg_scope,
)
from tfconvkit.compat.tf1.contrib.framework.checkpoints import (
    assign_from_checkpoint,
    assign_from_checkpoint_fn,
    assign_from_values,
    assign_from_values_fn,
    init_from_checkpoint,
    list_variables,
    load_checkpoint,
    load_variable,
)
from tfconvkit.compat.tf1.contrib.framework.tensors import (
    assert_global_step,
    assert_or_get_global_step,
    assert_same_float_dtype,
    assert_scalar_int,
    convert_to_tensor_or_sparse_tensor,
    get_placeholders,
    prepend_name_scope,
    reduce_sum_n,
    strip_name_scope,
    with_same_shape,
    with_shape,
)
from tfconvkit.compat.tf1.contrib.framework.variables import (
    add_model_variable,
    filter_variables,
    get_local_variables,
    get_model_variables,
    get_name_scope,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    global_variable,
    local_variable,
    model_variable,
    variable,
    zero_initializer,
)
from tfconvkit.compat.tf1.layers.arguments import known_condition, smart_cond
from tfconvkit.compat.tf1.namespace import lay_over

v1 = tf.compat.v1

# Names that moved without a change of arguments.
argsort, sort, nest = tf.argsort, tf.sort, v1.nest
is_tensor, TensorSpec = tf.is_tensor, tf.TensorSpec
assert_scalar, is_numeric_tensor = v1.debugging.assert_scalar, v1.debugging.is_numeric_tensor
is_non_decreasing, is_strictly_increasing = v1.debugging.is_non_decreasing, v1.debugging.is_strictly_increasing
create_global_step, get_global_step = v1.train.create_global_step, v1.train.get_global_step
get_or_create_global_step = v1.train.get_or_create_global_step
smart_case, smart_constant_value = v1.case, known_condition

__all__ = [
    "TensorSpec",
    "add_arg_scope",
    "add_model_variable",
    "arg_scope",
    "arg_scope_func_key",
    "arg_scoped_arguments",
    "argsort",
    "assert_global_step",
    "assert_or_get_global_step",
    "assert_same_float_dtype",
    "assert_scalar",
    "assert_scalar_int",
    "assign_from_checkpoint",
    "assign_from_checkpoint_fn",
    "assign_from_values",
    "assign_from_values_fn",
    "convert_to_tensor_or_sparse_tensor",
    "create_global_step",
    "current_arg_scope",
    "filter_variables",
    "get_global_step",
    "get_local_variables",
    "get_model_variables",
    "get_name_scope",
    "get_or_create_global_step",
    "get_placeholders",
    "get_trainable_variables",
    "get_unique_variable",
    "get_variable_full_name",
    "get_variables",
    "get_variables_by_name",
    "get_variables_by_suffix",
    "get_variables_to_restore",
    "global_variable",
    "has_arg_scope",
    "init_from_checkpoint",
    "is_non_decreasing",
    "is_numeric_tensor",
    "is_strictly_increasing",
    "is_tensor",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "local_variable",
    "model_variable",
    "nest",
    "prepend_name_scope",
    "reduce_sum_n",
    "smart_case",
    "smart_cond",
    "smart_constant_value",
    "sort",
    "strip_name_scope",
    "variable",
    "with_same_shape",
    "with_shape",
    "zero_initializer",
]

__getattr__, __dir__ = lay_over(__name__, "tf.contrib.framework", remedies=remedies.FRAMEWORK)
