/*
 * Every function of the interface, with every argument wrong in every way, and every outcome of the sandbox: run
 * against the shared and the static library, and under valgrind.
 */
#include "check.h"

#define TOKEN "67a40b720d564a878dd46579b3d2eff3"
#define SESSION "6489433e-f36b-1410-825e-001264113a90"

static char *stale(void)
{
    /* A pointer that must be replaced before anything else happens. */
    static char text[] = "stale";
    return text;
}

/* Checks a refusal's document and frees it. */
static void refused(pw_status status, char *json, const char *kind, const char *name)
{
    CHECK(status == PW_INVALID);
    CHECK(json != NULL);
    CHECK(has(json, "/status", "invalid"));
    CHECK(has(json, "/error/kind", kind));
    CHECK(has(json, "/error/code", name));
    CHECK(has(json, "/otp_token", NULL));
    pw_string_free(json);
}

/* The call first, its document then: C does not say in which order arguments are evaluated. */
#define REFUSED(call, kind, name)               \
    do {                                        \
        char *json = stale();                   \
        pw_status status = (call);              \
        refused(status, json, kind, name);      \
    } while (0)

static void numbers_and_names(void)
{
    CHECK(pw_abi_version() == ((uint32_t)PW_ABI_MAJOR << 16 | PW_ABI_MINOR));
    CHECK(strlen(pw_version()) >= 5);
    CHECK(strcmp(pw_status_name(PW_OK), "ok") == 0);
    CHECK(strcmp(pw_status_name(PW_IN_DOUBT), "in_doubt") == 0);
    CHECK(strcmp(pw_status_name(-1), "unrecognized") == 0);
    CHECK(strcmp(pw_status_name(2147483647), "unrecognized") == 0);
}

static void freeing_nothing(void)
{
    pw_config_free(NULL);
    pw_ctx_free(NULL);
    pw_string_free(NULL);
    CHECK(1);
}

static void null_for_every_pointer(const pw_ctx *ctx)
{
    pw_config *config = pw_config_new();
    pw_ctx *made = (pw_ctx *)stale();
    char *json;

    REFUSED(pw_config_set(NULL, "locale", "tr", &json), "argument", "config");
    REFUSED(pw_config_set(config, NULL, "tr", &json), "argument", "name");
    REFUSED(pw_config_set(config, "locale", NULL, &json), "argument", "value");
    REFUSED(pw_config_from_env(NULL, &json), "argument", "config");
    REFUSED(pw_ctx_new(NULL, &made, &json), "argument", "config");
    CHECK(made == NULL);
    REFUSED(pw_ctx_new(config, NULL, &json), "argument", "out_ctx");
    REFUSED(pw_ctx_check(NULL, &json), "argument", "ctx");
    REFUSED(pw_resend_otp(NULL, TOKEN, SESSION, &json), "argument", "ctx");
    REFUSED(pw_resend_otp(ctx, NULL, SESSION, &json), "argument", "token");
    REFUSED(pw_resend_otp(ctx, TOKEN, NULL, &json), "argument", "session");

    /* Without room for the document only the one call that would lose a token refuses. */
    CHECK(pw_resend_otp(ctx, TOKEN, SESSION, NULL) == PW_INVALID);
    CHECK(pw_config_set(config, "locale", "de", NULL) == PW_INVALID);
    CHECK(pw_config_set(config, "locale", "tr", NULL) == PW_OK);
    CHECK(pw_config_from_env(NULL, NULL) == PW_INVALID);
    CHECK(pw_ctx_new(NULL, NULL, NULL) == PW_INVALID);
    CHECK(pw_ctx_check(NULL, NULL) == PW_INVALID);
    CHECK(pw_ctx_check(ctx, NULL) == PW_OK);

    /* A document is NULL after success where only failures have one. */
    json = stale();
    CHECK(pw_config_set(config, "locale", "en", &json) == PW_OK);
    CHECK(json == NULL);
    pw_config_free(config);
}

