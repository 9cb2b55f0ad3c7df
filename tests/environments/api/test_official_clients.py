"""AWS's own runtime interface client for Python, unchanged, as a deployment package brings it along."""


async def test_events_and_context(workshop, client_package) -> None:
    source = """
    def handler(event, context):
        print("at work")
        return {"event": event, "id": context.aws_request_id, "arn": context.invoked_function_arn,
                "left": context.get_remaining_time_in_millis(), "client": context.client_context.custom,
                "who": context.identity.cognito_identity_id}
    """
    spec = client_package(source)
    about = {
        "client_context": '{"custom": {"a": "1"}}',
        "cognito_identity_id": "i",
        "cognito_identity_pool_id": "p",
    }
    answer = await workshop.answer(spec, {"ü": 1}, request_id="abc", **about)
    assert 0 < answer.pop("left") <= 20_000
    assert answer == {"event": {"ü": 1}, "id": "abc", "arn": spec.arn, "client": {"a": "1"}, "who": "i"}
    again = await workshop.invoke(spec, 1, **about)
    assert "at work" in [line.text for line in again.lines]
    assert len(workshop.prepared) == 1


async def test_what_a_handler_raises(workshop, client_package) -> None:
    spec = client_package("def handler(event, context):\n    raise ValueError(event)")
    outcome, document = await workshop.error(spec, "no", request_id="abc")
    assert (document["errorType"], document["errorMessage"], document["requestId"]) == (
        "ValueError",
        "no",
        "abc",
    )
    assert outcome.error_type == "ValueError"
    assert (await workshop.error(spec, "again"))[1]["errorMessage"] == "again"
    assert len(workshop.prepared) == 1


async def test_an_import_that_fails_is_an_init_error(workshop, client_package) -> None:
    outcome, document = await workshop.error(client_package("import nowhere"))
    assert document["errorType"] == "Runtime.ImportModuleError"
    assert document["errorMessage"] == "Unable to import module 'app': No module named 'nowhere'"
    assert outcome.error_type == "Runtime.ImportModuleError"


async def test_an_answer_that_is_too_large(workshop, client_package) -> None:
    spec = client_package("def handler(event, context):\n    return 'x' * event")
    _, document = await workshop.error(spec, 6_291_556)
    assert document["errorType"] == "Function.ResponseSizeTooLarge"
    assert await workshop.answer(spec, 1) == "x"
