"""A stage's variables in the addresses of integrations and authorizers.

Source: API Gateway Developer Guide, "Use stage variables".
"""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}").sub


def filled(text: str, variables: Mapping[str, str]) -> str:
    """`text` with the variables' values in the place of `${stageVariables.name}`; one that is not set becomes nothing."""
    if "${" not in text:
        return text
    return _VARIABLE(lambda found: variables.get(found[1], ""), text)
