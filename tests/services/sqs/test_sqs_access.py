"""Who may do what at a queue: its own account, other accounts, services, anybody; by policy and by tag."""

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from portico.identity.principal import ANONYMOUS, Principal, root, service
from portico.identity.records import Attached
from portico.wire.errors import AwsError
from sqs_in_process import Queues, bodies, queues
from world import ACCOUNT

OTHER = "222233334444"
ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:topic"


@pytest.fixture
async def here() -> AsyncIterator[Queues]:
    async with queues() as made:
        yield made


def allowing(principal: Any, *actions: str, **condition: Any) -> str:
    """A queue's policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": ARN}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


async def user(here: Queues, name: str, *actions: str) -> Principal:
    """A user of the account who is allowed these actions on every queue."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement] if actions else []})
    made = await here.world.user(name, **({"inline": (Attached("p", policy),)} if actions else {}))
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return Principal("user", ACCOUNT, arn, arn, made.unique_id, name, made.unique_id)


async def refused(here: Queues, principal: Principal, operation: str, **request: Any) -> str:
    """The message with which a call is refused, which is 403."""
    with pytest.raises(AwsError) as caught:
        await here.of(principal, principal.account or ACCOUNT).call("sqs", operation, **request)
    assert (caught.value.code, caught.value.status) == ("AccessDeniedException", 403)
    return str(caught.value.message)


async def sent(here: Queues, principal: Principal, url: str) -> bool:
    """Whether the principal may send."""
    try:
        client = here.of(principal, principal.account or ACCOUNT)
        await client.call("sqs", "SendMessage", QueueUrl=url, MessageBody="m")
    except AwsError as error:
        assert error.status == 403  # noqa: PT017
        return False
    return True


async def test_in_its_own_account_either_policy_is_enough(here: Queues) -> None:
    url = await here.queue()
    nobody, sender = await user(here, "nobody"), await user(here, "sender", "sqs:SendMessage")
    assert not await sent(here, nobody, url)
    assert await sent(here, sender, url)
    policy = allowing({"AWS": nobody.arn}, "sqs:SendMessage")
    await here.call("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
    assert await sent(here, nobody, url)
    words = await refused(here, nobody, "ReceiveMessage", QueueUrl=url)
    assert "is not authorized to perform: sqs:receivemessage on resource" in words
    assert ARN in words


async def test_the_batch_operations_need_the_single_ones_permission(here: Queues) -> None:
    url = await here.queue()
    sender = here.of(await user(here, "sender", "sqs:SendMessage"))
    entries = [{"Id": "1", "MessageBody": "m"}]
    answer = await sender.call("sqs", "SendMessageBatch", QueueUrl=url, Entries=entries)
    assert len(answer["Successful"]) == 1
    gone = [{"Id": "1", "ReceiptHandle": "x"}]
    with pytest.raises(AwsError, match="sqs:deletemessage on resource"):
        await sender.call("sqs", "DeleteMessageBatch", QueueUrl=url, Entries=gone)


async def test_a_denial_in_the_queues_policy_holds_for_its_owner(here: Queues) -> None:
    url = await here.queue()
    denied = json.loads(allowing("*", "sqs:SendMessage"))
    denied["Statement"][0]["Effect"] = "Deny"
    await here.call("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": json.dumps(denied)})
    assert not await sent(here, await user(here, "sender", "sqs:*"), url)


async def test_another_account_needs_both(here: Queues) -> None:
    url = await here.queue()
    other = root(OTHER)
    assert not await sent(here, other, url)
    await here.call(
        "AddPermission",
        QueueUrl=url,
        Label="other",
        AWSAccountIds=[OTHER],
        Actions=["SendMessage", "GetQueueUrl"],
    )
    assert await sent(here, other, url)
    found = await here.of(other, OTHER).call(
        "sqs", "GetQueueUrl", QueueName="q", QueueOwnerAWSAccountId=ACCOUNT
    )
    assert found == {"QueueUrl": url}
    assert "sqs:receivemessage" in await refused(here, other, "ReceiveMessage", QueueUrl=url)


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("SetQueueAttributes", {"Attributes": {"DelaySeconds": "1"}}),
        ("DeleteQueue", {}),
        ("TagQueue", {"Tags": {"a": "b"}}),
        ("UntagQueue", {"TagKeys": ["a"]}),
        ("ListQueueTags", {}),
        ("AddPermission", {"Label": "l", "AWSAccountIds": [OTHER], "Actions": ["SendMessage"]}),
        ("RemovePermission", {"Label": "l"}),
    ],
)
async def test_no_policy_opens_the_owners_operations_to_others(
    here: Queues, operation: str, more: dict[str, Any]
) -> None:
    policy = allowing("*", "sqs:*")
    url = await here.queue(Policy=policy)
    assert await sent(here, root(OTHER), url)
    assert f"sqs:{operation.lower()}" in await refused(here, root(OTHER), operation, QueueUrl=url, **more)


