"""The two tables."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """Creates them."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="PendingPayment",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("otp_token", models.CharField(max_length=1024)),
                ("session_id", models.CharField(max_length=40)),
                ("claim", models.CharField(default="", editable=False, max_length=32)),
                ("claimed_until", models.BigIntegerField(default=0, editable=False)),
                ("answer", models.JSONField(default=dict, editable=False)),
                ("changed_at", models.BigIntegerField(editable=False)),
            ],
            options={"verbose_name": "pending payment"},
        ),
        migrations.CreateModel(
            name="Press",
            fields=[
                ("who", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("began", models.BigIntegerField()),
                ("presses", models.IntegerField()),
            ],
        ),
    ]
