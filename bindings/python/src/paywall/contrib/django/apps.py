"""The app."""

from django.apps import AppConfig


class PaywallConfig(AppConfig):
    """`paywall.contrib.django`, with the label `paywall`."""

    name = "paywall.contrib.django"
    label = "paywall"
    default_auto_field = "django.db.models.BigAutoField"
