"""Paywall's Masterpass "Resend OTP": sent at most once, with the truth about it.

    with paywall.Client.from_env() as client:
        result = client.resend_otp(token, session)

Every outcome says what is true (accepted, refused, not sent, in doubt) and what to do next, as `action`.
"""

from ._client import Client
from ._version import VERSION
from .errors import (
    InDoubtError,
    InvalidArgumentError,
    LibraryError,
    NotSentError,
    PaywallError,
    RejectedError,
)
from .results import ErrorInfo, ResendResult, Transport
from .words import Action, Kind, Status, TokenState

__version__ = VERSION

__all__ = [
    "Action",
    "Client",
    "ErrorInfo",
    "InDoubtError",
    "InvalidArgumentError",
    "Kind",
    "LibraryError",
    "NotSentError",
    "PaywallError",
    "RejectedError",
    "ResendResult",
    "Status",
    "TokenState",
    "Transport",
    "__version__",
]
