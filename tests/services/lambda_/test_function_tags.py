"""Tags, as AWS answered (test_tag_lifecycle, test_tag_exceptions, test_tag_limits, test_tag_versions)."""

from collections.abc import Callable
from typing import Any

Make = Callable[..., Any]

NO_QUALIFIER = "Tags on function aliases and versions are not supported. Please specify a function ARN."


def test_tag_lifecycle(client: Make, active: Make) -> None:
    arn = active("f", Tags={"key_a": "value_a"})
    lam = client("lambda")

    def tags() -> dict[str, str]:
        shown: dict[str, str] = lam.list_tags(Resource=arn)["Tags"]
        assert lam.get_function(FunctionName="f").get("Tags", {}) == shown
        return shown

    revision = lam.get_function(FunctionName="f")["Configuration"]["RevisionId"]
    assert tags() == {"key_a": "value_a"}
    answer = lam.tag_resource(Resource=arn, Tags={"key_b": "value_b", "key_c": "value_c"})
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    lam.tag_resource(Resource=arn, Tags={"key_c": "value_x"})
    assert tags() == {"key_a": "value_a", "key_b": "value_b", "key_c": "value_x"}
    assert lam.get_function(FunctionName="f")["Configuration"]["RevisionId"] != revision
    lam.untag_resource(Resource=arn, TagKeys=["key_b", "nonexisting"])
    assert tags() == {"key_a": "value_a", "key_c": "value_x"}
    lam.untag_resource(Resource=arn, TagKeys=["key_a", "key_c"])
    assert tags() == {}
    assert "Tags" not in lam.get_function(FunctionName="f")


def test_tag_exceptions(client: Make, active: Make, account: str, refused: Make) -> None:
    arn = active("f")
    lam = client("lambda")
    none = f"arn:aws:lambda:us-east-1:{account}:function:doesnotexist"
    with refused(404, "ResourceNotFoundException", f"Function not found: {none}"):
        lam.tag_resource(Resource=none, Tags={"a": "b"})
    with refused(404, "ResourceNotFoundException", f"Function not found: {none}"):
        lam.untag_resource(Resource=none, TagKeys=["a"])
    with refused(404, "ResourceNotFoundException", f"Function not found: {none}"):
        lam.list_tags(Resource=none)
    for qualifier in ("v1", "$LATEST"):
        with refused(400, "InvalidParameterValueException", NO_QUALIFIER):
            lam.tag_resource(Resource=f"{arn}:{qualifier}", Tags={"a": "b"})
    with refused(
        400,
        "InvalidParameterValueException",
        "An error occurred and the request cannot be processed.",
    ):
        lam.tag_resource(Resource=arn, Tags={})
    with refused(400, "ValidationException"):
        lam.tag_resource(Resource=f"arn:aws:lambda:us-east-1:{account}:foobar:f", Tags={"a": "b"})
    mapping = f"arn:aws:lambda:us-east-1:{account}:event-source-mapping:00000000-0000-0000-0000-000000000000"
    with refused(404, "ResourceNotFoundException", f"Event source mapping not found: {mapping}"):
        lam.list_tags(Resource=mapping)


def test_tag_limits(client: Make, active: Make, create: Make, refused: Make) -> None:
    arn = active("f")
    lam = client("lambda")
    lam.tag_resource(Resource=arn, Tags={f"{number}_key": f"{number}_value" for number in range(50)})
    with refused(400, "InvalidParameterValueException", "Number of tags exceeds resource tag limit."):
        lam.tag_resource(Resource=arn, Tags={"one": "more"})
    with refused(400, "InvalidParameterValueException"):
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
