"""Integrations of REST APIs through VPC links."""

from typing import Any

from harness import running
from rest_doors import RestApi
from rest_integrations import Integrated, Site, site

ACCOUNT = "000000000000"
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:{}:loadbalancer/net/inner/50dc6c495c0c9188"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:{}:listener/app/inner/50dc6c495c0c9188/f2f7dc8efc522ab2"
URI = "http://inner-123.elb.us-east-1.amazonaws.com:8080/base/{id}?fixed=1"


def test_what_is_behind_a_link() -> None:
    balancer, listener = BALANCER.format(ACCOUNT), LISTENER.format(ACCOUNT)
    with site() as one, site() as two:
        targets = f"{balancer}={one.url},{listener}={two.url}"
        with running(None, "--vpc-targets", targets) as server:
            rest = RestApi(server, server.client, ACCOUNT)
            link = rest.control.create_vpc_link(name="l", targetArns=[balancer])["id"]
            through: dict[str, Any] = {
                "integrationHttpMethod": "GET",
                "uri": URI,
                "connectionType": "VPC_LINK",
                "requestParameters": {"integration.request.path.id": "method.request.path.id"},
            }
            path = {"requestParameters": {"method.request.path.id": True}}
            made = Integrated(rest)
            made.put("/link/{id}", "HTTP_PROXY", method=path, connectionId=link, **through)
            variable = "${stageVariables.link}"
            made.put("/variable/{id}", "HTTP_PROXY", method=path, connectionId=variable, **through)
            target = {"integrationTarget": listener, "connectionId": link}
            made.put("/target/{id}", "HTTP_PROXY", method=path, **target, **through)
            rest.deploy(variables={"link": link})
            for name, backend in (("link", one), ("variable", one), ("target", two)):
                told = rest.ask(f"/{name}/7?q=1").json
                assert backend.asked[-1] == told
                assert told["path"] == "/base/7?fixed=1&q=1"
                hosts = [value for key, value in told["headers"] if key.lower() == "host"]
                assert hosts == ["inner-123.elb.us-east-1.amazonaws.com:8080"]


def test_a_link_that_nothing_is_said_of_leads_to_the_uri(
    api: Integrated, backend: Site, account: str
) -> None:
    link = api.rest.control.create_vpc_link(name="l", targetArns=[BALANCER.format(account)])["id"]
    through = {"connectionType": "VPC_LINK", "connectionId": link, "uri": f"{backend.url}/a"}
    api.put("/a", "HTTP_PROXY", integrationHttpMethod="GET", **through)
    assert api.ask("/a").json["path"] == "/a"
