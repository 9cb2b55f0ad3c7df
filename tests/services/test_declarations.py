"""What each operation declares for its authorisation, compared with AWS's authorisation reference.

Source: AWS Service Authorization Reference (the data of `identity/authorisation`).
"""

import pytest

from portico.app import SERVICES
from portico.calls.operation import Operation
from portico.calls.ports import load
from portico.identity.authorisation import Action, action

OPERATIONS = {
    f"{spec.folder}.{operation.name}": operation
    for spec in SERVICES
    for operation in load(spec).operations.values()
}

_ON_CONNECTIONS = (
    "execute-api:ManageConnections is checked on the API's own connection, which its address names"
)
CHECKED_IN_THE_BODY = {
    "apigatewaymanagementapi.DeleteConnection": _ON_CONNECTIONS,
    "apigatewaymanagementapi.GetConnection": _ON_CONNECTIONS,
    "apigatewaymanagementapi.PostToConnection": _ON_CONNECTIONS,
    "kms.RetireGrant": "a grant token names the grant, and with it the key, once it is opened",
    "sns.ConfirmSubscription": "the token is the permission of who is not signed; who is needs sns:ConfirmSubscription",
    "sns.Unsubscribe": "a link in a message may end a subscription; who is signed needs sns:Unsubscribe",
    "sts.AssumeRole": "the role's trust policy decides, which is read with the role",
    "sts.AssumeRoleWithWebIdentity": "the caller is known once the token is verified",
    "sts.GetCallerIdentity": "needs no permission",
    "sts.GetSessionToken": "needs no permission",
}


# A user's own calls, which nobody signs: the password, the code or the token that comes along decides.
OF_USERS = {
    f"{spec.folder}.{name}"
    for spec in SERVICES
    if spec.folder.startswith("cognito_")
    for name, entry in load(spec).index.operations.items()
    if entry.unsigned
} & OPERATIONS.keys()


def declared(operation: Operation) -> Action | None:
    """The reference's entry for the action that the operation declares."""
    assert operation.action is not None
    return action(*operation.action.split(":", 1))


CHECKED = {name: operation for name, operation in OPERATIONS.items() if operation.action is not None}


def test_only_those_with_a_reason_have_no_action() -> None:
    """Everything else is authorised before its body runs."""
    assert OPERATIONS.keys() - CHECKED.keys() == CHECKED_IN_THE_BODY.keys() | OF_USERS


@pytest.mark.parametrize("name", CHECKED)
def test_declaration(name: str) -> None:
    """The action exists; it is checked on its resources; its condition keys and dependent permissions are supplied."""
    operation = CHECKED[name]
    reference = declared(operation)
    assert reference is not None, f"AWS has no action {operation.action}"
    assert operation.on is not None or not reference.resource_types, (
        f"is checked on {reference.resource_types}"
    )
    assert operation.keys is not None or not reference.keys, f"has condition keys {set(reference.keys)}"
    assert operation.also is not None or not reference.dependent, f"needs {set(reference.dependent)} as well"
