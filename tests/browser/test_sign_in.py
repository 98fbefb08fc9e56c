"""Signing in at an identity provider on another site, in a real browser with its rules for cookies."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SIZES, Open, Watch
from tests.browser.service import furnish, served, settings_in
from tests.identity import CLIENT, SECRET, provided


@pytest.mark.parametrize("size", SIZES)
def test_there_and_back_again(tmp_path: Path, open_page: Open, watches: list[Watch], size: str) -> None:
    with provided() as identity:
        settings = settings_in(
            tmp_path,
            oidc_issuer=identity.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_name="Example ID",
        )
        furnish(settings)
        with served(settings) as address:
            page = open_page(address, size, beside=(identity.issuer,))
            page.goto("/me")
            page.get_by_role("link", name="Continue with Example ID").click()
            expect(page.get_by_role("heading", name="Example ID")).to_be_visible()
            page.get_by_label("Name").fill("Grace")
            page.get_by_role("button", name="Go on").click()
            page.wait_for_url(f"{address}/me")
            expect(page.get_by_role("heading", name="Hello, Grace")).to_be_visible()
            cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
            assert list(cookies) == ["sv_session"]
            assert (cookies["sv_session"]["httpOnly"], cookies["sv_session"]["sameSite"]) == (True, "Lax")
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("link", name="Sign in")).to_be_visible()
            identity.error = "access_denied"
            page.goto("/sign-in")
            page.get_by_role("link", name="Continue with Example ID").click()
            page.get_by_role("button", name="Go on").click()
            expect(page.get_by_role("alert")).to_contain_text("did not let you in")
            page.close()
            # A page that says no is an error for the console; nothing else may be in it.
            assert all("status of 403" in wrong and "/back?" in wrong for wrong in watches[0].wrong)
            watches[0].wrong.clear()
