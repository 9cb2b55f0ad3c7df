import pytest

from portico.gateway.hosts import Hosts, host_name
from portico.wire.errors import AwsError
from portico.wire.http import Head


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:4566", "localhost"),
        ("localhost.", "localhost"),
        ("[::1]:4566", "::1"),
        ("[::1]", "::1"),
        ("[::1", None),
        ("[::1]x", None),
        ("localhost:", "localhost"),
        ("localhost:x", None),
        ("localhost:1:2", None),
        ("localhost:\u0661", None),
        ("user@localhost", "user@localhost"),
        ("", None),
    ],
)
def test_the_name_in_a_host_header(host, name):
    assert host_name(host) == name


@pytest.mark.parametrize(
    ("host", "admitted"),
    [
        ("localhost", True),
        ("localhost:4566", True),
        ("lambda.us-east-1.localhost:4566", True),
        ("abc.lambda-url.eu-west-1.localhost", True),
        ("127.0.0.1:4566", True),
        ("127.9.9.9", True),
        ("[::1]:4566", True),
        ("portico.test", True),
        ("PORTICO.test:443", True),
        ("sub.portico.test", False),
        ("any.below.test", True),
        ("below.test", False),
        ("evilbelow.test", False),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("evillocalhost", False),
        ("user@localhost", False),
        ("localhost.localstack.cloud", False),
        ("10.0.0.5", False),
        ("0.0.0.0", False),
        ("2130706433", False),
        ("", False),
    ],
)
def test_admitted_names(host, admitted):
    assert Hosts(("portico.test", "*.below.test")).admits(host) is admitted


@pytest.mark.parametrize(
    ("listening", "host", "admitted"),
    [
        ("0.0.0.0", "10.0.0.5:4566", True),
        ("::", "[2001:db8::1]", True),
        ("0.0.0.0", "evil.example", False),
        ("10.0.0.5", "10.0.0.5", True),
        ("10.0.0.5", "10.0.0.6", False),
        ("localhost", "10.0.0.6", False),
    ],
)
def test_addresses_by_what_is_listened_on(listening, host, admitted):
    assert Hosts(listening=listening).admits(host) is admitted


def test_a_foreign_host_is_refused_by_name_and_ours_passes_again_and_again():
    hosts = Hosts()
    for _ in range(2):
        hosts.check(Head("GET", "/", "", (("host", "localhost"),)))
        with pytest.raises(AwsError) as refused:
            hosts.check(Head("GET", "/", "", (("host", "evil.example"),)))
        assert (refused.value.code, refused.value.status) == ("AccessDeniedException", 403)
        assert "evil.example" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "controls"),
    [
        ("127.0.0.1", True),
        ("10.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("functions.example.com", True),
        ("lambda.us-east-1.localhost", True),
        ("lambda.localhost", True),
        ("sqs.eu-central-1.cloud.example.com", True),
        ("api.shop.localhost", False),
        ("api.example.com", False),
        ("api.shop.cloud.example.com", False),
    ],
)
def test_names_that_no_custom_domain_can_take(name: str, controls: bool) -> None:
    hosts = Hosts(["functions.example.com", "*.cloud.example.com"])
    assert hosts.is_controls(name) is controls
