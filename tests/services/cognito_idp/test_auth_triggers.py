"""Functions that have a part in signing in, against a running server; and a client library that signs in."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.exceptions import ForceChangePasswordException, SoftwareTokenMFAChallengeException

from harness import Server
from portico.services.cognito_idp import totp
from srp_client import Client as SrpClient
from user_pools import FLOWS, PASSWORD, claims

# The library asks for the time as Python 3.12 warns of.
OLD_CLOCK = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

SOURCE = """
import json

def handler(event, context):
    return HANDLERS[event["triggerSource"]](event)

def define(event):
    session, response = event["request"]["session"], event["response"]
    response["issueTokens"] = response["failAuthentication"] = False
    if session and session[-1]["challengeName"] == "CUSTOM_CHALLENGE" and session[-1]["challengeResult"]:
        response["issueTokens"] = True
    elif len(session) >= 4:
        response["failAuthentication"] = True
    elif session and session[-1]["challengeName"] == "SRP_A":
        response["challengeName"] = "PASSWORD_VERIFIER"
    else:
        response["challengeName"] = "CUSTOM_CHALLENGE"
    return event

def create(event):
    said = {"round": str(len(event["request"]["session"])), "found": json.dumps(event["request"].get("userNotFound"))}
    event["response"]["publicChallengeParameters"] = {"question": "2 + 2", **said}
    event["response"]["privateChallengeParameters"] = {"answer": "4"}
    event["response"]["challengeMetadata"] = "SUM"
    return event

def verify(event):
    request = event["request"]
    event["response"]["answerCorrect"] = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"]
    return event

def tokens(event):
    seen = json.dumps({key: event[key] for key in ("triggerSource", "version", "userName", "callerContext", "request")})
    if event["version"] == "1":
        event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"seen": seen}, "claimsToSuppress": ["email"]}
    else:
        event["response"]["claimsAndScopeOverrideDetails"] = {
            "idTokenGeneration": {"claimsToAddOrOverride": {"seen": seen}},
            "accessTokenGeneration": {"claimsToAddOrOverride": {"plan": {"seats": 3}}, "scopesToAdd": ["api/read"]},
            "groupOverrideDetails": {"groupsToOverride": ["invented"]},
        }
    return event

def before(event):
    if event["request"]["validationData"]:
        raise Exception(json.dumps(event["request"], sort_keys=True))
    return event

def after(event):
    if event["request"].get("clientMetadata"):
        raise Exception(json.dumps(event["request"]["newDeviceUsed"]) + " " + json.dumps(event["request"]["clientMetadata"]))
    return event

def migrate(event):
    if event["userName"] == "old" and event["request"]["password"] == "0ldPassw0rd!":
        event["response"]["userAttributes"] = {"email": "old@example.com", "email_verified": "true"}
        event["response"]["finalUserStatus"] = "CONFIRMED"
        event["response"]["messageAction"] = "SUPPRESS"
        return event
    raise Exception("Bad password")

HANDLERS = {
    "DefineAuthChallenge_Authentication": define,
    "CreateAuthChallenge_Authentication": create,
    "VerifyAuthChallengeResponse_Authentication": verify,
    "PreAuthentication_Authentication": before,
    "PostAuthentication_Authentication": after,
    "UserMigration_Authentication": migrate,
}
for source in ("Authentication", "NewPasswordChallenge", "RefreshTokens"):
    HANDLERS["TokenGeneration_" + source] = tokens
