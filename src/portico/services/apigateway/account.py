"""What an account has set for API Gateway in a region."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors.log_writers import ACCOUNTS, Account
from portico.services.apigateway import access, errors
from portico.services.apigateway.patch import bad_path, only_replace, patches
from portico.services.apigateway.service import ApiGateway

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

# Quotas "Throttle quota per account, per Region"; what keys and plans are, since August 2016.
_THROTTLE = {"burstLimit": 5_000, "rateLimit": 10_000.0}
_PLANS = "UsagePlans"


def _show(account: Account) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(account)
    return document | {"throttleSettings": dict(_THROTTLE), "features": [_PLANS], "apiKeyVersion": "4"}


@access.operation()
async def get_account(service: ApiGateway, call: Call, request: "shapes.GetAccountRequest") -> dict[str, Any]:
    """The account's settings and throttle."""
    return _show(await call.tx.get(ACCOUNTS, call.scope.account, call.scope.region) or Account())


async def _may_pass(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    return access.passed([patch.value for patch in patches(request) if patch.path == "/cloudwatchRoleArn"])


@access.operation(also=_may_pass)
async def update_account(
    service: ApiGateway, call: Call, request: "shapes.UpdateAccountRequest"
) -> dict[str, Any]:
    """Set the role that logs are written as, which must trust API Gateway; no value removes it.

    Raises:
        BadRequestException: a path or operation is none, or the role does not trust API Gateway.
    """
    account = await call.tx.get(ACCOUNTS, call.scope.account, call.scope.region) or Account()
    for patch in patches(request):
        if patch.path == "/cloudwatchRoleArn":
            only_replace(patch)
            _check_role(service, call, patch.text)
            account = msgspec.structs.replace(account, cloudwatch_role_arn=patch.text)
        elif patch.path != "/features" or (patch.op, patch.value) != ("add", _PLANS):
            raise bad_path(patch)
    call.tx.put(ACCOUNTS, account, call.scope.account, call.scope.region)
    return _show(account)


def _check_role(service: ApiGateway, call: Call, arn: str) -> None:
    source = access.arn(call, "/account")
    if arn and not service.roles.session(
        arn, "account", source_arn=source, source_account=call.scope.account
    ):
        raise errors.bad_request(
            "The role ARN does not have required permissions configured. Please grant trust permission for API "
            "Gateway and add the required role policy."
        )
