"""What the pages of a portal say."""

import re
from collections.abc import Iterator, Mapping
from html import escape

from portico.services.apigatewayv2.portal_records import Endpoint, Product, Text, Told
from portico.services.apigatewayv2.site.html import Page, links, note, reply, table
from portico.services.apigatewayv2.site.markdown import rendered
from portico.services.apigatewayv2.site.visit import Visit
from portico.wire.http import Headers, Reply

_VARIABLE = re.compile(r"\{([^{}+]+)\+?\}")
_BODILESS = ("GET", "HEAD")


def home(visit: Visit) -> Reply:
    """The products."""
    shown = "".join(
        f"<section><h2>{links([(_address(visit, one), one.name)])}</h2>{note('about', one.about)}</section>"
        for one in visit.site.products
    )
    return _page(visit, "Products", f"{note('about', visit.site.about)}{shown}")


def product(visit: Visit, product_id: str) -> Reply:
    """A product: its overview, and where its pages are."""
    found = _product(visit, product_id)
    if found is None:
        return missing(visit)
    overview = rendered(found.overview.body) if found.overview else ""
    texts = _list([(f"{_address(visit, found)}/pages/{one.id}", one.title) for one in found.texts])
    sections = "".join(
        (f"<h2>{escape(section.name)}</h2>" if section.name else "")
        + _list([(_endpoint_address(visit, found, one), one.title) for one in section.endpoints])
        for section in found.sections
    )
    return _page(visit, found.name, f"{note('about', found.about)}{overview}{texts}{sections}")


def text(visit: Visit, product_id: str, page_id: str) -> Reply:
    """A page in an author's words."""
    found = _product(visit, product_id)
    page = next((one for one in _texts(found) if one.id == page_id), None)
    return _page(visit, page.title, rendered(page.body), found) if page else missing(visit)


def endpoint(visit: Visit, product_id: str, page_id: str) -> Reply:
    """A page about a method, with a form to call it."""
    found, page = endpoint_of(visit, product_id, page_id)
    return endpoint_page(visit, found, page) if found and page else missing(visit)


def endpoint_page(
    visit: Visit,
    of: Product,
    page: Endpoint,
    *,
    given: Mapping[str, str] | None = None,
    answer: str = "",
    status: int = 200,
) -> Reply:
    """As `endpoint`, with the form filled in as it was `given`, and what came of it (`answer`, HTML)."""
    form = _form(visit, of, page, given or {}) if page.tryable and not visit.is_preview else ""
    return _page(visit, page.title, f"{_method(page)}{form}{answer}", of, status=status)


def endpoint_of(visit: Visit, product_id: str, page_id: str) -> tuple[Product | None, Endpoint | None]:
    """A product and its page about a method."""
    found = _product(visit, product_id)
    every = (one for section in found.sections for one in section.endpoints) if found else ()
    return found, next((one for one in every if one.id == page_id), None)


def missing(visit: Visit) -> Reply:
    """There is no such page."""
    return _page(visit, "Page not found", note("error", "There is no such page in this portal."), status=404)


def told(visit: Visit, title: str, words: str, status: int, more: Headers = ()) -> Reply:
    """A page that says why something is not done, and shows nothing of the products."""
    main = f"{note('error', words)}<p>{links([(f'{visit.base}/', 'Go on')])}</p>"
    return reply(visit.site, Page(title, main, f"{visit.base}/"), status=status, more=more)


def _page(visit: Visit, title: str, main: str, of: Product | None = None, *, status: int = 200) -> Reply:
    products = tuple((_address(visit, one), one.name) for one in visit.site.products)
    back = f"<p>{links([(_address(visit, of), of.name)])}</p>" if of else ""
    leave = f"{visit.base}/sign-out" if visit.site.users and not visit.is_preview else ""
    return reply(visit.site, Page(title, back + main, f"{visit.base}/", products, leave), status=status)


def _product(visit: Visit, product_id: str) -> Product | None:
    return next((one for one in visit.site.products if one.id == product_id), None)


def _texts(of: Product | None) -> tuple[Text, ...]:
    return () if of is None else (of.texts if of.overview is None else (of.overview, *of.texts))


def _address(visit: Visit, of: Product) -> str:
    return f"{visit.base}/products/{of.id}"


def _endpoint_address(visit: Visit, of: Product, page: Endpoint) -> str:
    return f"{_address(visit, of)}/endpoints/{page.id}"


def _list(given: list[tuple[str, str]]) -> str:
    return "<ul>" + "".join(f"<li>{links([one])}</li>" for one in given) + "</ul>" if given else ""


def _method(page: Endpoint) -> str:
    called = f"<p><strong>{escape(page.method)}</strong> <code>{escape(page.url)}</code></p>"
    where = table(("Method", "Path", "Stage"), [(page.method, page.path, page.stage)])
    return f"{called}{where}{rendered(page.body) if page.body else ''.join(_documentation(page))}"


def _documentation(page: Endpoint) -> Iterator[str]:
    """What the API says of a method itself."""
    yield rendered(page.about) if page.about else ""
    if page.parameters:
        rows = [(one.name, one.place, "yes" if one.required else "no", one.about) for one in page.parameters]
        yield "<h2>Parameters</h2>" + table(("Name", "In", "Required", "Description"), rows)
    if page.request.about or page.request.schema:
        yield f"<h2>Request body</h2>{_told(page.request)}"
    for one in page.responses:
        yield f"<h2>Response {escape(one.status)}</h2>{_told(one)}"


def _told(one: Told) -> str:
    return note("about", one.about) + (f"<pre>{escape(one.schema)}</pre>" if one.schema else "")


def _form(visit: Visit, of: Product, page: Endpoint, given: Mapping[str, str]) -> str:
    names = [f"path.{name}" for name in _VARIABLE.findall(page.path)]
    names += [f"{one.place}.{one.name}" for one in page.parameters if one.place in ("query", "header")]
    inputs = "".join(_input(name, "{1} ({0})".format(*name.split(".", 1)), given) for name in names)
    method = _input("method", "Method", {"method": "GET", **given}) if page.method == "ANY" else ""
    more = _input("query", "More of the query (a=b&c=d)", given)
    more += _area("headers", "More headers, one a line", given)
    body = "" if page.method in _BODILESS else _area("body", "Body", given)
    action = escape(f"{_endpoint_address(visit, of, page)}/try")
    return f'<h2>Try it</h2><form method="post" action="{action}">{method}{inputs}{more}{body}<button>Try it</button></form>'


def _input(name: str, words: str, given: Mapping[str, str]) -> str:
    value = escape(given.get(name, ""))
    return f'<label>{escape(words)} <input name="{escape(name)}" value="{value}" autocomplete="off"></label>'


def _area(name: str, words: str, given: Mapping[str, str]) -> str:
    return f'<label>{escape(words)} <textarea name="{name}" rows="4">\n{escape(given.get(name, ""))}</textarea></label>'
