"""The Django app in the real framework, with its migrations, served by several processes of gunicorn."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

import pytest
from sandbox import SESSION, Sandbox

import paywall
from paywall.contrib.django import texts

SHOP = """
import os
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.conf import settings

folder = os.environ["SHOP_FOLDER"]
settings.configure(
    ALLOWED_HOSTS=["*"],
    # One per process, as it is without a setting.
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": folder + "/db", "OPTIONS": {"timeout": 30},
        "ATOMIC_REQUESTS": True,
    }},
    INSTALLED_APPS=["paywall.contrib.django"],
    LANGUAGE_CODE=os.environ.get("SHOP_LANGUAGE", "tr"),
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"file": {"class": "logging.FileHandler", "filename": folder + "/log"}},
        "root": {"handlers": ["file"], "level": "INFO"},
    },
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    PAYWALL={
        "base_url": os.environ["PAYWALL_BASE_URL"], "ca_file": os.environ["PAYWALL_CA_FILE"],
        "api_key": os.environ["PAYWALL_API_KEY"], "api_client": os.environ["PAYWALL_API_CLIENT"], "timeout_ms": 10_000,
        **({"timeout_ms": "soon"} if "SHOP_BAD" in os.environ else {}),
    },
    PAYWALL_PAGES={"verify": "verify", "restart": "verify", "other": "verify"},
    ROOT_URLCONF="shop",
    SECRET_KEY="for tests",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USE_TZ=True,
)
import django
django.setup()
from django.core.wsgi import get_wsgi_application
from paywall.contrib.django.models import PendingPayment
from paywall.contrib.django import views


def begin(request):
    return redirect(PendingPayment.begin(request.GET["token"], "6489433e-f36b-1410-825e-001264113a90"))


def finish(request, key):
    PendingPayment.objects.get(key=key).finish()
    return HttpResponse("finished")


@transaction.non_atomic_requests
def dropped(request, key):
    # The button, whose connection to the database is lost during the call.
    connection.ensure_connection()
    lost = connection.connection

    def drop(execute, sql, params, many, context):
        changed = sql.split("WHERE")[0]
        if connection.connection is lost and "otp_token" in changed and '"claim" =' in changed:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(drop):
        return views.resend(request, key=key)


# A shop may wrap everything in a transaction of its own.
wrapped = transaction.non_atomic_requests(transaction.atomic(views.resend))
urlpatterns = [
    path("wrapped/<uuid:key>/resend", wrapped), path("dropped/<uuid:key>/resend", dropped),
    path("begin", begin), path("finish/<uuid:key>", finish), path("verify", finish, name="verify"),
    path("otp/", include("paywall.contrib.django.urls")),
]
application = get_wsgi_application()
if __name__ == "__main__":
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    call_command("makemigrations", "paywall", check=True, dry_run=True)
"""

TURKISH, ENGLISH = texts.TEXTS["tr"], texts.TEXTS["en"]


class Shop:
    """The shop's server, and a visitor without JavaScript."""

    def __init__(self, folder: Path, sandbox: Sandbox, **environment: str) -> None:
        (folder / "shop.py").write_text(SHOP, encoding="utf-8")
        self.folder = folder
        found = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        variables = {**sandbox.environment, "SHOP_FOLDER": str(folder), "PYTHONPATH": found, **environment}
        subprocess.run([sys.executable, "shop.py"], cwd=folder, env=variables, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "-w", "4", "-b", f"127.0.0.1:{self.port}", "shop:application"]
        self.server = subprocess.Popen([*command, "--log-file", str(folder / "gunicorn")], cwd=folder, env=variables)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError((folder / "gunicorn").read_text(encoding="utf-8"))

    def stop(self) -> None:
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(30)

    def workers(self) -> List[str]:
        task = f"/proc/{self.server.pid}/task/{self.server.pid}/children"
        return Path(task).read_text(encoding="ascii").split()

    def ask(
        self, method: str, path: str, fields: Optional[Dict[str, str]] = None, **headers: str
    ) -> Tuple[int, str, Dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = None if fields is None else urllib.parse.urlencode(fields)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, dict(answer.getheaders())

    def begin(self, token: str) -> "Visitor":
        status, _, headers = self.ask("GET", f"/begin?token={token}")
        assert status == 302
        return Visitor(self, headers["Location"])

    def stored(self, visitor: "Visitor") -> Tuple[str, str]:
        with sqlite3.connect(str(self.folder / "db")) as database:
            query = "SELECT otp_token, session_id FROM paywall_pendingpayment WHERE key = ?"
            return database.execute(query, [visitor.key.replace("-", "")]).fetchone()  # type: ignore[no-any-return]


class Visitor:
    """Somebody with the page open."""

    def __init__(self, shop: Shop, path: str) -> None:
        self.shop, self.path = shop, path
        self.key = path.strip("/").rsplit("/", 1)[-1]
        status, self.page, headers = shop.ask("GET", path)
        assert status == 200
        self.cookie = headers["Set-Cookie"].split(";")[0]
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)
        assert found is not None
        self.fields = {"csrfmiddlewaretoken": found.group(1)}

    def press(self, **changes: str) -> Tuple[int, Any]:
        fields = {**self.fields, **changes}
        headers = {"Cookie": self.cookie, "Accept": "application/json"}
        status, text, _ = self.shop.ask("POST", f"{self.path}resend", fields, **headers)
        return status, json.loads(text) if text.startswith("{") else text


