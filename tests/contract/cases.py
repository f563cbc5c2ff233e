"""The table of all public layers, one file per family: for every generic contract."""

from contract import attention_cases, gated_cases, group_cases, patch_cases

CASES = (
    *attention_cases.CASES,
    *gated_cases.CASES,
    *group_cases.CASES,
    *patch_cases.CASES,
)
