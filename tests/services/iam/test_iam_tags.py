"""Tags of everything in IAM that has them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., tuple[int, str, str]]

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)


class Tagged:
    """A resource and the calls that tag it."""

    def __init__(self, iam: Any, noun: str, which: dict[str, str]) -> None:
        self.tag: Callable[..., Any] = getattr(iam, f"tag_{noun}")
        self.untag: Callable[..., Any] = getattr(iam, f"untag_{noun}")
        self.list: Callable[..., Any] = getattr(iam, f"list_{noun}_tags")
        self.which = which

    def tags(self) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.list(**self.which)["Tags"]}

    def set(self, **tags: str) -> None:
        self.tag(**self.which, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def user(iam: Any) -> Tagged:
    iam.create_user(UserName="it")
    return Tagged(iam, "user", {"UserName": "it"})


def role(iam: Any) -> Tagged:
    iam.create_role(RoleName="it", AssumeRolePolicyDocument=TRUST)
    return Tagged(iam, "role", {"RoleName": "it"})


def policy(iam: Any) -> Tagged:
    arn = iam.create_policy(PolicyName="it", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    return Tagged(iam, "policy", {"PolicyArn": arn})


def profile(iam: Any) -> Tagged:
    iam.create_instance_profile(InstanceProfileName="it")
    return Tagged(iam, "instance_profile", {"InstanceProfileName": "it"})


def provider(iam: Any) -> Tagged:
    arn = iam.create_open_id_connect_provider(Url="https://id.example.com")["OpenIDConnectProviderArn"]
    return Tagged(iam, "open_id_connect_provider", {"OpenIDConnectProviderArn": arn})


@pytest.fixture(params=[user, role, policy, profile, provider])
def tagged(iam: Any, request: pytest.FixtureRequest) -> Tagged:
    made: Tagged = request.param(iam)
    return made


class TestEveryKind:
    def test_added_replaced_and_removed(self, tagged: Tagged) -> None:
        tagged.set(a="1", b="2")
        tagged.set(b="3", c="4")
        assert tagged.tags() == {"a": "1", "b": "3", "c": "4"}
        tagged.untag(**tagged.which, TagKeys=["a", "never"])
        assert tagged.tags() == {"b": "3", "c": "4"}

    def test_fifty_at_most(self, tagged: Tagged, refusal: Refusal) -> None:
        tagged.set(**{f"k{number}": "v" for number in range(50)})
        tagged.set(k0="w")
        more = [{"Key": "one-more", "Value": ""}]
        assert refusal(tagged.tag, **tagged.which, Tags=more) == (
            409,
            "LimitExceeded",
            "The number of tags has reached the maximum limit.",
        )

    def test_the_keys_of_aws_are_not_the_callers(self, tagged: Tagged, refusal: Refusal) -> None:
        tags = [{"Key": "aws:x", "Value": ""}]
        assert refusal(tagged.tag, **tagged.which, Tags=tags)[:2] == (400, "InvalidInput")

    def test_pages(self, tagged: Tagged) -> None:
        tagged.set(a="1", b="2", c="3")
        first = tagged.list(**tagged.which, MaxItems=2)
        assert first["IsTruncated"] is True
        rest = tagged.list(**tagged.which, Marker=first["Marker"])
        assert [tag["Key"] for tag in first["Tags"] + rest["Tags"]] == ["a", "b", "c"]


class TestCase:
    def test_of_users_keys_does_not_matter(self, iam: Any, refusal: Refusal) -> None:
        tagged = user(iam)
        tagged.set(Team="a")
        tagged.set(team="b")
        assert tagged.tags() == {"team": "b"}
        tags = [{"Key": "x", "Value": ""}, {"Key": "X", "Value": ""}]
        assert refusal(tagged.tag, UserName="it", Tags=tags) == (
            400,
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )

    def test_of_policies_keys_matters(self, iam: Any) -> None:
        tagged = policy(iam)
        tagged.set(Team="a", team="b")
        assert tagged.tags() == {"Team": "a", "team": "b"}
