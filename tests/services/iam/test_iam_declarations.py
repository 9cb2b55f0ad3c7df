"""What each operation declares of its permission, compared with AWS's service authorisation reference."""

import pytest

from portico.calls.operation import Operation
from portico.calls.ports import load
from portico.identity import authorisation
from portico.services.iam import SERVICE

OPERATIONS = load(SERVICE).operations


@pytest.fixture(params=OPERATIONS.values(), ids=OPERATIONS)
def operation(request: pytest.FixtureRequest) -> Operation:
    found: Operation = request.param
    return found


def test_against_the_reference(operation: Operation) -> None:
    assert operation.action == f"iam:{operation.name}"
    action = authorisation.action("iam", operation.name)
    assert action is not None
    assert (operation.on is not None) == bool(action.resource_types)
    tagged = any("ResourceTag" in key for kind in action.resource_types for key in keys_of(kind))
    if action.keys or tagged:
        assert operation.keys is not None
    assert (operation.also is not None) == bool(action.dependent)


def keys_of(resource_type: str) -> tuple[str, ...]:
    service = authorisation.service("iam")
    assert service is not None
    return service.resources[resource_type].keys