@pytest.fixture(scope="module")
def running(_one_sandbox: Sandbox, tmp_path_factory: Any) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), _one_sandbox)
    yield shop
    shop.stop()


@pytest.fixture
def shop(running: Shop, sandbox: Sandbox) -> Shop:
    with sqlite3.connect(str(running.folder / "db")) as database:
        database.execute("DELETE FROM paywall_press")
    return running


def test_the_next_press_uses_the_new_token(shop: Shop, sandbox: Sandbox) -> None:
    opened = sandbox.operation(cooldown_ms=0)
    visitor = shop.begin(opened["otp_token"])
    assert TURKISH["asked"] in visitor.page
    with sqlite3.connect(str(shop.folder / "db")) as database:
        update = "UPDATE paywall_pendingpayment SET session_id = ? WHERE key = ?"
        database.execute(update, [opened["session_id"], visitor.key.replace("-", "")])
    for _ in range(2):
        assert visitor.press()[1]["text"] == TURKISH["sent"]
    assert [entry["sms"] for entry in sandbox.requests()] == [True, True]
    assert shop.stored(visitor)[0] != opened["otp_token"]
    assert shop.stored(visitor)[0] not in Visitor(shop, visitor.path).page


@pytest.mark.parametrize(
    ("token", "show", "text"),
    [
        ("sbx_reset_after", "code", "maybe_sent"),
        ("sbx_cooldown", "code", "wait"),
        ("sbx_limit", "restart", "limit"),
        ("sbx_token_used", "restart", "begin_again"),
        ("sbx_token_expired", "restart", "expired"),
        ("sbx_3d", "bank", "bank"),
        ("sbx_no_bank_otp", "restart", "bank_again"),
        ("sbx_account_blocked", "other", "account"),
        ("sbx_http_401", "other", "unavailable"),
        ("sbx_unknown_code", "other", "unavailable"),
    ],
)
def test_what_the_shopper_is_shown(token: str, show: str, text: str, shop: Shop) -> None:
    visitor = shop.begin(token)
    status, answer = visitor.press()
    assert (status, answer["show"], answer["text"]) == (200, show, TURKISH[text])
    # And again after the page is loaded again.
    assert TURKISH[text] in Visitor(shop, visitor.path).page
    assert show != "bank" or answer["url"].startswith("https://")
    assert (shop.stored(visitor)[1] != SESSION) == (token == "sbx_token_expired")


def test_four_clicks_at_once_are_one_message(shop: Shop, sandbox: Sandbox) -> None:
    visitor = shop.begin("sbx_delay_1500")
    answers: List[str] = []
    threads = [threading.Thread(target=lambda: answers.append(visitor.press()[1]["text"])) for _ in range(4)]
    threads[0].start()
    for _ in range(400):
        if sandbox.requests():
            break
        time.sleep(0.01)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sandbox.requests()) == 1
    assert sorted(answers) == sorted([TURKISH["sent"]] + [TURKISH["sending"]] * 3)


def test_without_its_script_the_page_works(shop: Shop, sandbox: Sandbox) -> None:
    visitor = shop.begin("sbx_ok_5001")
    status, _, headers = shop.ask("POST", f"{visitor.path}resend", visitor.fields, Cookie=visitor.cookie)
    assert (status, headers["Location"]) == (302, visitor.path)
    assert TURKISH["sent"] in shop.ask("GET", visitor.path)[1]
    assert len(sandbox.requests()) == 1


def test_who_guesses_or_has_an_old_page_sends_nothing(shop: Shop, sandbox: Sandbox) -> None:
    visitor = shop.begin("sbx_ok_5001")
    assert visitor.press(csrfmiddlewaretoken="x" * 64)[0] == 403
    guessed = "00000000-0000-4000-8000-000000000000"
    visitor.path = f"/otp/{guessed}/"
    assert visitor.press()[0] == 403
    assert shop.ask("GET", visitor.path)[0] == 403
    assert shop.ask("GET", f"{visitor.path}resend")[0] == 405
    assert sandbox.requests() == []


def test_too_many_presses_send_nothing(shop: Shop, sandbox: Sandbox) -> None:
    visitor = shop.begin("sbx_ok_0000")
    assert [visitor.press()[0] for _ in range(7)] == [200] * 5 + [429] * 2
    assert len(sandbox.requests()) == 5


