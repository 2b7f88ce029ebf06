"""The page that asks for the code, and its button."""

import functools
import logging
import time
from typing import Any, Dict, Optional
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

import paywall

from . import texts
from .models import PendingPayment, Press

log = logging.getLogger(__name__)

# What the page says beside the answer.
WORDS = ("title", "code", "confirm", "resend", "maybe_sent", "stale", "to_reload")


@functools.lru_cache(maxsize=None)
def client(language: str) -> paywall.Client:
    """One client for the process and language, made at the first use: a worker may have been forked before or after."""
    return paywall.Client(**{"locale": language, **settings.PAYWALL})


def answer_after(result: Optional[paywall.ResendResult], action: str) -> Dict[str, Any]:
    """What the table says of an outcome: `show`, `text` (a name), `wait` and `url`."""
    error = None if result is None else result.error
    kind = "" if error is None else error.kind
    show, text, wait = next(rule[2:] for rule in texts.RULES if rule[0] in ("", action) and rule[1] in ("", kind))
    url = None if result is None else result.url_3d
    if show == "bank" and not (url or "").lower().startswith("https://"):
        # The address comes from outside, and becomes a link.
        (show, text), wait = texts.WITHOUT_URL, 0
    pause = None if error is None else error.retry_after_ms
    if wait and pause is not None:
        wait = -(-pause // 1000)
    return said(show, text, wait, url if show == "bank" else None)


def said(show: str, text: str, wait: int = 0, url: Optional[str] = None) -> Dict[str, Any]:
    """An answer."""
    return {"show": show, "text": text, "wait": wait, "url": url}


@never_cache
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """The page. It works without its script too: then the button loads it again."""
    payment = PendingPayment.objects.filter(key=key).first()
    if payment is None:
        return shown(request, None, said("other", "not_yours"), 403)
    answer = payment.answer or said("code", "asked")
    wait = max(0, answer["wait"] - (int(time.time()) - payment.changed_at))
    return shown(request, payment, {**answer, "wait": wait})


@never_cache
@require_POST
# Otherwise the claim would be seen by the others only after the call.
@transaction.non_atomic_requests
@sensitive_variables()
def resend(request: HttpRequest, key: UUID) -> HttpResponse:
    """The button."""
    payment = PendingPayment.objects.filter(key=key).first()
    if payment is None:
        return shown(request, None, said("other", "not_yours"), 403)
    # Behind a proxy, let the server set REMOTE_ADDR: anybody can send a header.
    address = request.META.get("REMOTE_ADDR", "")
    limits = {"per_payment": 5, "per_address": 30, **getattr(settings, "PAYWALL_PRESSES", {})}
    if Press.too_many(f"payment {key}", limits["per_payment"]) or Press.too_many(
        f"address {address}", limits["per_address"]
    ):
        return shown(request, payment, said("code", "too_many", 60), 429)
    claim = payment.take()
    if claim is None:
        # This is the second of two clicks. The first one's call is under way, and one message is enough.
        return shown(request, payment, said("code", "sending", 5))
    # Read this after the claim: it is the newest token.
    payment.refresh_from_db()
    tokens = payment.otp_token, payment.session_id
    if not payment.otp_token:
        payment.store(claim, said("restart", "finished"), *tokens)
        return shown(request, payment, said("restart", "finished"), 200 if scripted(request) else 303)
    # This holds if the worker dies in the call.
    payment.store(claim, said("code", "maybe_sent", 30), *tokens, release=False)
    result: Optional[paywall.ResendResult]
    try:
        result = client("tr" if language().startswith("tr") else "en").resend_otp(*tokens)
        action = result.action
    except paywall.PaywallError as error:
        result, action = error.result, error.action
        log.warning("%s: %s", action, error)
    answer = answer_after(result, action)
    # Do this on failures too: the service may have renewed the session.
    if result is not None and result.otp_token is not None and result.session_id is not None:
        tokens = result.otp_token, result.session_id
    if not payment.store(claim, answer, *tokens):
        # It was finished meanwhile.
        answer = said("restart", "finished")
    return shown(request, payment, answer, 200 if scripted(request) else 303)


def language() -> str:
    """The page's."""
    return get_language() or "en"


def scripted(request: HttpRequest) -> bool:
    """Whether the page's script asks, or a form without it."""
    return "application/json" in request.META.get("HTTP_ACCEPT", "")


def shown(
    request: HttpRequest, payment: Optional[PendingPayment], answer: Dict[str, Any], status: int = 200
) -> HttpResponse:
    """The answer as JSON for the script, or as the page."""
    pages = {name: reverse(where) for name, where in getattr(settings, "PAYWALL_PAGES", {}).items()}
    show = answer["show"]
    more = show != "code"
    content = {
        "show": show,
        "text": texts.say(answer["text"], language()),
        "wait": answer["wait"],
        "url": (answer["url"] or pages.get(show, "/")) if more else None,
        "label": texts.say(f"to_{show}", language()) if more else None,
    }
    if scripted(request):
        return JsonResponse(content, status=status)
    if status == 303:
        return redirect(payment)
    words = {name: texts.say(name, language()) for name in WORDS}
    context = {"answer": content, "words": words, "payment": payment, "verify": pages.get("verify", "")}
    return render(request, "paywall/otp.html", context, status=status)
