"""Layers at work: what a function sees of them, who may use them, how long they last."""

import io
import json
import urllib.request
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from harness import new_account
from lambda_answers import parameter, told

Make = Callable[..., Any]
READS = """
import json, os, subprocess
import shared

def handler(event, context):
    found = {"shared": shared.NAME, "path": os.environ["PATH"].split(":")[-1]}
    if "run" in event:
        found["ran"] = subprocess.run(["tool"], capture_output=True, text=True).stdout
    return found
"""


def layer_of(files: dict[str, str], *, executable: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.fixture
def layer(client: Make) -> Make:
    """`layer("name", {path: content})`: a version of a layer; its ARN."""

    def make(name: str, files: dict[str, str], *, executable: bool = False, **options: Any) -> str:
        content = {"ZipFile": layer_of(files, executable=executable)}
        arn: str = client("lambda").publish_layer_version(LayerName=name, Content=content, **options)[
            "LayerVersionArn"
        ]
        return arn

    return make


def answer_of(lam: Any, name: str, event: object = None) -> Any:
    answer = lam.invoke(FunctionName=name, Payload=json.dumps(event or {}))
    return json.loads(answer["Payload"].read())


def updated(lam: Any, name: str, **changes: Any) -> None:
    lam.update_function_configuration(FunctionName=name, **changes)
    lam.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def test_modules_of_layers_are_found_and_the_last_layer_wins(client: Make, deploy: Make, layer: Make) -> None:
    lam = client("lambda")
    first = layer("first", {"python/shared.py": "NAME = 'first'"})
    second = layer("second", {"python/shared.py": "NAME = 'second'"})
    sites = layer("sites", {"python/lib/python3.12/site-packages/shared.py": "NAME = 'site'"})
    name = deploy(READS, Layers=[first, second])
    assert answer_of(lam, name)["shared"] == "second"
    updated(lam, name, Layers=[second, first])
    assert answer_of(lam, name)["shared"] == "first"
    updated(lam, name, Layers=[sites, first])
    assert answer_of(lam, name)["shared"] == "site"
    updated(lam, name, Layers=[])
    assert "Layers" not in lam.get_function_configuration(FunctionName=name)
    assert answer_of(lam, name)["errorType"] == "Runtime.ImportModuleError"


def test_the_functions_own_module_comes_before_a_layers(client: Make, create: Make, layer: Make) -> None:
    lam = client("lambda")
    arn = layer("l", {"python/app.py": "raise RuntimeError('the layer')", "python/shared.py": "NAME = 1"})
    create("f", Layers=[arn])
    assert answer_of(lam, "f", {"a": 1}) == {"a": 1}


def test_programs_of_a_layer_are_on_the_path(client: Make, deploy: Make, layer: Make) -> None:
    tool = layer("tool", {"bin/tool": "#!/bin/sh\necho from a layer\n"}, executable=True)
    shared = layer("shared", {"python/shared.py": "NAME = 1"})
    name = deploy(READS, Layers=[tool, shared])
    assert answer_of(client("lambda"), name, {"run": True})["ran"] == "from a layer\n"


def test_a_layer_that_ships_the_sdk_is_not_hidden_by_ours(client: Make, deploy: Make, layer: Make) -> None:
    arn = layer("sdk", {"python/boto3/__init__.py": "NAME = 'of the layer'"})
    name = deploy("import boto3\ndef handler(event, context):\n    return boto3.NAME\n", Layers=[arn])
    assert answer_of(client("lambda"), name) == "of the layer"


def test_a_function_keeps_its_layer_when_that_is_deleted(client: Make, deploy: Make, layer: Make) -> None:
    lam = client("lambda")
    name = deploy(READS, Layers=[layer("l", {"python/shared.py": "NAME = 'kept'"})])
    lam.delete_layer_version(LayerName="l", VersionNumber=1)
    updated(lam, name, Timeout=5)
    assert answer_of(lam, name)["shared"] == "kept"
    arn = lam.get_function_configuration(FunctionName=name)["Layers"][0]["Arn"]
    said = told(lam.update_function_configuration, FunctionName=name, Layers=[arn])
    assert said == parameter(f"Layer version {arn} does not exist.")


def test_the_content_can_be_fetched(client: Make, layer: Make) -> None:
    layer("l", {"python/shared.py": "NAME = 1"})
    found = client("lambda").get_layer_version(LayerName="l", VersionNumber=1)
    with urllib.request.urlopen(found["Content"]["Location"]) as answer:
        assert answer.read() == layer_of({"python/shared.py": "NAME = 1"})


def test_another_account_needs_the_layers_policy(client: Make, create: Make, account: str) -> None:
    other = new_account()
    theirs = client("lambda", other)
    content = {"ZipFile": layer_of({"python/shared.py": "NAME = 1"})}
    arn = theirs.publish_layer_version(LayerName="l", Content=content)["LayerVersionArn"]
    said = told(create, name="f", Layers=[arn])
    assert said["Error"]["Code"] == "AccessDeniedException"
    assert (
        f"is not authorized to perform: lambda:GetLayerVersion on resource: {arn}" in said["Error"]["Message"]
    )
    assert told(client("lambda").get_layer_version_by_arn, Arn=arn)["status"] == 403
    permission = {"LayerName": "l", "VersionNumber": 1, "Action": "lambda:GetLayerVersion"}
    theirs.add_layer_version_permission(**permission, StatementId="someone", Principal=new_account())
    assert told(create, name="f", Layers=[arn])["status"] == 403
    theirs.add_layer_version_permission(**permission, StatementId="us", Principal=account)
    assert create("f", Layers=[arn])["Layers"][0]["Arn"] == arn
    assert client("lambda").get_layer_version_by_arn(Arn=arn)["Version"] == 1
    theirs.remove_layer_version_permission(LayerName="l", VersionNumber=1, StatementId="us")
    lam = client("lambda")
    assert told(lam.update_function_configuration, FunctionName="f", Layers=[arn])["status"] == 403
    updated(lam, "f", Timeout=7)  # what it has, it keeps


def test_in_the_same_account_an_identity_policy_is_enough_and_needed(
    client: Make, account: str, role: str, package: Make, layer: Make
) -> None:
    arn = layer("l", {"python/shared.py": "NAME = 1"})
    iam = client("iam")
    iam.create_user(UserName="dev")
    key = iam.create_access_key(UserName="dev")["AccessKey"]
    dev = client("lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    given = {
        "FunctionName": "f",
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Role": role,
        "Code": {"ZipFile": package()},
        "Layers": [arn],
    }

    def allow(*statements: dict[str, Any]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=document)

    base = {"Effect": "Allow", "Action": ["lambda:CreateFunction", "iam:PassRole"], "Resource": "*"}
    allow(base)
    assert "lambda:GetLayerVersion" in told(dev.create_function, **given)["Error"]["Message"]
    allow(base, {"Effect": "Allow", "Action": "lambda:GetLayerVersion", "Resource": arn})
    assert dev.create_function(**given)["Layers"][0]["Arn"] == arn


def test_a_policy_can_say_which_layers_a_function_may_have(
    client: Make, role: str, package: Make, layer: Make
) -> None:
    good, bad = (layer(name, {"python/shared.py": "NAME = 1"}) for name in ("good", "bad"))
    iam = client("iam")
    iam.create_user(UserName="dev")
    key = iam.create_access_key(UserName="dev")["AccessKey"]
    dev = client("lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    condition = {"ForAllValues:StringLike": {"lambda:Layer": good.rsplit(":", 1)[0] + ":*"}}
    statements = [
        {"Effect": "Allow", "Action": ["lambda:GetLayerVersion", "iam:PassRole"], "Resource": "*"},
        {"Effect": "Allow", "Action": "lambda:CreateFunction", "Resource": "*", "Condition": condition},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=document)
    given = {
        "FunctionName": "f",
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Role": role,
        "Code": {"ZipFile": package()},
    }
    assert told(dev.create_function, **given, Layers=[bad])["status"] == 403
    assert dev.create_function(**given, Layers=[good])["Layers"][0]["Arn"] == good


def test_lists_are_filtered_and_paged(client: Make, layer: Make) -> None:
    lam = client("lambda")
    files = {"python/shared.py": "NAME = 1"}
    layer("a", files, CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["arm64"])
    layer("a", files, CompatibleRuntimes=["nodejs22.x"])
    layer("b", files)
    layer("c", files, CompatibleRuntimes=["python3.12"])
    layer("gone", files)
    lam.delete_layer_version(LayerName="gone", VersionNumber=1)

    def names(**asked: Any) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        while True:
            page = lam.list_layers(**asked)
            found += [
                (each["LayerName"], each["LatestMatchingVersion"]["Version"]) for each in page["Layers"]
            ]
            if "NextMarker" not in page:
                return found
            asked["Marker"] = page["NextMarker"]

    def versions(**asked: Any) -> list[int]:
        answer = lam.list_layer_versions(LayerName="a", **asked)
        return [each["Version"] for each in answer["LayerVersions"]]

    assert names() == names(MaxItems=1) == [("a", 2), ("b", 1), ("c", 1)]
    assert names(CompatibleRuntime="python3.12") == [("a", 1), ("c", 1)]
    assert names(CompatibleArchitecture="arm64") == [("a", 1)]
    assert versions() == [2, 1]
    assert versions(CompatibleRuntime="nodejs22.x") == [2]
    marker = lam.list_layer_versions(LayerName="a", MaxItems=1)["NextMarker"]
    assert versions(MaxItems=1, Marker=marker) == [1]
    for marker in ("nonsense", "YQ==", "YQpi"):
        said = told(lam.list_layer_versions, LayerName="a", Marker=marker)
        assert said == parameter("Invalid Marker")


def test_code_and_layers_have_a_size_together(
    client: Make, layer: Make, create: Make, active: Make, package: Make
) -> None:
    lam = client("lambda")
    half = "x" * 1_000_000
    big = {f"{number}": half for number in range(132)}
    one, two = layer("one", big), layer("two", {**big, "empty": ""})
    active("f", Layers=[one])
    size = 2 * 132 * len(half) + len("def handler(event, context):\n    return event\n")
    words = "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes."
    too_large = parameter(f"{words} The actual size is {size} bytes.")
    assert told(lam.update_function_configuration, FunctionName="f", Layers=[one, two]) == too_large
    assert told(create, name="g", Layers=[one, two]) == too_large
    code = layer_of({"app.py": "x = 1", **{f"n{number}": half for number in range(131)}})
    said = told(lam.update_function_code, FunctionName="f", ZipFile=code)
    assert said == parameter(f"{words} The actual size is {132_000_000 + 131_000_000 + 5} bytes.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"ZipFile": b"no zip"},
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
        (
            {"S3Bucket": "some-bucket", "S3Key": "k"},
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket. "
            "S3 Error Message: The specified bucket does not exist",
        ),
    ],
)
def test_content_that_is_not_taken(client: Make, content: dict[str, Any], message: str) -> None:
    lam = client("lambda")
    assert told(lam.publish_layer_version, LayerName="l", Content=content) == parameter(message)
    assert lam.list_layers()["Layers"] == []


def test_numbers_are_given_once_however_many_publish_at_once(client: Make, layer: Make) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        arns = list(pool.map(lambda n: layer("l", {"n": str(n)}), range(8)))
    assert sorted(int(arn.rsplit(":", 1)[1]) for arn in arns) == list(range(1, 9))


def test_the_layers_of_others_are_not_listed(client: Make) -> None:
    theirs = client("lambda", new_account())
    content = {"ZipFile": layer_of({"a": "1"})}
    arn = theirs.publish_layer_version(LayerName="l", Content=content)["LayerArn"]
    theirs.add_layer_version_permission(
        LayerName="l", VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*"
    )
    lam = client("lambda")
    assert told(lam.list_layer_versions, LayerName=arn)["status"] == 403
    assert told(lam.publish_layer_version, LayerName=arn, Content=content)["status"] == 403
    assert told(lam.delete_layer_version, LayerName=arn, VersionNumber=1)["status"] == 403
    assert [each["Version"] for each in theirs.list_layer_versions(LayerName=arn)["LayerVersions"]] == [1]


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_versions_that_can_not_be(client: Make, account: str, layer: Make, create: Make, number: str) -> None:
    arn = layer("l", {"a": "1"}).rpartition(":")[0] + f":{number}"
    assert told(create, name="f", Layers=[arn]) == parameter(f"Layer version {arn} does not exist.")
    assert told(client("lambda").get_layer_version_by_arn, Arn=arn)["status"] in (400, 404)
