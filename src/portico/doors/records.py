"""Whose an address is: records that the services behind the doors keep, and the gateway reads with each request."""

from typing import Literal

import msgspec

from portico.store.table import Table

ApiKind = Literal["rest", "http", "websocket"]


class ApiPointer(msgspec.Struct, frozen=True, gc=False):
    """The account, region and kind of an API. Ids are unique among all APIs of a server."""

    kind: ApiKind
    account: str
    region: str


class UrlPointer(msgspec.Struct, frozen=True, gc=False):
    """The function (and alias, or "") whose URL has this id."""

    account: str
    region: str
    function: str
    qualifier: str = ""


class DomainPointer(msgspec.Struct, frozen=True, gc=False):
    """The account and region of a custom domain name, and what kind of thing answers there: `api` (its mappings tell which), the sign-in
    pages of a user pool (`auth`) or a developer portal (`portal`)."""

    kind: Literal["api", "auth", "portal"]
    account: str
    region: str


API_POINTERS = Table("api-pointer", ApiPointer)  # (api id)
URL_POINTERS = Table("url-pointer", UrlPointer)  # (url id)
DOMAIN_POINTERS = Table("domain-pointer", DomainPointer)  # (domain name, lower case)
