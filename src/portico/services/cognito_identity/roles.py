"""The roles that a pool gives, and the session tags.

Source: Cognito Identity API reference, SetIdentityPoolRoles, SetPrincipalTagAttributeMap; Cognito Developer Guide, "Using role-based access
control", "Using attributes for access control".
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.cognito_identity import access, errors
from portico.services.cognito_identity.records import Mapping as RoleMapping
from portico.services.cognito_identity.records import Rule, TagMap
from portico.services.cognito_identity.service import CognitoIdentity, own_pool, put_pool

if TYPE_CHECKING:
    from portico.services.cognito_identity import shapes

KINDS = ("authenticated", "unauthenticated")
DEFAULT_TAGS = {"username": "sub", "client": "aud"}
_RULES_MAX = 25
_COGNITO = "cognito-identity.amazonaws.com"


async def _pass_roles(cognito: CognitoIdentity, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`iam:PassRole` on every role that is set."""
    arns = dict.fromkeys((request.get("Roles") or {}).values())
    for mapping in (request.get("RoleMappings") or {}).values():
        arns |= dict.fromkeys(
            rule["RoleARN"] for rule in (mapping.get("RulesConfiguration") or {}).get("Rules", ())
        )
    return [Check("iam:PassRole", arn, {"iam:PassedToService": _COGNITO}) for arn in arns]


@operation(also=_pass_roles)
async def set_identity_pool_roles(
    cognito: CognitoIdentity, call: Call, request: "shapes.SetIdentityPoolRolesInput"
) -> None:
    """Set the roles of a pool and the mappings to others; what is not given is taken away.

    Raises:
        ResourceNotFoundException: no such pool.
        InvalidParameterException: a kind that there is not, a mapping without what it needs.
    """
    pool = await own_pool(call, request)
    unknown = [kind for kind in request["Roles"] if kind not in KINDS]
    if unknown:
        raise errors.invalid(f"Invalid role key: {unknown[0]}. It must be authenticated or unauthenticated.")
    mappings = {name: _mapping(given) for name, given in (request.get("RoleMappings") or {}).items()}
    put_pool(call, msgspec.structs.replace(pool, roles=dict(request["Roles"]), mappings=mappings))


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def get_identity_pool_roles(
    cognito: CognitoIdentity, call: Call, request: "shapes.GetIdentityPoolRolesInput"
) -> "shapes.GetIdentityPoolRolesResponse":
    """The roles of a pool.

    Raises:
        ResourceNotFoundException: no such pool.
    """
    pool = await own_pool(call, request)
    found: dict[str, Any] = {"IdentityPoolId": pool.id, "Roles": pool.roles}
    if pool.mappings:
        found["RoleMappings"] = {name: _shown(mapping) for name, mapping in pool.mappings.items()}
    return found  # type: ignore[return-value]  # built member by member


@operation()
async def set_principal_tag_attribute_map(
    cognito: CognitoIdentity, call: Call, request: "shapes.SetPrincipalTagAttributeMapInput"
) -> "shapes.SetPrincipalTagAttributeMapResponse":
    """Say which claims of a provider's tokens become tags of the sessions.

    Raises:
        ResourceNotFoundException: no such pool.
        InvalidParameterException: a tag that no session can have.
    """
    pool = await own_pool(call, request)
    claims = dict(request.get("PrincipalTags") or {})
    check_tags(claims)
    made = TagMap(bool(request.get("UseDefaults")), claims)
    name = request["IdentityProviderName"]
    put_pool(call, msgspec.structs.replace(pool, tag_maps={**pool.tag_maps, name: made}))
    return _shown_tags(pool.id, name, made)  # type: ignore[return-value]  # built member by member


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def get_principal_tag_attribute_map(
    cognito: CognitoIdentity, call: Call, request: "shapes.GetPrincipalTagAttributeMapInput"
) -> "shapes.GetPrincipalTagAttributeMapResponse":
    """Which claims become tags; none for a provider of which nothing was said.

    Raises:
        ResourceNotFoundException: no such pool.
    """
    pool = await own_pool(call, request)
    name = request["IdentityProviderName"]
    return _shown_tags(pool.id, name, pool.tag_maps.get(name, TagMap()))  # type: ignore[return-value]


def check_tags(tags: Mapping[str, str]) -> None:
    """Check that sessions can have these tags.

    Raises:
        AwsError: InvalidParameterException.
    """
    if any(not 0 < len(key) <= 128 or len(value) > 256 for key, value in tags.items()):
        raise errors.invalid("A tag's key has at most 128 characters and its value at most 256.")
    if any(key.lower().startswith("aws:") for key in tags):
        raise errors.invalid("Tag keys that begin with aws: are reserved.")


def _mapping(given: Mapping[str, Any]) -> RoleMapping:
    rules = (given.get("RulesConfiguration") or {}).get("Rules") or ()
    if given["Type"] == "Rules" and not rules:
        raise errors.invalid("RulesConfiguration is required when the type of a role mapping is Rules.")
    if not given.get("AmbiguousRoleResolution"):
        raise errors.invalid("AmbiguousRoleResolution is required for a role mapping.")
    if len(rules) > _RULES_MAX:
        raise errors.invalid(f"A role mapping has at most {_RULES_MAX} rules.")
    made = tuple(Rule(r["Claim"], r["MatchType"], r["Value"], r["RoleARN"]) for r in rules)
    return RoleMapping(given["Type"], given["AmbiguousRoleResolution"], made)


def _shown(mapping: RoleMapping) -> dict[str, Any]:
    shown: dict[str, Any] = {"Type": mapping.kind, "AmbiguousRoleResolution": mapping.ambiguous}
    if mapping.rules:
        shown["RulesConfiguration"] = {
            "Rules": [
                {"Claim": r.claim, "MatchType": r.match, "Value": r.value, "RoleARN": r.role}
                for r in mapping.rules
            ]
        }
    return shown


def _shown_tags(pool_id: str, name: str, tags: TagMap) -> dict[str, Any]:
    claims = DEFAULT_TAGS if tags.defaults else tags.claims
    return {
        "IdentityPoolId": pool_id, "IdentityProviderName": name, "UseDefaults": tags.defaults, "PrincipalTags": claims,
    }  # fmt: skip
