"""Token and session of each payment that waits for a code.

They are not in the visitor's session: each of two clicks at once has a copy of it, and the one that ends last would
write the older token back. The row is also the lock, so it holds across workers and servers, whatever cache there is.
"""

import hashlib
import secrets
import time
import uuid
from typing import Any, Dict, Optional

from django.db import IntegrityError, InterfaceError, OperationalError, connections, models, router, transaction
from django.db.models import F
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

# Longer than the longest call.
CLAIM_SECONDS = 150
KEPT_SECONDS = 86400


class PendingPayment(models.Model):
    """A payment that waits for a code. Its key is in the page's address, and nobody guesses it."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    otp_token = models.CharField(max_length=1024)
    session_id = models.CharField(max_length=40)
    claim = models.CharField(max_length=32, default="", editable=False)
    claimed_until = models.BigIntegerField(default=0, editable=False)
    answer = models.JSONField(default=dict, editable=False)
    changed_at = models.BigIntegerField(editable=False)

    class Meta:
        """What Django asks for."""

        verbose_name = "pending payment"

    def __str__(self) -> str:
        """Without token and session: this is in logs and in the admin."""
        return str(self.key)

    def get_absolute_url(self) -> str:
        """The page that asks for the code."""
        return reverse("paywall-otp", args=[self.key])

    @classmethod
    @sensitive_variables()
    def begin(cls, otp_token: str, session_id: str) -> "PendingPayment":
        """The operation that asked for a code."""
        now = int(time.time())
        cls.objects.filter(changed_at__lt=now - KEPT_SECONDS).delete()
        Press.objects.filter(began__lt=now - 60).delete()
        return cls.objects.create(otp_token=otp_token, session_id=session_id, changed_at=now)

    def finish(self) -> None:
        """The payment is over: nobody needs its token now. The row stays for a day, for who presses again."""
        answer = {"show": "restart", "text": "finished", "wait": 0, "url": None}
        type(self).objects.filter(key=self.key).update(
            otp_token="", session_id="", claim="", claimed_until=0, answer=answer
        )

    def take(self) -> Optional[str]:
        """Claims the row: nobody else has it until `store`. None: somebody has it now."""
        now, claim = int(time.time()), secrets.token_hex(16)
        free = type(self).objects.filter(key=self.key, claimed_until__lte=now)
        # In a transaction of the shop's the others would not see it. Then this raises, and nothing is sent.
        with transaction.atomic(using=router.db_for_write(type(self)), durable=True):
            return claim if free.update(claim=claim, claimed_until=now + CLAIM_SECONDS) == 1 else None

    @sensitive_variables()
    def store(
        self, claim: str, answer: Dict[str, Any], otp_token: str, session_id: str, *, release: bool = True
    ) -> bool:
        """Stores what to use next, and what the page shows. False: not stored, the payment is over meanwhile."""
        values: Dict[str, Any] = {"answer": answer, "otp_token": otp_token, "session_id": session_id}
        if release:
            values.update(claim="", claimed_until=0)
        values["changed_at"] = int(time.time())
        mine = type(self).objects.filter(key=self.key, claim=claim)
        try:
            return mine.update(**values) == 1
        except (InterfaceError, OperationalError):
            connection = connections[router.db_for_write(type(self))]
            if connection.in_atomic_block:
                raise
            # The server closed the connection during the call. The next statement opens another.
            connection.close()
            return mine.update(**values) == 1


class Press(models.Model):
    """How often somebody pressed within a minute."""

    who = models.CharField(max_length=64, primary_key=True)
    began = models.BigIntegerField()
    presses = models.IntegerField()

    @classmethod
    def too_many(cls, who: str, limit: int) -> bool:
        """Counts a press, and says whether there were more than `limit` within a minute."""
        who, now = hashlib.sha256(who.encode()).hexdigest(), int(time.time())
        if not cls.objects.filter(who=who, began__gt=now - 60).update(presses=F("presses") + 1):
            cls.objects.filter(who=who).delete()
            try:
                cls.objects.create(who=who, began=now, presses=1)
            except IntegrityError:
                # Another worker was a moment faster.
                cls.objects.filter(who=who).update(presses=F("presses") + 1)
        return cls.objects.filter(who=who, presses__gt=limit).exists()
