"""gateway.route: which service and operation a head is for."""

import msgspec
import pytest

from portico.calls.operation import IndexEntry, ServiceIndex
from portico.gateway.elsewhere import unavailable
from portico.gateway.pipeline import signed_for
from portico.gateway.route import RestRoutes, Router
from portico.services.iam.index import INDEX as IAM
from portico.services.lambda_.index import INDEX as LAMBDA
from portico.services.logs.index import INDEX as LOGS
from portico.services.sns.index import INDEX as SNS
from portico.services.sts.index import INDEX as STS
from portico.wire.errors import AwsError
from portico.wire.http import Head

ROUTER = Router((STS, IAM, LOGS, LAMBDA))
TWIN_OF_SNS = msgspec.structs.replace(SNS, service="twin", signing_name="twin", api_version="2000-01-01")


def head(method: str, path: str, query: str = "", **headers: str) -> Head:
    return Head(method, path, query, tuple((k.replace("_", "-"), v) for k, v in headers.items()))


def test_unsigned_links_may_leave_the_version_out() -> None:
    """Those in messages do; what two services have is not guessed, and a signed request has to be for a service."""
    router = Router((STS, IAM, SNS))
    unsigned = router.route(head("GET", "/", "Action=Unsubscribe"), "")
    found = router.query_operation(unsigned, "Unsubscribe", "")
    assert (found.service, found.operation) == ("sns", "Unsubscribe")
    for action, version in (("TagResource", ""), ("Nothing", ""), ("Unsubscribe", "2011-06-15")):
        with pytest.raises(AwsError) as refused:
            Router((STS, SNS, TWIN_OF_SNS)).query_operation(unsigned, action, version)
        assert refused.value.code == "InvalidAction"


