"""An OTP page with "send again" for Django.

Copy it into an app and add `path("otp/", include("shop.django_otp"))` to your URLs. Before you send the shopper here,
put `otp_token` and `otp_session` of the operation that asked for the code into `request.session`: on the server, not
into the page. Sessions must be stored in a database or a cache, not in signed cookies.

settings.PAYWALL = {"environment": "test", "api_key": "…", "api_client": "…", "timeout_ms": 10_000}
Keep timeout_ms below the time after which your server kills a worker (gunicorn: 30 s).
"""

import functools

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

import paywall

# What the shopper sees. The service's own words for the shopper, if there are any, come after it.
TEXTS = {
    paywall.Action.VERIFY_OTP: "We have sent you a new code.",
    paywall.Action.AWAIT_CODE: "A code may be on its way. Only if none comes within a minute, press again.",
    paywall.Action.WAIT: "Please wait a little before you ask for another code.",
    paywall.Action.CHECK_OPERATION: "This code is no longer needed, or a newer one was sent. Please use the newest.",
    paywall.Action.RESTART: "This took too long. Please begin the payment again.",
    paywall.Action.REDIRECT_3D: "Your bank wants to confirm this payment on its own page.",
    paywall.Action.FIX_ACCOUNT: "There is something to settle with your wallet account.",
    paywall.Action.RETRY: "No code was sent. Please press again.",
}
# The other actions are for the shop to fix, and look the same to the shopper. So does an action of a newer library.
OTHERWISE = "No code can be sent right now. Please choose another way to pay."

PAGE = """<!doctype html><title>OTP</title>
<p role="status">{{ notice }}</p>
<form method="post" action="{% url 'otp-resend' %}" onsubmit="this.querySelector('button').disabled = true">
{% csrf_token %}<button>{{ label }}</button></form>"""


@functools.lru_cache(maxsize=None)
def client() -> paywall.Client:
    """One client for the whole process, made at the first use: each worker may have been forked before or after."""
    return paywall.Client(**settings.PAYWALL)


def page(request: HttpRequest) -> HttpResponse:
    notice = request.session.pop("otp_notice", "")
    content = {"notice": notice, "label": gettext("Send the code again")}
    return HttpResponse(engines["django"].from_string(PAGE).render(content, request))


@require_POST
@sensitive_variables()
def resend(request: HttpRequest) -> HttpResponse:
    token, session = request.session.get("otp_token"), request.session.get("otp_session")
    if token is None or session is None:
        return HttpResponse(status=409)

    # Two clicks at once must not become two messages: the second one finds the first one's mark.
    mark = f"otp-resend-{request.session.session_key}"
    if not cache.add(mark, True, timeout=60):
        return redirect("otp-page")
    try:
        try:
            result = client().resend_otp(token, session)
        except paywall.PaywallError as error:
            result = error.result
        # Whatever the outcome, these are the ones to use next. They are saved before the mark goes.
        if result.otp_token is not None:
            request.session["otp_token"], request.session["otp_session"] = result.otp_token, result.session_id
        request.session["otp_notice"] = notice_of(result)
        request.session.save()
    finally:
        cache.delete(mark)

    if result.action == paywall.Action.REDIRECT_3D and result.url_3d is not None:
        return redirect(result.url_3d)
    return redirect("otp-page")


def notice_of(result: paywall.ResendResult) -> str:
    words = [gettext(TEXTS.get(result.action, OTHERWISE)), result.customer_message]
    return " ".join(word for word in words if word)


urlpatterns = [path("", page, name="otp-page"), path("resend", resend, name="otp-resend")]