static void broken_texts(const pw_ctx *ctx)
{
    static const char *const broken[] = {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf8\x88\x80\x80\x80"};
    const size_t length = 10 * 1000 * 1000;
    char *huge = malloc(length + 1);
    pw_config *config = pw_config_new();
    size_t i;

    for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        REFUSED(pw_config_set(config, broken[i], "tr", &json), "argument", "name");
        REFUSED(pw_config_set(config, "locale", broken[i], &json), "argument", "value");
        REFUSED(pw_resend_otp(ctx, broken[i], SESSION, &json), "argument", "token");
        REFUSED(pw_resend_otp(ctx, TOKEN, broken[i], &json), "argument", "session");
        CHECK(pw_json_get(broken[i], "") == NULL);
        CHECK(pw_json_get("{}", broken[i]) == NULL);
    }

    memset(huge, 'x', length);
    huge[length] = '\0';
    REFUSED(pw_config_set(config, huge, "tr", &json), "config", "option");
    REFUSED(pw_config_set(config, "api_key", huge, &json), "config", "api_key");
    REFUSED(pw_config_set(config, "base_url", huge, &json), "config", "base_url");
    REFUSED(pw_resend_otp(ctx, huge, SESSION, &json), "argument", "token");
    REFUSED(pw_resend_otp(ctx, TOKEN, huge, &json), "argument", "session");
    CHECK(pw_json_get(huge, "") == NULL);
    CHECK(pw_json_get("{}", huge) == NULL);
    free(huge);

    REFUSED(pw_resend_otp(ctx, "", SESSION, &json), "argument", "token");
    REFUSED(pw_resend_otp(ctx, "a\nb", SESSION, &json), "argument", "token");
    REFUSED(pw_resend_otp(ctx, TOKEN, "", &json), "argument", "session");
    REFUSED(pw_resend_otp(ctx, TOKEN, "00000000-0000-0000-0000-000000000000", &json), "argument", "session");
    REFUSED(pw_config_set(config, "", "x", &json), "config", "option");
    REFUSED(pw_config_set(config, "header.X\r\nY", "x", &json), "config", "header");
    REFUSED(pw_config_set(config, "header.X", "x\r\ny", &json), "config", "header");
    REFUSED(pw_config_set(config, "api_key", "x\r\ny", &json), "config", "api_key");
    REFUSED(pw_config_set(config, "base_url", "http://127.0.0.1.example.com", &json), "config", "base_url");
    REFUSED(pw_config_set(config, "timeout_ms", "0", &json), "config", "timeout_ms");
    REFUSED(pw_config_set(config, "ca_file", "", &json), "config", "ca_file");
    pw_config_free(config);
}

static void members(void)
{
    static const char document[] =
        "{\"a\":\"t\\u00fcrk\\u00e7e\",\"b\":null,\"c\":[1,{\"x/y\":true,\"~\":-7}],\"d\":\"a\\u0000b\",\"e\":\"\",\"\":2}";
    CHECK(has(document, "/a", "t\xc3\xbcrk\xc3\xa7" "e"));
    CHECK(has(document, "/b", NULL));
    CHECK(has(document, "/c", "[1,{\"x/y\":true,\"~\":-7}]"));
    CHECK(has(document, "/c/0", "1"));
    CHECK(has(document, "/c/1/x~1y", "true"));
    CHECK(has(document, "/c/1/~0", "-7"));
    CHECK(has(document, "/c/2", NULL));
    CHECK(has(document, "/d", NULL));
    CHECK(has(document, "/e", ""));
    CHECK(has(document, "/", "2"));
    CHECK(has(document, "/nothing/at/all", NULL));
    CHECK(has(document, "a", NULL));
    CHECK(has("7", "", "7"));
    CHECK(has("", "", NULL));
    CHECK(has("{", "/a", NULL));
    CHECK(pw_json_get(NULL, "/a") == NULL);
    CHECK(pw_json_get(document, NULL) == NULL);
}

/* One row for each outcome that the sandbox can be asked for by a magic token. */
static const struct {
    const char *token, *status, *action, *kind;
} OUTCOMES[] = {
    {"sbx_ok_5001", "ok", "verify_otp", NULL},
    {"sbx_ok_5008", "ok", "verify_otp", NULL},
    {"sbx_ok_0000", "ok", "verify_otp", NULL},
    {"sbx_renewed", "ok", "verify_otp", NULL},
    {"sbx_delay_20", "ok", "verify_otp", NULL},
    {"sbx_3d", "rejected", "redirect_3d", "three_d_secure"},
    {"sbx_token_invalid", "rejected", "check_operation", "token_invalid"},
    {"sbx_token_expired", "rejected", "restart", "token_expired"},
    {"sbx_token_used", "rejected", "check_operation", "token_used"},
    {"sbx_cooldown", "rejected", "wait", "cooldown"},
    {"sbx_limit", "rejected", "wait", "resend_limit"},
    {"sbx_no_bank_otp", "rejected", "redirect_3d", "otp_unsupported"},
    {"sbx_account_blocked", "rejected", "fix_account", "account"},
    {"sbx_result_false", "rejected", "contact_support", "declined"},
    {"sbx_unknown_code", "rejected", "contact_support", "declined"},
    {"sbx_upstream", "in_doubt", "await_code", "upstream"},
    {"sbx_http_204", "in_doubt", "await_code", "bad_response"},
    {"sbx_http_303", "in_doubt", "await_code", "bad_response"},
    {"sbx_http_400", "rejected", "fix_request", "http"},
    {"sbx_http_401", "rejected", "fix_configuration", "authentication"},
    {"sbx_http_403", "rejected", "fix_configuration", "forbidden"},
    {"sbx_http_404", "rejected", "fix_configuration", "wrong_address"},
    {"sbx_http_408", "in_doubt", "await_code", "timeout"},
    {"sbx_http_429", "rejected", "wait", "rate_limited"},
    {"sbx_http_500", "in_doubt", "await_code", "server_error"},
    {"sbx_http_503", "in_doubt", "await_code", "server_error"},
    {"sbx_redirect", "rejected", "fix_configuration", "redirect"},
    {"sbx_html", "in_doubt", "await_code", "bad_response"},
    {"sbx_empty", "in_doubt", "await_code", "bad_response"},
    {"sbx_bad_json", "in_doubt", "await_code", "bad_response"},
    {"sbx_truncated", "in_doubt", "await_code", "connection_lost"},
    {"sbx_huge", "in_doubt", "await_code", "bad_response"},
    {"sbx_reset_before", "in_doubt", "await_code", "connection_lost"},
    {"sbx_reset_after", "in_doubt", "await_code", "connection_lost"},
};

