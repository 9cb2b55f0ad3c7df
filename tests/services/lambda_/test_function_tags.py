"""Tags of functions beside what was recorded: AWS's own keys, and what tags decide."""

from collections.abc import Callable
from typing import Any

Make = Callable[..., Any]


def test_keys_of_aws_are_its_own(create: Make, refused: Make) -> None:
    with refused(400, "InvalidParameterValueException", "System tags cannot be added/updated by requester"):
        create("g", Tags={"aws:mine": "no"})


def test_tags_decide_in_policies(client: Make, active: Make, refused: Make) -> None:
    iam = client("iam")
    iam.create_user(UserName="u")
    iam.put_user_policy(
        UserName="u",
        PolicyName="own-stage",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:InvokeFunction",'
        '"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/stage":"test"}}}]}',
    )
    key = iam.create_access_key(UserName="u")["AccessKey"]
    theirs = client("lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    active("mine", Tags={"stage": "test"})
    active("other", Tags={"stage": "prod"})
    assert theirs.invoke(FunctionName="mine", Payload=b"1")["Payload"].read() == b"1"
    with refused(403, "AccessDeniedException"):
        theirs.invoke(FunctionName="other")
