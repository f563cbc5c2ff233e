"""The table of all public layers, one file per family: for every generic contract."""

from contract import group_cases

CASES = (
    *group_cases.CASES,
)