/* These last as long as the caller waits: asked with a short deadline. */
static const char *const ENDLESS[] = {"sbx_hang", "sbx_drip", "sbx_delay_600000"};

static void every_outcome(const pw_ctx *ctx, const pw_ctx *hasty)
{
    char *json;
    size_t i;

    for (i = 0; i < sizeof OUTCOMES / sizeof OUTCOMES[0]; i++) {
        json = stale();
        pw_status status = pw_resend_otp(ctx, OUTCOMES[i].token, SESSION, &json);
        CHECK(strcmp(pw_status_name(status), OUTCOMES[i].status) == 0);
        CHECK(has(json, "/status", OUTCOMES[i].status));
        CHECK(has(json, "/action", OUTCOMES[i].action));
        CHECK(has(json, "/error/kind", OUTCOMES[i].kind));
        pw_string_free(json);
    }
    for (i = 0; i < sizeof ENDLESS / sizeof ENDLESS[0]; i++) {
        CHECK(pw_resend_otp(hasty, ENDLESS[i], SESSION, &json) == PW_IN_DOUBT);
        CHECK(has(json, "/error/kind", "timeout"));
        pw_string_free(json);
    }
}

static void set(pw_config *config, const char *name, const char *value)
{
    char *json;
    CHECK(pw_config_set(config, name, value, &json) == PW_OK);
    CHECK(json == NULL);
}

/* What fails before anything is sent. */
static void not_sent(pw_config *config)
{
    static const struct {
        const char *name, *value, *kind;
    } rows[] = {
        {"base_url", "http://127.0.0.1:1", "connect"},
        {"base_url", "https://localhost:1", "connect"},
        {"proxy", "http://user:password@127.0.0.1:1", "connect"},
        {"connect_timeout_ms", "1", NULL},
    };
    size_t i;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pw_ctx *ctx = NULL;
        char *json;
        set(config, rows[i].name, rows[i].value);
        CHECK(pw_ctx_new(config, &ctx, &json) == PW_OK);
        CHECK(pw_resend_otp(ctx, TOKEN, SESSION, &json) == PW_NOT_SENT);
        CHECK(rows[i].kind == NULL || has(json, "/error/kind", rows[i].kind));
        CHECK(has(json, "/otp_token", TOKEN));
        CHECK(has(json, "/token_state", "kept"));
        pw_string_free(json);
        CHECK(pw_ctx_check(ctx, &json) == PW_NOT_SENT);
        pw_string_free(json);
        pw_ctx_free(ctx);
    }
}

int main(void)
{
    /* Under valgrind a handshake takes seconds. */
    pw_config *config = pw_config_new();
    pw_ctx *plain = NULL, *encrypted = NULL, *hasty = NULL;
    char *json;

    set(config, "timeout_ms", "60000");
    set(config, "connect_timeout_ms", "60000");
    REFUSED(pw_ctx_new(config, &plain, &json), "config", "environment");
    set(config, "base_url", needed("SANDBOX_HTTP"));
    REFUSED(pw_ctx_new(config, &plain, &json), "config", "api_key");
    CHECK(pw_config_from_env(config, &json) == PW_OK);
    CHECK(pw_ctx_new(config, &plain, &json) == PW_OK);
    set(config, "base_url", needed("SANDBOX_HTTPS"));
    REFUSED(pw_config_set(config, "ca_file", "\n", &json), "config", "ca_file");
    CHECK(pw_ctx_new(config, &encrypted, &json) == PW_OK);
    set(config, "ca_file", "/nowhere/ca.pem");
    REFUSED(pw_ctx_new(config, &hasty, &json), "config", "ca_file");
    CHECK(hasty == NULL);
    set(config, "base_url", needed("SANDBOX_HTTP"));
    set(config, "timeout_ms", "500");
    CHECK(pw_ctx_new(config, &hasty, &json) == PW_OK);

    numbers_and_names();
    freeing_nothing();
    null_for_every_pointer(plain);
    broken_texts(encrypted);
    members();
    every_outcome(plain, hasty);
    every_outcome(encrypted, hasty);
    set(config, "ca_file", needed("PAYWALL_CA_FILE"));
    set(config, "timeout_ms", "60000");
    not_sent(config);

    pw_ctx_free(plain);
    pw_ctx_free(encrypted);
    pw_ctx_free(hasty);
    pw_config_free(config);
    return report("interface");
}
