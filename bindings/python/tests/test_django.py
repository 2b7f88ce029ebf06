"""The recipe for Django, in the real framework."""

import importlib.util
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List

import django
import pytest
from django.conf import settings
from sandbox import SESSION, Sandbox

import paywall

RECIPE = Path(__file__).resolve().parents[1] / "examples" / "django_otp.py"


@pytest.fixture
def shop(sandbox: Sandbox) -> Iterator[Any]:
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"],
            CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
            PAYWALL=sandbox.options,
            SECRET_KEY="for tests",
            SESSION_ENGINE="django.contrib.sessions.backends.cache",
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        )
        django.setup()
    found = importlib.util.spec_from_file_location("django_otp", RECIPE)
    assert found is not None
    assert found.loader is not None
    recipe = importlib.util.module_from_spec(found)
    found.loader.exec_module(recipe)
    settings.ROOT_URLCONF = recipe
    yield recipe
    recipe.client().close()


def visitor(token: str) -> Any:
    from django.test import Client

    visitor = Client()
    session = visitor.session
    session.update({"otp_token": token, "otp_session": SESSION})
    session.save()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return visitor


def test_the_next_press_uses_the_new_token(shop: Any, sandbox: Sandbox) -> None:
    opened = sandbox.operation(cooldown_ms=0)
    browser = visitor(opened["otp_token"])
    session = browser.session
    session["otp_session"] = opened["session_id"]
    session.save()
    for _ in range(2):
        page = browser.post("/resend", follow=True).content.decode()
        assert "We have sent you a new code." in page
    assert browser.session["otp_token"] != opened["otp_token"]
    assert [entry["sms"] for entry in sandbox.requests()] == [True, True]
    assert browser.session["otp_token"] not in page


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("sbx_reset_after", "A code may be on its way."),
        ("sbx_cooldown", "Please wait a little"),
        ("sbx_token_used", "a newer one was sent"),
        ("sbx_token_expired", "begin the payment again"),
        ("sbx_no_bank_otp", "on its own page"),
        ("sbx_account_blocked", "wallet account"),
        ("sbx_http_401", "another way to pay"),
        ("sbx_unknown_code", "another way to pay"),
    ],
)
def test_what_the_shopper_is_shown(token: str, shown: str, shop: Any) -> None:
    browser = visitor(token)
    page = browser.post("/resend", follow=True).content.decode()
    assert shown in page
    assert shown not in browser.get("/").content.decode()


def test_on_to_3d_secure(shop: Any) -> None:
    answer = visitor("sbx_3d").post("/resend")
    assert answer.status_code == 302
    assert answer["Location"].startswith("https://")


def test_a_renewed_session_is_stored_after_a_failure_too(shop: Any) -> None:
    browser = visitor("sbx_token_expired")
    browser.post("/resend")
    assert browser.session["otp_session"] != SESSION


def test_two_clicks_at_once_are_one_message(shop: Any, sandbox: Sandbox) -> None:
    browsers: List[Any] = [visitor("sbx_delay_400")]
    second = type(browsers[0])()
    second.cookies = browsers[0].cookies
    browsers.append(second)
    threads = [threading.Thread(target=browser.post, args=("/resend",)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sandbox.requests()) == 1
    assert browsers[0].session["otp_token"] != "sbx_delay_400"


def test_without_an_operation_nothing_is_sent(shop: Any, sandbox: Sandbox) -> None:
    from django.test import Client

    assert Client().post("/resend").status_code == 409
    assert Client().get("/resend").status_code == 405
    assert sandbox.requests() == []


def test_every_action_has_its_text_or_is_the_shops_business(shop: Any) -> None:
    words: Dict[str, Any] = {name: word for name, word in vars(paywall.Action).items() if not name.startswith("_")}
    assert set(words.values()) - set(shop.TEXTS) == {"fix_configuration", "fix_request", "contact_support", "none"}