def test_a_finished_payment_sends_nothing(shop: Shop, sandbox: Sandbox) -> None:
    visitor = shop.begin("sbx_ok_5001")
    assert shop.ask("GET", f"/finish/{visitor.key}")[0] == 200
    # Also on the page, whose box for the code would lead nowhere.
    assert TURKISH["finished"] in shop.ask("GET", visitor.path)[1]
    assert visitor.press()[1]["text"] == TURKISH["finished"]
    assert sandbox.requests() == []


def test_in_a_transaction_nothing_is_sent(shop: Shop, sandbox: Sandbox) -> None:
    # The claim would be seen only after the call, and a rollback would lose the new token.
    visitor = shop.begin("sbx_ok_5001")
    visitor.path = f"/wrapped/{visitor.key}/"
    assert visitor.press()[0] == 500
    assert sandbox.requests() == []


def test_a_connection_that_is_lost_in_the_call_loses_no_token(shop: Shop, sandbox: Sandbox) -> None:
    visitor = shop.begin("sbx_ok_5001")
    visitor.path = f"/dropped/{visitor.key}/"
    assert visitor.press()[1]["text"] == TURKISH["sent"]
    assert shop.stored(visitor)[0] != "sbx_ok_5001"
    assert len(sandbox.requests()) == 1


def test_a_worker_that_dies_in_the_call_leaves_what_is_known(shop: Shop, sandbox: Sandbox) -> None:
    visitor = shop.begin("sbx_delay_3000")

    def lost() -> None:
        with contextlib.suppress(ConnectionError):
            visitor.press()

    thread = threading.Thread(target=lost)
    thread.start()
    for _ in range(400):
        if sandbox.requests():
            break
        time.sleep(0.01)
    # Meanwhile and afterwards, for who loads the page again.
    assert f'role="status">{TURKISH["maybe_sent"]}<' in shop.ask("GET", visitor.path)[1]
    for worker in shop.workers():
        os.kill(int(worker), signal.SIGKILL)
    thread.join()
    assert f'role="status">{TURKISH["maybe_sent"]}<' in shop.ask("GET", visitor.path)[1]
    assert visitor.press()[1]["text"] == TURKISH["sending"]
    assert len(sandbox.requests()) == 1


def test_a_bad_option_is_another_way_to_pay_in_english(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Shop(tmp_path, sandbox, SHOP_BAD="yes", SHOP_LANGUAGE="en")
    try:
        status, answer = shop.begin("sbx_ok_5001").press()
    finally:
        shop.stop()
    assert (status, answer["text"]) == (200, ENGLISH["unavailable"])
    assert "timeout_ms" in (tmp_path / "log").read_text(encoding="utf-8")


def test_the_steps_of_the_readme(sandbox: Sandbox, tmp_path: Path) -> None:
    readme = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")

    def run(*command: str) -> str:
        program = [sys.executable, *command]
        return subprocess.run(
            program, cwd=tmp_path, env=sandbox.environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    app, urls = '"paywall.contrib.django"', 'path("otp/", include("paywall.contrib.django.urls"))'
    models = "from paywall.contrib.django.models import PendingPayment"
    begin = f'PendingPayment.begin("sbx_ok_5001", "{SESSION}").get_absolute_url()'
    for words in ("django-admin startproject shop .", app, urls, models, begin):
        assert f"`{words}`" in readme
    run("-m", "django", "startproject", "shop", ".")
    for file, old, new in (
        ("settings.py", "INSTALLED_APPS = [", f"PAYWALL = {sandbox.options!r}\nINSTALLED_APPS = [{app}, "),
        ("urls.py", "urlpatterns = [", f"from django.urls import include\nurlpatterns = [{urls}, "),
    ):
        path = tmp_path / "shop" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    run("manage.py", "migrate")
    press = f"Client().post({begin} + 'resend', HTTP_ACCEPT='application/json', HTTP_HOST='localhost').json()['text']"
    printed = run("manage.py", "shell", "-c", f"{models}; from django.test import Client; print({press})")
    assert ENGLISH["sent"] in printed
    assert len(sandbox.requests()) == 1


def test_every_action_has_a_rule_or_is_the_shops_business() -> None:
    words = {word for name, word in vars(paywall.Action).items() if not name.startswith("_")}
    ruled = {rule[0] for rule in texts.RULES}
    assert words - ruled == {"fix_configuration", "fix_request", "contact_support", "none"}


def test_the_script_is_the_one_of_the_other_shops() -> None:
    repository = Path(__file__).resolve().parents[3]
    ours = Path(os.path.dirname(texts.__file__)) / "templates" / "paywall" / "paywall.js"
    assert ours.read_bytes() == (repository / "bindings/php/plugins/shared/paywall.js").read_bytes()
