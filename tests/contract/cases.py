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

FAMILIES = {
    "attention": attention_cases.CASES,
    "flow": flow_cases.CASES,
    "flow_norm": flow_norm_cases.CASES,
    "gated": gated_cases.CASES,
    "group": group_cases.CASES,
    "linear": linear_cases.CASES,
    "operator": operator_cases.CASES,
    "patch": patch_cases.CASES,
}
CASES = [case for cases in FAMILIES.values() for case in cases]
# One case of each layer, the first, for what takes long.
ONE_EACH = list({case.layer: case for case in reversed(CASES)}.values())[::-1]
