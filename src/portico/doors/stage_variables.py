"""A stage's variables in the addresses and roles of integrations and authorizers.

Source: API Gateway Developer Guide, "Use stage variables".
"""

import re
from collections.abc import Iterable, Mapping

_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}").sub
_ROLE = re.compile(r"arn:[^:]+:iam::(\d{12}):role/.+", re.DOTALL).fullmatch


def filled(text: str, variables: Mapping[str, str]) -> str:
    """`text` with the variables' values in the place of `${stageVariables.name}`; one that is not set becomes nothing."""
    if "${" not in text:
        return text
    return _VARIABLE(lambda found: variables.get(found[1], ""), text)


def completed_roles(
    credentials: Iterable[str | None], variables: Mapping[str, str], account: str
) -> set[str]:
    """The roles of an account that the variables make of those credentials that name variables. What they make of the others is no role
    that an API of the account could be called with."""
    named = (filled(one, variables) for one in credentials if one and "${" in one)
    return {role for role in named if (found := _ROLE(role)) and found[1] == account}
