"""What tests of REST APIs' control plane share: answers without what differs from run to run, refusals, small APIs."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

_VOLATILE = {"id", "rootResourceId", "createdDate", "lastUpdatedDate"}


def shown(answer: Any) -> Any:
    """An answer without metadata, ids and dates, at any depth."""
    if isinstance(answer, dict):
        return {
            key: shown(value)
            for key, value in answer.items()
            if key != "ResponseMetadata" and key not in _VOLATILE
        }
    return [shown(item) for item in answer] if isinstance(answer, list) else answer


def status(answer: Any) -> int:
    """The HTTP status of an answer."""
    found: int = answer["ResponseMetadata"]["HTTPStatusCode"]
    return found


def told(method: Callable[..., Any], **request: Any) -> tuple[str, str, int]:
    """The code, the words and the status of a refusal."""
    with pytest.raises(ClientError) as refused:
        method(**request)
    answer = refused.value.response
    found = answer["Error"]
    assert answer.get("message", found["Message"]) == found["Message"]
    return found["Code"], found["Message"], status(answer)


def bad(message: str) -> tuple[str, str, int]:
    """What `told` tells of a BadRequestException."""
    return "BadRequestException", message, 400


def missing(message: str) -> tuple[str, str, int]:
    """What `told` tells of a NotFoundException."""
    return "NotFoundException", message, 404


def conflict(message: str) -> tuple[str, str, int]:
    """What `told` tells of a ConflictException."""
    return "ConflictException", message, 409


def invalid(*violations: str) -> tuple[str, str, int]:
    """What `told` tells of a ValidationException."""
    plural = "s" if len(violations) > 1 else ""
    words = f"{len(violations)} validation error{plural} detected: {'; '.join(violations)}"
    return "ValidationException", words, 400


def no_api(account: str, api_id: str) -> tuple[str, str, int]:
    """What is told of an API that is not there."""
    return missing(f"Invalid API identifier specified {account}:{api_id}")


NO_RESOURCE = missing("Invalid Resource identifier specified")
NO_METHOD = missing("Invalid Method identifier specified")
NO_INTEGRATION = missing("Invalid Integration identifier specified")
NO_STATUS = missing("Invalid Response status code specified")


def patch(op: str, path: str | None = None, value: str | None = None, **more: str) -> dict[str, str]:
    """A patch operation."""
    given = {"op": op, "path": path, "value": value, **more}
    return {key: text for key, text in given.items() if text is not None}


class Api:
    """An API of a test: `call("put_method", root, httpMethod=...)` is about it."""

    def __init__(self, client: Any, **members: Any) -> None:
        made = client.create_rest_api(name="pets", **members)
        self.client = client
        self.id: str = made["id"]
        self.root: str = made["rootResourceId"]

    def call(self, operation: str, **request: Any) -> Any:
        """Call an operation on this API."""
        return getattr(self.client, operation)(restApiId=self.id, **request)

    def told(self, operation: str, **request: Any) -> tuple[str, str, int]:
        """What an operation on this API is refused with."""
        request.setdefault("restApiId", self.id)
        return told(getattr(self.client, operation), **request)

    def resource(self, part: str, parent: str = "") -> str:
        """A resource below another, or the root; its id."""
        made = self.call("create_resource", parentId=parent or self.root, pathPart=part)
        found: str = made["id"]
        return found

    def mock(self, resource: str = "", method: str = "GET", **members: Any) -> dict[str, str]:
        """A method with a MOCK integration; what names it."""
        place = {"resourceId": resource or self.root, "httpMethod": method}
        self.call("put_method", **place, **{"authorizationType": "NONE", **members})
        self.call("put_integration", **place, type="MOCK")
        return place

    def deployed(self, stage: str = "") -> str:
        """A deployment; its id."""
        found: str = self.call("create_deployment", **({"stageName": stage} if stage else {}))["id"]
        return found
