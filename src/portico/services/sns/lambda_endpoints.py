"""Deliveries to Lambda: an asynchronous invocation, accepted in the commit that ends the delivery. The function's own retries follow.

The function's resource policy has to allow `sns.amazonaws.com` for the topic.
"""

import json

from portico.base import arn
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.services.sns.caller import principal_of
from portico.services.sns.notification import lambda_event, letter, signed_text
from portico.services.sns.retries import AWS_ENDPOINTS, Phases
from portico.services.sns.signing import Signer
from portico.services.sns.worker import Job, Tried
from portico.wire.errors import AwsError

_VERSION = "1"  # whatever the topic's is


class LambdaEndpoints:
    """Invokes functions; `origin` is where a notification's links lead."""

    def __init__(self, clients: Clients, signer: Signer, origin: str) -> None:
        self._clients = clients
        self._signer = signer
        self._origin = origin

    async def deliver(self, job: Job) -> Tried:
        """Have the function invoked."""
        subscription, message = job.subscription, job.delivery.message
        function = arn.parse(subscription.endpoint)
        if function is None or message is None:
            return Tried("refused", "the endpoint is no function")
        await self._signer.ready()
        sent = letter(message, job.topic.arn, self._origin, _VERSION)
        signature = self._signer.sign(signed_text(sent.members("lambda")), _VERSION)
        client = self._clients.of(
            principal_of(job.topic.arn, job.topic.account),
            Scope(function.account, function.region),
            request_id=message.id,
            trace=message.trace,
        )
        try:
            await client.call_along(
                [job.ack],
                "lambda",
                "Invoke",
                FunctionName=subscription.endpoint,
                InvocationType="Event",
                Payload=lambda_event(sent, subscription.arn, signature),
            )
        except AwsError as error:
            again = error.status >= 500 or error.status == 429
            said = {
                "ErrorCode": error.code,
                "ErrorMessage": error.message or "",
                "lambdaRequestId": "Unrecoverable",
            }
            return Tried("failed" if again else "refused", json.dumps(said), error.status)
        return Tried("delivered", json.dumps({"lambdaRequestId": message.id}), 202, settled=True)

    def phases(self, job: Job) -> Phases:
        """As for every endpoint inside of AWS."""
        return AWS_ENDPOINTS