@pytest.mark.parametrize(
    ("method", "path", "operation", "labels"),
    [
        ("POST", "/2015-03-31/functions/f/invocations", "Invoke", {"FunctionName": "f"}),
        ("POST", "/2015-03-31/functions", "CreateFunction", {}),
        ("GET", "/2015-03-31/functions/", "ListFunctions", {}),
        ("GET", "/2015-03-31/functions/a%3Ab", "GetFunction", {"FunctionName": "a:b"}),
        (
            "GET",
            "/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f",
            "GetFunction",
            {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:f"},
        ),
        ("GET", "/2017-03-31/tags/x", "ListTags", {"Resource": "x"}),
        ("GET", "/2016-08-19/account-settings/", "GetAccountSettings", {}),
    ],
)
def test_rest_paths(method: str, path: str, operation: str, labels: dict[str, str]) -> None:
    route = ROUTER.route(head(method, path), "lambda")
    assert (route.service, route.protocol, route.operation) == ("lambda", "rest-json", operation)
    assert dict(route.labels) == labels
    assert ROUTER.route(head(method, path), "lambda") is route  # and it is remembered


def test_literals_win_over_labels_and_labels_over_greedy_ones() -> None:
    entries = {
        "Greedy": IndexEntry("GET", "/a/{Key+}"),
        "Label": IndexEntry("GET", "/a/{Name}"),
        "Literal": IndexEntry("GET", "/a/b"),
        "Deep": IndexEntry("GET", "/a/{Name}/c"),
        "Query": IndexEntry("GET", "/a/{Name}?acl"),
    }
    routes = RestRoutes(ServiceIndex("x", "x", "x", "", ("rest-json",), "", "", entries))
    assert routes.match("GET", "/a/b", "") == ("Literal", {})
    assert routes.match("GET", "/a/x", "") == ("Label", {"Name": "x"})
    assert routes.match("GET", "/a/x", "acl") == ("Query", {"Name": "x"})
    assert routes.match("GET", "/a/x", "acl=") == ("Query", {"Name": "x"})
    assert routes.match("GET", "/a/b/c", "") == ("Deep", {"Name": "b"})
    assert routes.match("GET", "/a/b/d/e%2Ff", "") == ("Greedy", {"Key": "b/d/e/f"})
    assert routes.match("PUT", "/a/b", "") is None
    assert routes.match("GET", "/", "") is None


def test_targets_name_json_operations() -> None:
    route = ROUTER.route(head("POST", "/", x_amz_target="Logs_20140328.CreateLogGroup"), "logs")
    assert (route.service, route.protocol, route.operation) == ("logs", "json", "CreateLogGroup")


def test_the_query_protocol_waits_for_the_body() -> None:
    route = ROUTER.route(head("POST", "/"), "iam")
    assert (route.service, route.protocol, route.operation) == ("iam", "query", "")
    assert ROUTER.query_operation(route, "GetUser", "2010-05-08").operation == "GetUser"
    unsigned = ROUTER.route(head("POST", "/"), "")
    found = ROUTER.query_operation(unsigned, "AssumeRoleWithWebIdentity", "2011-06-15")
    assert (found.service, found.operation) == ("sts", "AssumeRoleWithWebIdentity")


@pytest.mark.parametrize(
    ("request_head", "service", "code", "status"),
    [
        (head("POST", "/", x_amz_target="Logs_20140328.Nothing"), "logs", "UnknownOperationException", 400),
        (head("GET", "/nothing/here"), "lambda", "UnknownOperationException", 404),
        (head("GET", "/nothing"), "", "MissingAuthenticationTokenException", 403),
    ],
)
def test_what_leads_nowhere(request_head: Head, service: str, code: str, status: int) -> None:
    with pytest.raises(AwsError) as refused:
        ROUTER.route(request_head, service)
    assert (refused.value.code, refused.value.status) == (code, status)


@pytest.mark.parametrize(
    ("action", "version", "code"),
    [
        ("", "2010-05-08", "MissingAction"),
        ("Nothing", "2010-05-08", "InvalidAction"),
        ("GetUser", "1999-01-01", "InvalidAction"),
    ],
)
def test_query_actions_that_do_not_exist(action: str, version: str, code: str) -> None:
    with pytest.raises(AwsError) as refused:
        ROUTER.query_operation(ROUTER.route(head("POST", "/"), "iam"), action, version)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("request_head", "service"),
    [
        (
            head(
                "GET",
                "/",
                authorization="AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/lambda/aws4_request, X",
            ),
            "lambda",
        ),
        (head("GET", "/", "X-Amz-Credential=K%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&a=b"), "s3"),
        (head("GET", "/", authorization="Bearer x"), ""),
        (head("GET", "/"), ""),
    ],
)
def test_the_scope_names_the_service(request_head: Head, service: str) -> None:
    assert signed_for(request_head) == service


@pytest.mark.parametrize(
    ("request_head", "service", "protocol", "named"),
    [
        (head("POST", "/", x_amz_target="DynamoDB_20120810.GetItem"), "dynamodb", "json", "dynamodb:GetItem"),
        (head("GET", "/bucket/key"), "s3", "rest-xml", "s3:GetObject"),
        (head("PUT", "/bucket", "versioning"), "s3", "rest-xml", "s3:PutBucketVersioning"),
        (head("GET", "/restapis"), "apigateway", "rest-json", "apigateway:GetRestApis"),
        (head("GET", "/v2/apis"), "apigateway", "rest-json", "apigatewayv2:GetApis"),
        (head("POST", "/", content_type="application/x-www-form-urlencoded"), "sns", "query", "sns:Publish"),
        (
            head("POST", "/service/X/operation/Do", smithy_protocol="rpc-v2-cbor"),
            "x",
            "smithy-rpc-v2-cbor",
            "X:Do",
        ),
        (head("GET", "/what"), "no-service", "rest-json", "no-service:GET /what"),
    ],
)
def test_services_that_portico_does_not_have_are_named(
    request_head: Head, service: str, protocol: str, named: str
) -> None:
    route = ROUTER.route(request_head, service)
    assert route.foreign
    assert route.protocol == protocol
    error = unavailable(route, request_head, b"Action=Publish&Version=2010-03-31")
    assert (error.code, error.status) == ("NotImplemented", 501)
    assert named in str(error.message)
