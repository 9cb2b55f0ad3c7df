"""What holds for every policy: properties of evaluation, over generated policies, callers and requests."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from identity.policy.scenario import FEDERATED, NOBODY, ROLE, ROOT, SNS, USER, WEB, Case
from portico.identity.policy.evaluate import Decision
from portico.identity.policy.explain import reasons, refusal
from portico.identity.policy.parse import PolicyError, compiled, parse

PROPERTY = settings(max_examples=100, deadline=None)

ACTIONS = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]
RESOURCES = ["arn:aws:s3:::a/x", "arn:aws:s3:::b/y", "*"]
CALLERS = [ROOT, USER, ROLE, FEDERATED, WEB, SNS, NOBODY]


def some(choices: list[str]) -> st.SearchStrategy[Any]:
    """One of them, or a list."""
    return st.sampled_from(choices) | st.lists(st.sampled_from(choices), min_size=1, max_size=2)


CONDITIONS = st.dictionaries(
    st.sampled_from(
        ["StringEquals", "StringNotEquals", "StringLikeIfExists", "ForAnyValue:StringLike", "Null"]
    ),
    st.dictionaries(st.sampled_from(["a:x", "a:y"]), some(["1", "2", "true"]), min_size=1, max_size=2),
    max_size=1,
)
PRINCIPALS = st.sampled_from(
    ["*", *({"AWS": name} for name in ("111122223333", USER.arn, ROLE.principal_arn, ROLE.arn))]
) | st.just({"Service": "sns.amazonaws.com"})


def statements(effects: list[str], *, principals: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """A statement with one of these effects."""
    elements: dict[str, Any] = {
        "Effect": st.sampled_from(effects),
        "Condition": CONDITIONS,
        **({"Principal": PRINCIPALS} if principals else {}),
    }
    action = st.sampled_from(["Action", "NotAction"])
    resource = st.sampled_from(["Resource", "NotResource"])
    return st.tuples(
        st.fixed_dictionaries(elements),
        st.tuples(action, some([*ACTIONS, "s3:*", "*"])),
        st.tuples(resource, some([*RESOURCES, "arn:aws:s3:::a/*"])),
    ).map(lambda parts: parts[0] | dict(parts[1:]))


BOTH = ["Allow", "Deny"]
LISTS = st.lists(statements(BOTH), max_size=3)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any request under any policies."""
    optional = st.none() | st.lists(statements(BOTH), min_size=1, max_size=2)
    with_principals = st.none() | st.lists(statements(BOTH, principals=True), min_size=1, max_size=2)
    return Case(
        "",
        "",
        draw(st.sampled_from(CALLERS)),
        draw(LISTS),
        draw(optional),
        draw(optional),
        draw(with_principals),
        draw(st.booleans()),
        draw(st.sampled_from(ACTIONS)),
        draw(st.sampled_from(RESOURCES)),
        draw(st.sampled_from(["111122223333", "444455556666"])),
        draw(st.dictionaries(st.sampled_from(["a:x", "a:y"]), st.sampled_from(["1", "2", ("1", "2")]))),
    )


def changed(case: Case, **fields: Any) -> Decision:
    """The decision with other policies."""
    names = case.__struct_fields__
    return Case(**({name: getattr(case, name) for name in names} | fields)).decide()


@PROPERTY
@given(cases())
def test_an_explicit_deny_always_wins(case: Case) -> None:
    """Nothing overcomes a deny that applies."""
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    decision = changed(case, identity=[*case.identity, deny])
    assert not decision.allowed
    assert decision.explicit


@PROPERTY
@given(cases(), statements(["Allow"]))
def test_adding_an_allow_never_removes_access(case: Case, more: dict[str, Any]) -> None:
    """To identity policies, or to a boundary or session policy that is there."""
    if not case.decide().allowed:
        return
    assert changed(case, identity=[*case.identity, more]).allowed
    for layer in ("boundary", "session"):
        if getattr(case, layer) is not None:
            assert changed(case, **{layer: [*getattr(case, layer), more]}).allowed


@PROPERTY
@given(cases(), statements(["Allow"], principals=True))
def test_adding_an_allow_to_the_resource_never_removes_access(case: Case, more: dict[str, Any]) -> None:
    """A resource that admits more admits no fewer."""
    if case.decide().allowed and not (case.trust and case.resource is None):
        assert changed(case, resource=[*(case.resource or []), more]).allowed


@PROPERTY
@given(cases(), statements(["Deny"]), statements(["Deny"], principals=True))
def test_adding_a_deny_never_adds_access(case: Case, more: dict[str, Any], on: dict[str, Any]) -> None:
    """Wherever it is added."""
    if case.decide().allowed:
        return
    assert not changed(case, identity=[*case.identity, more]).allowed
    assert not changed(case, resource=[*(case.resource or []), on]).allowed


@PROPERTY
@given(cases())
def test_limits_only_limit(case: Case) -> None:
    """Without its boundary and session policy a caller may do no less."""
    if case.decide().allowed:
        assert changed(case, boundary=None, session=None).allowed


@PROPERTY
@given(cases(), st.randoms())
def test_the_order_of_statements_does_not_matter(case: Case, random: Any) -> None:
    """Within a policy."""
    orders = {
        layer: random.sample(list(policy), len(policy))
        for layer in ("identity", "boundary", "session", "resource")
        if (policy := getattr(case, layer)) is not None
    }
    before, after = case.decide(), changed(case, **orders)
    assert (before.allowed, before.explicit, before.kind) == (after.allowed, after.explicit, after.kind)


@PROPERTY
@given(cases())
def test_every_decision_can_be_told(case: Case) -> None:
    """In AWS's words and in plainer ones."""
    decision = case.decide()
    assert reasons(decision)
    if not decision.allowed:
        assert " is not authorized to perform: " in refusal(decision, case.caller, case.action, case.on)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Version", "Statement", "Effect", "Action", "Resource", "Principal", "Condition", "Sid"]
            )
            | st.sampled_from(["AWS", "StringLike", "aws:username"])
            | st.text(max_size=3),
            inner | st.sampled_from(["Allow", "*", "s3:Get*", "2012-10-17", "${aws:username, '"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@PROPERTY
@given(st.text() | JSON.map(json.dumps), st.sampled_from(["identity", "resource", "trust", "session"]))
def test_parse_raises_nothing_but_policy_error(text: str, kind: Any) -> None:
    """On any text at all; and what it accepts can be compiled and evaluated."""
    try:
        parse(text, kind)
    except PolicyError:
        return
    compiled(text)


@PROPERTY
@given(LISTS.filter(bool), st.sampled_from(ACTIONS))
def test_generated_policies_are_policies(policy: list[dict[str, Any]], action: str) -> None:
    """The generators above make what AWS would take."""
    about = parse(json.dumps({"Version": "2012-10-17", "Statement": policy}), "identity").about(action)
    assert len(about) == 2