async def test_a_queue_of_another_account_that_is_not_there_is_refused_not_missed(here: Queues) -> None:
    await refused(here, root(OTHER), "SendMessage", QueueUrl=f"http://x/{ACCOUNT}/none", MessageBody="m")


async def test_a_service_needs_the_queues_policy_and_its_source(here: Queues) -> None:
    url = await here.queue()
    topic = service("sns.amazonaws.com", source_arn=TOPIC, source_account=ACCOUNT)
    assert not await sent(here, topic, url)
    policy = allowing({"Service": "sns.amazonaws.com"}, "sqs:SendMessage", ArnEquals={"aws:SourceArn": TOPIC})
    await here.call("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
    assert await sent(here, topic, url)
    assert not await sent(here, msgspec.structs.replace(topic, source_arn=f"{TOPIC}2"), url)
    assert not await sent(here, service("events.amazonaws.com", source_arn=TOPIC), url)
    (message,) = await here.take(url, AttributeNames=["SenderId"])
    assert message["Attributes"] == {"SenderId": "sns.amazonaws.com"}


async def test_anybody_may_what_the_policy_gives_to_everybody(here: Queues) -> None:
    url = await here.queue()
    assert not await sent(here, ANONYMOUS, url)
    await here.call(
        "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": allowing("*", "sqs:SendMessage")}
    )
    assert await sent(here, ANONYMOUS, url)
    await refused(here, ANONYMOUS, "ReceiveMessage", QueueUrl=url)
    assert bodies(await here.take(url)) == ["m"]


async def test_tags_of_the_queue_and_of_the_request_are_conditions(here: Queues) -> None:
    url = await here.queue()
    statement = {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage", "sqs:TagQueue"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = await here.world.user("tagged", inline=(Attached("p", policy),))
    arn = f"arn:aws:iam::{ACCOUNT}:user/tagged"
    tagged = Principal("user", ACCOUNT, arn, arn, made.unique_id, "tagged", made.unique_id)
    assert not await sent(here, tagged, url)
    await here.call("TagQueue", QueueUrl=url, Tags={"team": "a"})
    assert await sent(here, tagged, url)
    (message,) = await here.take(url, AttributeNames=["SenderId"])
    assert message["Attributes"] == {"SenderId": made.unique_id}


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        (
            json.dumps(
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
            ),
            "no principal",
        ),
        (allowing("*", "sqs:*").replace("Allow", "Maybe"), "no effect"),
        (allowing("*", *(f"sqs:{n}" * 40 for n in range(60))), "over 8,192 bytes"),
    ],
)
async def test_policies_that_are_none_are_refused(here: Queues, policy: str, why: str) -> None:
    url = await here.queue()
    with pytest.raises(AwsError, match="Invalid value for the parameter Policy") as caught:
        await here.call("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
    assert caught.value.code == "InvalidAttributeValue", why


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"Actions": ["DeleteQueue"]}, "InvalidParameterValueException", "Only the queue owner"),
        ({"Actions": ["Nope"]}, "InvalidParameterValueException", "Please refer to the appropriate WSDL"),
        ({"Actions": ["SendMessage"] * 8}, "OverLimit", "8 Actions were found, maximum allowed is 7."),
        ({"Actions": []}, "MissingRequiredParameterException", "Actions"),
        (
            {"AWSAccountIds": ["x"]},
            "InvalidParameterValueException",
            r"Value \[x\] for parameter PrincipalId",
        ),
        ({"AWSAccountIds": []}, "MissingRequiredParameterException", "AWSAccountIds"),
        ({"Label": "no good"}, "InvalidParameterValueException", "for parameter Label is invalid"),
        ({"Label": "x" * 81}, "InvalidParameterValueException", "for parameter Label is invalid"),
    ],
)
async def test_permissions_that_can_not_be_given(
    here: Queues, more: dict[str, Any], code: str, words: str
) -> None:
    url = await here.queue()
    given = {"Label": "l", "AWSAccountIds": [OTHER], "Actions": ["SendMessage"], **more}
    with pytest.raises(AwsError, match=words) as caught:
        await here.call("AddPermission", QueueUrl=url, **given)
    assert caught.value.code == code


async def test_a_statement_that_was_set_otherwise_keeps_its_place(here: Queues) -> None:
    url = await here.queue(Policy=allowing({"AWS": f"arn:aws:iam::{OTHER}:root"}, "sqs:SendMessage"))
    given = {"Label": "l", "AWSAccountIds": [OTHER], "Actions": ["ReceiveMessage"]}
    await here.call("AddPermission", QueueUrl=url, **given)
    await here.call("RemovePermission", QueueUrl=url, Label="l")
    assert await sent(here, root(OTHER), url)
