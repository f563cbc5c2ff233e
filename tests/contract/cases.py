"""The table of all public layers, one file per family: for every generic contract."""

from contract import (
    attention_cases,
    flow_cases,
    flow_norm_cases,
    gated_cases,
    group_cases,
    linear_cases,
    operator_cases,
    patch_cases,
)

CASES = (
    *attention_cases.CASES,
    *flow_cases.CASES,
    *flow_norm_cases.CASES,
    *gated_cases.CASES,
    *group_cases.CASES,
    *linear_cases.CASES,
    *operator_cases.CASES,
    *patch_cases.CASES,
)