"""
CUSTOM = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")


class Place:
    """A pool with a function for some triggers, a client, and a user, alice."""

    def __init__(self, idp: Any, pool: str, client: str) -> None:
        self.idp, self.pool, self.client = idp, pool, client

    def initiate(
        self, flow: str, name: str = "alice", metadata: dict[str, str] | None = None, **given: str
    ) -> Any:
        return self.idp.initiate_auth(
            AuthFlow=flow,
            ClientId=self.client,
            AuthParameters={"USERNAME": name, **given},
            ClientMetadata=metadata or {},
        )

    def respond(
        self, before: Any, metadata: dict[str, str] | None = None, name: str = "alice", **given: str
    ) -> Any:
        return self.idp.respond_to_auth_challenge(
            ClientId=self.client,
            ChallengeName=before["ChallengeName"],
            Session=before["Session"],
            ChallengeResponses={"USERNAME": name, **given},
            ClientMetadata=metadata or {},
        )


Make = Callable[..., Place]


@pytest.fixture
def make(client: Callable[..., Any], deploy: Callable[..., str]) -> Make:
    """`make(triggers)`: a pool whose triggers call a function that may be called by it."""

    def made(
        *triggers: str, version: str = "", hides: bool = False, permitted: bool = True, **settings: Any
    ) -> Place:
        idp, lam = client("cognito-idp", validate=True), client("lambda")
        arn = lam.get_function(FunctionName=deploy(SOURCE))["Configuration"]["FunctionArn"]
        config: dict[str, Any] = dict.fromkeys(triggers, arn)
        if version:
            config["PreTokenGenerationConfig"] = {"LambdaVersion": version, "LambdaArn": arn}
        pool = idp.create_user_pool(PoolName="p", LambdaConfig=config, **settings)["UserPool"]
        if permitted:
            lam.add_permission(
                FunctionName=arn,
                StatementId="pool",
                Action="lambda:InvokeFunction",
                Principal="cognito-idp.amazonaws.com",
                SourceArn=pool["Arn"],
            )
        asked = idp.create_user_pool_client(
            UserPoolId=pool["Id"],
            ClientName="c",
            ExplicitAuthFlows=list(FLOWS),
            PreventUserExistenceErrors="ENABLED" if hides else "LEGACY",
        )
        email = [{"Name": "email", "Value": "a@example.com"}]
        idp.admin_create_user(
            UserPoolId=pool["Id"], Username="alice", MessageAction="SUPPRESS", UserAttributes=email
        )
        idp.admin_set_user_password(
            UserPoolId=pool["Id"], Username="alice", Password=PASSWORD, Permanent=True
        )
        return Place(idp, pool["Id"], asked["UserPoolClient"]["ClientId"])

    return made


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_flow_of_functions(make: Make) -> None:
    place = make(*CUSTOM)
    asked = place.initiate("CUSTOM_AUTH")
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"] == {
        "USERNAME": "alice",
        "question": "2 + 2",
        "round": "0",
        "found": "null",
    }
    again = place.respond(asked, ANSWER="5")
    assert again["ChallengeParameters"]["round"] == "1"
    for answer in ("4", "5"):
        with pytest.raises(ClientError) as caught:
            place.respond(asked, ANSWER=answer)
        assert refusal(caught) == ("NotAuthorizedException", "Invalid session for the user.")
    result = place.respond(again, ANSWER="4")["AuthenticationResult"]
    assert claims(result["AccessToken"])["username"] == "alice"
    with pytest.raises(ClientError) as caught:
        place.respond(again, ANSWER="4")
    assert refusal(caught)[0] == "NotAuthorizedException"


def test_a_flow_of_functions_ends_when_they_say_so(make: Make) -> None:
    place = make(*CUSTOM)
    asked = place.initiate("CUSTOM_AUTH")
    for _ in range(3):
        asked = place.respond(asked, ANSWER="5")
    for _ in range(2):
        with pytest.raises(ClientError) as caught:
            place.respond(asked, ANSWER="5")
        assert refusal(caught)[0] == "NotAuthorizedException"
    with pytest.raises(ClientError) as caught:
        place.respond(asked, ANSWER="4")  # guessed in the end, on the session of the last wrong answer
    assert refusal(caught)[0] == "NotAuthorizedException"


def test_a_flow_of_functions_that_begins_with_the_password(make: Make) -> None:
    place = make(*CUSTOM)
    for password in (PASSWORD, "wrong"):
        srp = SrpClient(place.pool.partition("_")[2], password)
        offered = place.initiate("CUSTOM_AUTH", CHALLENGE_NAME="SRP_A", SRP_A=srp.a)
        assert offered["ChallengeName"] == "PASSWORD_VERIFIER"
        proof = srp.proof(offered["ChallengeParameters"])
        del proof["USERNAME"]
        if password == "wrong":
            with pytest.raises(ClientError) as caught:
                place.respond(offered, **proof)
            assert refusal(caught) == ("NotAuthorizedException", "Incorrect username or password.")
            return
        asked = place.respond(offered, **proof)
        assert (asked["ChallengeName"], asked["ChallengeParameters"]["round"]) == ("CUSTOM_CHALLENGE", "2")
        assert place.respond(asked, ANSWER="4")["AuthenticationResult"]


def test_a_flow_of_functions_goes_on_for_nobody_where_users_are_hidden(make: Make) -> None:
    place = make(*CUSTOM, hides=True)
    asked = place.initiate("CUSTOM_AUTH", "nobody")
    assert asked["ChallengeParameters"] == {
        "USERNAME": "nobody",
        "question": "2 + 2",
        "round": "0",
        "found": "true",
    }
    again = place.respond(asked, name="nobody", ANSWER="4")
    assert again["ChallengeName"] == "CUSTOM_CHALLENGE"
    known = place.initiate("CUSTOM_AUTH")
    assert known["ChallengeParameters"]["found"] == "false"
    assert len(known["Session"]) == len(asked["Session"])


@pytest.mark.parametrize("hides", [False, True])
@pytest.mark.parametrize("when", ["before", "between"])
def test_a_flow_of_functions_lets_nobody_in_who_is_disabled(make: Make, hides: bool, when: str) -> None:
    """What the functions say is about answers; whether the user may sign in is not theirs to decide."""
    place = make(*CUSTOM, hides=hides)

    def disable() -> None:
        place.idp.admin_disable_user(UserPoolId=place.pool, Username="alice")

    if when == "before":
        disable()
    with pytest.raises(ClientError) as caught:
        _answered(place, "alice", disable)
    assert refusal(caught) == ("NotAuthorizedException", "User is disabled.")


def test_a_flow_of_functions_lets_nobody_in_who_is_not_confirmed(make: Make) -> None:
    place = make(*CUSTOM)
    place.idp.sign_up(ClientId=place.client, Username="new", Password=PASSWORD)
    with pytest.raises(ClientError) as caught:
        _answered(place, "new", lambda: None)
    assert refusal(caught)[0] == "UserNotConfirmedException"


def _answered(place: Place, name: str, between: Callable[[], None]) -> Any:
    asked = place.initiate("CUSTOM_AUTH", name)
    between()
    return place.respond(asked, name=name, ANSWER="4")


@pytest.mark.parametrize("version", ["V1_0", "V2_0", "V3_0"])
def test_a_function_changes_tokens(make: Make, version: str) -> None:
    place = make(version=version)
    result = place.initiate("USER_PASSWORD_AUTH", PASSWORD=PASSWORD, metadata={"not": "told"})[
        "AuthenticationResult"
    ]
    again = place.idp.get_tokens_from_refresh_token(
        ClientId=place.client, RefreshToken=result["RefreshToken"], ClientMetadata={"told": "so"}
    )["AuthenticationResult"]
    for tokens, source in ((result, "Authentication"), (again, "RefreshTokens")):
        identity, access = claims(tokens["IdToken"]), claims(tokens["AccessToken"])
        seen = json.loads(identity["seen"])
        assert seen["triggerSource"] == f"TokenGeneration_{source}"
        assert (seen["version"], seen["userName"]) == (version[1], "alice")
        assert seen["callerContext"]["clientId"] == place.client
        request = seen["request"]
        assert request["userAttributes"]["email"] == "a@example.com"
        assert request["userAttributes"]["cognito:user_status"] == "CONFIRMED"
        assert request["groupConfiguration"] == {
            "groupsToOverride": [],
            "iamRolesToOverride": [],
            "preferredRole": None,
        }
        assert request.get("clientMetadata") == (None if source == "Authentication" else {"told": "so"})
        if version == "V1_0":
            assert "scopes" not in request
            assert "email" not in identity
            assert not {"plan", "seen"} & set(access)
        else:
            assert request["scopes"] == ["aws.cognito.signin.user.admin"]
            assert access["plan"] == {"seats": 3}
            assert access["scope"] == "aws.cognito.signin.user.admin api/read"
            assert identity["cognito:groups"] == access["cognito:groups"] == ["invented"]


def test_functions_before_and_after_may_refuse(make: Make) -> None:
    place = make("PreAuthentication", "PostAuthentication")
    with pytest.raises(ClientError) as caught:
        place.initiate("USER_PASSWORD_AUTH", PASSWORD="wrong", metadata={"from": "afar"})
    code, words = refusal(caught)
    assert code == "UserLambdaValidationException"
    assert words.startswith("PreAuthentication failed with error ")
    told = json.loads(words.removeprefix("PreAuthentication failed with error ").removesuffix("."))
    assert told["validationData"] == {"from": "afar"}
    assert told["userAttributes"]["email"] == "a@example.com"
    assert place.initiate("USER_PASSWORD_AUTH", PASSWORD=PASSWORD)["AuthenticationResult"]
    srp = SrpClient(place.pool.partition("_")[2], PASSWORD)
    offered = place.initiate("USER_SRP_AUTH", SRP_A=srp.a)
    with pytest.raises(ClientError) as caught:
        place.idp.respond_to_auth_challenge(
            ClientId=place.client,
            ChallengeName="PASSWORD_VERIFIER",
            ChallengeResponses=srp.proof(offered["ChallengeParameters"]),
            ClientMetadata={"to": "me"},
        )
    assert refusal(caught) == (
        "UserLambdaValidationException",
        'PostAuthentication failed with error false {"to": "me"}.',
    )


@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "CUSTOM_AUTH"])
def test_a_function_that_does_not_allow_it_is_not_called(make: Make, flow: str) -> None:
    place = make("PreAuthentication", *CUSTOM, permitted=False)
    with pytest.raises(ClientError) as caught:
        place.initiate(flow, PASSWORD=PASSWORD)
    code, words = refusal(caught)
    assert code == "UnexpectedLambdaException"
    assert words == "PreAuthentication invocation failed due to error AccessDeniedException."


@pytest.mark.parametrize("hides", [False, True])
def test_a_user_comes_from_elsewhere(make: Make, hides: bool) -> None:
    place = make("UserMigration", hides=hides)
    for name, password in (("old", "wrong"), ("other", "0ldPassw0rd!")):
        with pytest.raises(ClientError) as caught:
            place.initiate("USER_PASSWORD_AUTH", name, PASSWORD=password)
        assert refusal(caught)[0] == ("NotAuthorizedException" if hides else "UserNotFoundException")
    result = place.initiate("USER_PASSWORD_AUTH", "old", PASSWORD="0ldPassw0rd!")["AuthenticationResult"]
    assert claims(result["IdToken"])["email"] == "old@example.com"
    assert place.initiate("USER_PASSWORD_AUTH", "old", PASSWORD="0ldPassw0rd!")["AuthenticationResult"]
    user = place.idp.admin_get_user(UserPoolId=place.pool, Username="old")
    assert user["UserStatus"] == "CONFIRMED"


@pytest.mark.parametrize("hides", [False, True])
def test_passwords_of_elsewhere_are_not_guessed_more_often(make: Make, hides: bool) -> None:
    """Who has not come over yet has a password all the same, which the function checks."""
    place = make("UserMigration", hides=hides)

    def guess(password: str) -> str:
        try:
            place.initiate("USER_PASSWORD_AUTH", "old", PASSWORD=password)
        except ClientError as error:
            return str(error.response["Error"]["Message"])
        return ""

    with ThreadPoolExecutor(8) as threads:
        said = [each.result() for each in [threads.submit(guess, f"wrong{n}") for n in range(16)]]
    assert said.count("Password attempts exceeded") >= 10


@pytest.fixture
def library(server: Server, make: Make) -> Callable[..., Cognito]:
    """`library(place, name, ...)`: pycognito, for a pool of the running server."""

    def made(place: Place, name: str = "alice", **more: Any) -> Cognito:
        found = Cognito(
            place.pool,
            place.client,
            user_pool_region="us-east-1",
            username=name,
            access_key="unsigned",
            secret_key="unsigned",
            boto3_client_kwargs={"endpoint_url": server.url},
            **more,
        )
        found.pool_domain_url = server.url
        return found

    return made


@OLD_CLOCK
def test_pycognito_signs_in_refreshes_and_out(make: Make, library: Callable[..., Cognito]) -> None:
    """It verifies each token with the keys that it fetches from the pool's address."""
    user = library(make())
    user.authenticate(password=PASSWORD)
    first = user.access_token
    assert claims(user.id_token)["email"] == "a@example.com"
    user.renew_access_token()
    assert user.access_token != first
    assert user.get_user().username == "alice"
    user.logout()
    assert user.access_token is None
    with pytest.raises(ClientError) as caught:
        library(make()).authenticate(password="wrong")
    assert refusal(caught) == ("NotAuthorizedException", "Incorrect username or password.")


