from portico.doors.connections import Client, OpenConnections, Served, is_id, new_id

SERVED = Served("123456789012", "us-east-1", "api", "dev")


class Connected:
    def __init__(self, connection_id: str) -> None:
        self.client = Client(connection_id, SERVED, 0.0, "host", "127.0.0.1", "")
        self.active_at = 0.0

    def post(self, data: bytes) -> bool:
        return True

    def disconnect(self) -> None:
        """Nothing is there."""


def test_ids_have_the_form_of_aws_and_differ():
    made = {new_id() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(is_id(each) and len(each) == 16 and each.endswith("=") for each in made)


def test_what_is_no_id():
    assert not any(map(is_id, ("", "A" * 16, "A" * 14 + "=", "A" * 15 + "=\n", "A" * 14 + "/=", "*")))


def test_connections_are_found_while_they_are_open():
    connections, one = OpenConnections(), Connected("A" * 15 + "=")
    connections.add(one)
    assert (connections.find(one.client.id), len(connections)) == (one, 1)
    connections.remove(one)
    connections.remove(one)
    assert (connections.find(one.client.id), len(connections)) == (None, 0)


def test_arns():
    assert SERVED.arn("$connect") == "arn:aws:execute-api:us-east-1:123456789012:api/dev/$connect"
    assert (
        SERVED.arn_of_api("authorizers/a") == "arn:aws:execute-api:us-east-1:123456789012:api/authorizers/a"
    )
