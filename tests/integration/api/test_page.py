"""The page: from this machine alone, and nothing inline."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import spark_vision_api

WEB = Path(spark_vision_api.__file__).parent / "web"


class Tags(HTMLParser):
    """Collects what a page loads, and what stands inline in it."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.inline += [name for name in values if name.startswith("on") or name == "style"]
        self._in_script = tag in ("script", "style")
        if tag in ("script", "img", "link"):
            self.loaded += [value for name in ("src", "href") if (value := values.get(name))]

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append(data)


def test_the_page_has_a_strict_policy_and_loads_from_here(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    tags = Tags()
    tags.feed(answer.text)
    assert tags.inline == []
    assert "/static/page.js" in tags.loaded
    for path in tags.loaded:
        assert path.startswith("/static/")
        assert client.get(path).status_code == 200


def test_no_file_of_the_page_names_another_place() -> None:
    for path in WEB.rglob("*"):
        if path.is_file():
            urls = re.findall(r"https?://[^\s\"')]+", path.read_text())
            assert [url for url in urls if not url.startswith("http://www.w3.org/")] == [], path.name


def test_the_script_never_makes_html_of_text() -> None:
    script = (WEB / "static" / "page.js").read_text()
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in script


@pytest.mark.parametrize(
    ("path", "kind"),
    [("page.js", "text/javascript"), ("page.css", "text/css"), ("icon.svg", "image/svg+xml")],
)
def test_static_files_have_their_types(client: TestClient, path: str, kind: str) -> None:
    answer = client.get(f"/static/{path}")
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_page_is_small() -> None:
    assert sum(path.stat().st_size for path in WEB.rglob("*") if path.is_file()) < 30_000