@OLD_CLOCK
def test_pycognito_changes_the_first_password(make: Make, library: Callable[..., Cognito]) -> None:
    place = make()
    place.idp.admin_create_user(
        UserPoolId=place.pool, Username="new", MessageAction="SUPPRESS", TemporaryPassword="T3mporary!"
    )
    user = library(place, "new")
    with pytest.raises(ForceChangePasswordException):
        user.authenticate(password="T3mporary!")
    user.new_password_challenge("T3mporary!", PASSWORD)
    assert claims(user.access_token)["username"] == "new"


@OLD_CLOCK
def test_pycognito_sets_an_app_up_and_signs_in_with_it(make: Make, library: Callable[..., Cognito]) -> None:
    import time

    place = make()
    place.idp.set_user_pool_mfa_config(
        UserPoolId=place.pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    user = library(place)
    user.authenticate(password=PASSWORD)
    secret = user.associate_software_token()
    step = int(time.time()) // 30
    assert user.verify_software_token(totp.code(secret, step), "phone")
    user.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    again = library(place)
    with pytest.raises(SoftwareTokenMFAChallengeException):
        again.authenticate(password=PASSWORD)
    again.respond_to_software_token_mfa_challenge(totp.code(secret, int(time.time()) // 30))
    assert claims(again.access_token)["username"] == "alice"
