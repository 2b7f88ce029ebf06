"""The addresses of the page and of its button."""

from django.urls import path

from . import views

urlpatterns = [
    path("<uuid:key>/", views.page, name="paywall-otp"),
    path("<uuid:key>/resend", views.resend, name="paywall-resend"),
]
