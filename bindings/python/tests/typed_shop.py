"""A user's program, for the type checkers: it is checked, not run."""

import asyncio
import logging
import uuid
from pathlib import Path
from typing import Any, Dict, Optional, Union

import paywall


def keep(outcome: Union[paywall.ResendResult, paywall.PaywallError]) -> None:
    result = outcome.result if isinstance(outcome, paywall.PaywallError) else outcome
    store: Dict[str, Optional[str]] = {"token": result.otp_token, "session": result.session_id}
    print(len(store))


def resend(client: paywall.Client, token: str, session: uuid.UUID) -> str:
    try:
        result: paywall.ResendResult = client.resend_otp(token, session)
    except paywall.RejectedError as error:
        kind: Optional[str] = error.kind
        wait: Optional[int] = None if error.result.error is None else error.result.error.retry_after_ms
        return f"{error.action} {kind} {error.code} {wait}"
    except (paywall.NotSentError, paywall.InDoubtError) as error:
        return error.result.transport.connection or error.action
    except ValueError as error:
        return str(error)
    if result.action == paywall.Action.VERIFY_OTP and result.token_state == paywall.TokenState.NEW:
        answer: Any = result.response
        return str(answer)
    return paywall.Status.OK


async def main() -> None:
    with paywall.Client(
        environment="test",
        api_key="key",
        api_client="client",
        timeout_ms=10_000,
        ca_file=Path("ca.pem"),
        headers={"X-Shop": "1"},
        on_abandoned=keep,
        logger=logging.getLogger("shop"),
    ) as client:
        result = await client.aresend_otp("token", "session")
        print(result.http_status, client.check().message, client.closed)


class ShopClient(paywall.Client):
    """A subclass of your own."""

    def again(self) -> None:
        keep(self.resend_otp("token", "session"))


ShopClient.from_env(timeout_ms=5000, app="Shop/1.0").again()
logging.info(paywall.__version__)
asyncio.run(main())

# What a checker must find.
paywall.Client(enviroment="test")  # type: ignore[call-arg]  # pyright: ignore
paywall.Client(timeout_ms=1.5)  # type: ignore[arg-type]  # pyright: ignore
paywall.Client.from_env(timeout=5)  # type: ignore[call-arg]  # pyright: ignore
paywall.Client.from_env().resend_otp(b"token", "session")  # type: ignore[arg-type]  # pyright: ignore
paywall.Client.from_env().resend_otp("token", "session").otp_token = "x"  # type: ignore[misc]  # pyright: ignore
