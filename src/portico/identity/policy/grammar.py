"""What AWS checks when a policy is saved, in its words.

Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; the messages are those that IAM answers with.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from portico.identity.policy.conditions import condition
from portico.identity.policy.document import PolicyError

Kind = Literal["identity", "resource", "trust", "session", "boundary"]

SYNTAX = "Syntax errors in policy."
VERSIONS = ("2008-10-17", "2012-10-17")
PARTITIONS = frozenset(
    ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc", "*")
)

_TOP = frozenset(("Version", "Id", "Statement"))
_ELEMENTS = frozenset(
    (
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    )
)
_PAIRS = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_TRUST_PROHIBITS = ("Resource", "NotResource", "NotPrincipal")
_NO_PRINCIPALS = (
    "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: "
    "The passed in policy has a statement with no principals!"
)
_SID = re.compile(r"[0-9A-Za-z]*")
_VENDOR = re.compile(r"[A-Za-z0-9\-.]+")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.\-]*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal|aws\.com)")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,124}")
_ENTITY = re.compile(
    r"arn:aws[a-z\-]*:(iam::\d{12}:(root|(user|role)/(?:[!-.0-~]++/)*+[\w+=,.@\-]++)"
    r"|sts::\d{12}:(assumed-role|federated-user)/[\w+=,.@/\-]++)"
)
_PROVIDER = re.compile(
    r"arn:aws[a-z\-]*:iam::\d{12}:(oidc|saml)-provider/[!-~]+|[a-z0-9.\-]+\.[a-z]+(/[!-~]*)?"
)

_PRINCIPAL_FORMS: Mapping[str, Callable[[str], bool]] = {
    "AWS": lambda text: (
        text == "*"
        or (len(text) == 12 and text.isdecimal())
        or bool(_ENTITY.fullmatch(text) or _UNIQUE_ID.fullmatch(text))
    ),
    "Service": lambda text: bool(_SERVICE.fullmatch(text)),
    "Federated": lambda text: bool(_PROVIDER.fullmatch(text)),
    "CanonicalUser": lambda text: bool(re.fullmatch(r"[0-9a-f]{64,128}", text)),
}


def require(holds: bool, message: str = SYNTAX) -> None:
    """Refuse the policy in these words unless `holds`.

    Raises:
        PolicyError: it does not hold.
    """
    if not holds:
        raise PolicyError(message)


def strings(value: object) -> tuple[str, ...]:
    """The members of an element that is one string or a list of them.

    Raises:
        PolicyError: it is neither.
    """
    members = value if isinstance(value, list) else [value]
    require(all(type(member) is str for member in members))
    return tuple(members)


def shape(document: object) -> list[dict[str, Any]]:
    """The statements, once it is certain that each element has the type that it must have.

    Raises:
        PolicyError: something is not of the grammar.
    """
    if not isinstance(document, dict):
        raise PolicyError(SYNTAX)
    require(document.keys() <= _TOP and "Statement" in document)
    require(document.get("Version", VERSIONS[0]) in VERSIONS and type(document.get("Id", "")) is str)
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    require(bool(statements))
    for statement in statements:
        _statement_shape(statement)
    return statements


def _statement_shape(statement: object) -> None:
    if not isinstance(statement, dict):
        raise PolicyError(SYNTAX)
    require(statement.keys() <= _ELEMENTS and statement.get("Effect") in ("Allow", "Deny"))
    require(type(statement.get("Sid", "")) is str)
    require(not any(one in statement and other in statement for one, other in _PAIRS))
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        strings(statement.get(element, []))
    for element in ("Principal", "NotPrincipal"):
        if element in statement:
            _principal_shape(statement[element])
    _condition_shape(statement.get("Condition", {}))


def _principal_shape(principal: object) -> None:
    if principal == "*":
        return
    if not isinstance(principal, dict):
        raise PolicyError(SYNTAX)
    require(bool(principal) and principal.keys() <= _PRINCIPAL_FORMS.keys())
    for members in principal.values():
        strings(members)


def _condition_shape(block: object) -> None:
    if not isinstance(block, dict):
        raise PolicyError(SYNTAX)
    for label, keys in block.items():
        require(isinstance(keys, dict))
        try:
            condition(label, "", (), variables=False)
        except LookupError:
            raise PolicyError(SYNTAX) from None
        for values in keys.values():
            require(all(isinstance(value, str | bool) for value in _listed(values)))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def check(
    document: Mapping[str, Any], statements: list[dict[str, Any]], kind: Kind, *, managed: bool
) -> None:
    """Refuse what has the right shape and is still no policy of this kind.

    Raises:
        PolicyError: in AWS's words, the first thing wrong.
    """
    if managed:
        require(
            document.get("Version") == VERSIONS[1], "Policy document must be version 2012-10-17 or greater."
        )
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if kind != "resource":
        words = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression"
        require(all(_SID.fullmatch(sid) for sid in sids), f"{words} [0-9A-Za-z]*")
    require(len(sids) == len(set(sids)), "Statement IDs (SID) in a single policy must be unique.")
    for statement in statements:
        _actions(statement, kind)
        _CHECKS[kind](statement)


def _actions(statement: Mapping[str, Any], kind: Kind) -> None:
    actions = strings(statement.get("Action", statement.get("NotAction", [])))
    require(bool(actions), "Policy statement must contain actions.")
    keys = [key for keys in statement.get("Condition", {}).values() for key in keys]
    named = [action for action in actions if action != "*"]
    vendors = all(":" in name for name in (*named, *keys))
    require(vendors, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    for action in named:
        require(action.count(":") == 1, "Actions/Condition can contain only one colon.")
        vendor = action.partition(":")[0]
        require(bool(_VENDOR.fullmatch(vendor)), f"Vendor {vendor} is not valid")
    if kind == "trust":
        sts = all(action.lower().startswith("sts:") for action in actions)
        require(sts, "AssumeRole policy may only specify STS AssumeRole actions.")


def _identity(statement: Mapping[str, Any]) -> None:
    specified = "Principal" in statement or "NotPrincipal" in statement
    require(not specified, "Policy document should not specify a principal.")
    resources = strings(statement.get("Resource", statement.get("NotResource", [])))
    require(bool(resources), "Policy statement must contain resources.")
    for resource in resources:
        _resource(resource)


def _resource(resource: str) -> None:
    if resource == "*":
        return
    fields = resource.split(":", 5)
    require(fields[0] == "arn" and len(fields) > 1, f'Resource {resource} must be in ARN format or "*".')
    require(fields[1] in PARTITIONS, f'Partition "{fields[1]}" is not valid for resource "{resource}".')
    vendor = fields[2] if len(fields) > 2 else ""
    require(
        bool(_VENDOR.fullmatch(vendor)), "Resource vendor must be fully qualified and cannot contain regexes."
    )
    require(len(fields) == 6 or "*" in resource, "The policy failed legacy parsing")
    regional = vendor == "iam" and len(fields) > 3 and fields[3] != ""
    require(not regional, f"IAM resource {resource} cannot contain region information.")


def _trust(statement: Mapping[str, Any]) -> None:
    for element in _TRUST_PROHIBITS:
        require(element not in statement, f"Has prohibited field {element}.")
    require("Principal" in statement, _NO_PRINCIPALS)
    require(statement["Principal"] != "*", 'AssumeRolepolicy contained an invalid principal: "STAR":"*".')
    _of_resource(statement)


def _of_resource(statement: Mapping[str, Any]) -> None:
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    require(principal is not None, "Missing required field Principal")
    if isinstance(principal, dict):
        for kind, members in principal.items():
            for member in strings(members):
                words = f'Invalid principal in policy: "{kind.upper()}":"{member}"'
                require(_PRINCIPAL_FORMS[kind](member), words)


_CHECKS: Mapping[Kind, Callable[[Mapping[str, Any]], None]] = {
    "identity": _identity,
    "session": _identity,
    "boundary": _identity,
    "resource": _of_resource,
    "trust": _trust,
}
