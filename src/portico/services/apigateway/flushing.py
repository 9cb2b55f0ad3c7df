"""What a stage remembers, forgotten at once: cached answers, and what authorizers have said."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigateway import access
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.stages import stage_of

if TYPE_CHECKING:
    from portico.services.apigateway import shapes


@access.operation()
async def flush_stage_cache(
    service: ApiGateway, call: Call, request: "shapes.FlushStageCacheRequest"
) -> dict[str, Any]:
    """Forget the cached answers of a stage.

    Raises:
        NotFoundException: there is no such stage.
    """
    stage = await stage_of(call, request)
    service.plane.flush_cache(request["restApiId"], stage.stage_name)
    return {}


@access.operation()
async def flush_stage_authorizers_cache(
    service: ApiGateway, call: Call, request: "shapes.FlushStageAuthorizersCacheRequest"
) -> dict[str, Any]:
    """Forget what Lambda authorizers have answered for a stage.

    Raises:
        NotFoundException: there is no such stage.
    """
    stage = await stage_of(call, request)
    service.plane.flush_authorizers(request["restApiId"], stage.stage_name)
    return {}
