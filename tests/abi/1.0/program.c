/*
 * A program of the first release: built with that release's header, run with today's library. It knows every function
 * and number that there was then. Never changed; a later interface gets a program of its own.
 */
#include "../../c/check.h"

int main(void)
{
    static const struct { pw_status number; const char *name; } statuses[] = {
        { PW_OK, "ok" },           { PW_REJECTED, "rejected" }, { PW_NOT_SENT, "not_sent" }, { PW_IN_DOUBT, "in_doubt" },
        { PW_INVALID, "invalid" }, { PW_INTERNAL, "internal" }, { -1, "unrecognized" },
    };
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    char *json = NULL, *token;
    size_t i;

    /* The rule by which bindings accept a library. */
    CHECK(pw_abi_version() >> 16 == PW_ABI_MAJOR);
    CHECK(pw_abi_version() >= ((uint32_t)PW_ABI_MAJOR << 16 | PW_ABI_MINOR));
    CHECK(strlen(pw_version()) > 0);
    for (i = 0; i < sizeof statuses / sizeof *statuses; i++)
        CHECK(strcmp(pw_status_name(statuses[i].number), statuses[i].name) == 0);

    CHECK(pw_config_from_env(config, &json) == PW_OK);
    CHECK(json == NULL);
    CHECK(pw_ctx_new(config, &ctx, &json) == PW_INVALID);
    CHECK(ctx == NULL && has(json, "/error/code", "environment"));
    pw_string_free(json);
    CHECK(pw_config_set(config, "base_url", needed("SANDBOX_HTTPS"), &json) == PW_OK);
    CHECK(pw_ctx_new(config, &ctx, &json) == PW_OK);
    CHECK(json == NULL);
    pw_config_free(config);

    CHECK(pw_ctx_check(ctx, &json) == PW_OK);
    CHECK(has(json, "/action", "none"));
    pw_string_free(json);

    CHECK(pw_resend_otp(ctx, "sbx_ok_5001", "6489433E-F36B-1410-825E-001264113A90", &json) == PW_OK);
    CHECK(has(json, "/status", "ok") && has(json, "/action", "verify_otp") && has(json, "/token_state", "new"));
    CHECK(has(json, "/session_id", "6489433e-f36b-1410-825e-001264113a90"));
    token = pw_json_get(json, "/otp_token");
    CHECK(token != NULL && strcmp(token, "sbx_ok_5001") != 0);
    pw_string_free(token);
    pw_string_free(json);

    CHECK(pw_resend_otp(ctx, "sbx_token_expired", "6489433e-f36b-1410-825e-001264113a90", &json) == PW_REJECTED);
    CHECK(has(json, "/action", "restart") && has(json, "/error/kind", "token_expired") && has(json, "/token_state", "kept"));
    pw_string_free(json);

    CHECK(pw_resend_otp(ctx, "sbx_reset_after", "6489433e-f36b-1410-825e-001264113a90", &json) == PW_IN_DOUBT);
    CHECK(has(json, "/action", "await_code") && has(json, "/token_state", "in_doubt"));
    pw_string_free(json);
    pw_ctx_free(ctx);
    return report("a program of ABI 1.0");
}
