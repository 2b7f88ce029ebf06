"""A Django app: the page that asks for a one-time password, and its button "send the code again".

    INSTALLED_APPS = [..., "paywall.contrib.django"]          # then: manage.py migrate
    PAYWALL = {"environment": "test", "api_key": "…", "api_client": "…", "timeout_ms": 10_000}
    PAYWALL_PAGES = {"verify": "shop:verify", "restart": "shop:pay", "other": "shop:pay"}   # names of your URLs
    urlpatterns = [..., path("otp/", include("paywall.contrib.django.urls"))]

When an operation asked for a code:

    payment = PendingPayment.begin(otp_token, session_id)     # paywall.contrib.django.models
    return redirect(payment)

Your view `verify` gets the form with `key` and `code`:

    payment = PendingPayment.objects.get(key=request.POST["key"])
    # verify the code with payment.otp_token and payment.session_id; if the money was taken:
    payment.finish()

Keep timeout_ms below the time after which your server kills a worker (gunicorn: 30 s).
"""
