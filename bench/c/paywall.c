/* The peer that is measured: libpaywall, whose answer is the result document. */
#include "paywall.h"
#include "peer.h"

static pw_config *configured(int number)
{
    char key[32];
    pw_config *config = pw_config_new();
    snprintf(key, sizeof key, "bench-key-%03d", number);
    peer_must(pw_config_from_env(config, NULL) == PW_OK, "the configuration");
    peer_must(pw_config_set(config, "api_key", key, NULL) == PW_OK, "the key");
    return config;
}

void *peer_open(int number)
{
    /* A program builds its configuration once; what is measured of a further client is the context. */
    static pw_config *first;
    pw_config *config = number > 0 ? configured(number) : first != NULL ? first : (first = configured(0));
    pw_ctx *ctx = NULL;
    peer_must(pw_ctx_new(config, &ctx, NULL) == PW_OK, "the context");
    if (config != first)
        pw_config_free(config);
    return ctx;
}

void peer_call(void *client)
{
    char *json;
    pw_status status =
        pw_resend_otp(client, "67a4c0f1d2e94b6f8a1b3c5d7e9f0a2b", "6489433e-f36b-1410-825e-001264113a90", &json);
    if (status != PW_OK)
        fprintf(stderr, "%s\n", json);
    peer_must(status == PW_OK, "pw_resend_otp");
    pw_string_free(json);
}

void peer_close(void *client) { pw_ctx_free(client); }
