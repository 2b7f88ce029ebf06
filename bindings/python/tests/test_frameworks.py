"""What web frameworks make of a result: a browser must not get the token and the session."""

import asyncio
import copy
import dataclasses
import json
import pickle
import sys
from typing import Any, Callable, Dict, List

import flask
import pydantic
import pytest
from django.core.serializers.json import DjangoJSONEncoder
from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from sandbox import SESSION

import paywall
from paywall.results import HIDDEN


@pytest.fixture
def result(client: paywall.Client) -> paywall.ResendResult:
    with pytest.raises(paywall.RejectedError) as caught:
        client.resend_otp("sbx_3d", SESSION)
    return caught.value.result


def of_flask(result: paywall.ResendResult) -> str:
    app = flask.Flask("shop")

    @app.get("/")
    def page() -> Any:
        return flask.jsonify(result)

    return app.test_client().get("/").get_data(as_text=True)


def of_fastapi(result: paywall.ResendResult, annotation: Any = None) -> str:
    app = FastAPI()

    @app.get("/", response_model=annotation)
    def page() -> Any:
        return result

    sent: List[Dict[str, Any]] = []

    async def receive() -> Dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "http_version": "1.1"}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 200
    return b"".join(message.get("body", b"") for message in sent).decode()


FORMS: Dict[str, Callable[[paywall.ResendResult], str]] = {
    "asdict": lambda result: json.dumps(dataclasses.asdict(result)),
    "astuple": lambda result: json.dumps(dataclasses.astuple(result)),
    "vars": lambda result: json.dumps(vars(result), default=vars),
    "__dict__ all the way": lambda result: json.dumps(result, default=lambda thing: thing.__dict__),
    "Django": lambda result: json.dumps(dataclasses.asdict(result), cls=DjangoJSONEncoder),
    "Flask": of_flask,
    "FastAPI": of_fastapi,
    "FastAPI with a response model": lambda result: of_fastapi(result, paywall.ResendResult),
    "FastAPI's encoder": lambda result: json.dumps(jsonable_encoder(result)),
    "pydantic": lambda result: pydantic.TypeAdapter(paywall.ResendResult).dump_json(result).decode(),
    "a text": str,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_serialized_result_has_no_secret(form: str, result: paywall.ResendResult) -> None:
    assert None not in (result.otp_token, result.session_id, result.url_3d, result.response_body)
    text = FORMS[form](result)
    assert "redirect_3d" in text
    for secret in (result.otp_token, result.session_id, result.url_3d, "StatusCode"):
        assert secret is not None
        assert secret not in text


def test_copies_keep_them(result: paywall.ResendResult) -> None:
    """A result is data: a copy that has lost the token would be a lost code."""
    copies = [pickle.loads(pickle.dumps(result, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    copies += [copy.copy(result), copy.deepcopy(result)]
    # Before, dataclasses.replace refuses to be called without them.
    if sys.version_info >= (3, 10):
        copies.append(dataclasses.replace(result))
    hidden = {name: getattr(result, name) for name in HIDDEN}
    copies.append(dataclasses.replace(result, **hidden))
    for again in copies:
        assert again == result
        assert hash(again) == hash(result)
        assert again.otp_token == result.otp_token
        assert again.response == result.response
    assert dataclasses.replace(result, **{**hidden, "otp_token": "another"}) != result
