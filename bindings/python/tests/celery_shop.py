"""A shop's task queue, for test_celery.py. The broker and the results are files; everything in them is JSON."""

import os

from celery import Celery

import paywall

FOLDER = os.environ["CELERY_SHOP_FOLDER"]
for name in ("queue", "control", "results"):
    os.makedirs(os.path.join(FOLDER, name), exist_ok=True)
app = Celery("shop", broker="filesystem://", backend=f"file://{FOLDER}/results")
app.conf.broker_transport_options = {
    "data_folder_in": f"{FOLDER}/queue",
    "data_folder_out": f"{FOLDER}/queue",
    "control_folder": f"{FOLDER}/control",
}


@app.task(name="resend")
def resend(token: str, session: str) -> None:
    with paywall.Client.from_env() as client:
        client.resend_otp(token, session)
