/*
 * Every function of the interface, with every argument wrong in every way, and every scenario of tests/scenarios.json: run
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
#define REFUSED(call, kind, name)          \
    do {                                   \
        char *json = stale();              \
        pw_status status = (call);         \
        refused(status, json, kind, name); \
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
    CHECK(has(document, "/a", "t\303\274rk\303\247e"));
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

static void set(pw_config *config, const char *name, const char *value)
{
    char *json;
    CHECK(pw_config_set(config, name, value, &json) == PW_OK);
    CHECK(json == NULL);
}

/* The whole of a file as a text. */
static char *content(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long length;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0) {
        rewind(file);
        text = calloc((size_t)length + 1, 1);
        if (text != NULL && fread(text, 1, (size_t)length, file) != (size_t)length)
            text[0] = '\0';
    }
    if (file != NULL)
        fclose(file);
    return text;
}

/* A member of a row of the scenarios, or of what it expects; NULL if it is null or absent. */
static char *member(const char *scenarios, int row, const char *name)
{
    char pointer[100];
    snprintf(pointer, sizeof pointer, "/%d%s", row, name);
    return pw_json_get(scenarios, pointer);
}

static void as_expected(const char *scenarios, int row, const char *json, const char *expectation, const char *reported)
{
    char *expected = member(scenarios, row, expectation);
    CHECK(has(json, reported, expected));
    pw_string_free(expected);
}

/* Every outcome that the sandbox can be asked for, from the list that all languages share. */
static void every_scenario(const char *base_url)
{
    static const char *const options[] = {"timeout_ms", "base_url", "proxy", "api_key"};
    char *scenarios = content(needed("SCENARIOS"));
    int row;

    for (row = 0;; row++) {
        char *token = member(scenarios, row, "/token"), *session = member(scenarios, row, "/session");
        char *state = member(scenarios, row, "/expect/token_state"), *next, *json;
        char *name = member(scenarios, row, "/name");
        int failed_before = checks_failed;
        pw_config *config;
        pw_ctx *ctx = NULL;
        pw_status status;
        size_t i;
        if (token == NULL)
            break;

        config = pw_config_new();
        set(config, "timeout_ms", "60000");
        set(config, "connect_timeout_ms", "60000");
        CHECK(pw_config_from_env(config, NULL) == PW_OK);
        set(config, "base_url", base_url);
        /* A kept connection for those with a short deadline: under valgrind just a handshake takes longer. */
        CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
        CHECK(pw_resend_otp(ctx, "sbx_ok_5001", SESSION, &json) == PW_OK);
        pw_string_free(json);
        pw_ctx_free(ctx);
        for (i = 0; i < sizeof options / sizeof options[0]; i++) {
            char pointer[60], *value;
            snprintf(pointer, sizeof pointer, "/options/%s", options[i]);
            value = member(scenarios, row, pointer);
            if (value != NULL)
                set(config, options[i], value);
            pw_string_free(value);
        }
        CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
        status = pw_resend_otp(ctx, token, session ? session : SESSION, &json);
        CHECK(has(json, "/status", pw_status_name(status)));
        as_expected(scenarios, row, json, "/expect/status", "/status");
        as_expected(scenarios, row, json, "/expect/action", "/action");
        as_expected(scenarios, row, json, "/expect/kind", "/error/kind");
        as_expected(scenarios, row, json, "/expect/code", "/error/code");
        as_expected(scenarios, row, json, "/expect/stage", "/error/stage");
        as_expected(scenarios, row, json, "/expect/token_state", "/token_state");
        as_expected(scenarios, row, json, "/expect/session_renewed", "/session_renewed");
        as_expected(scenarios, row, json, "/expect/http_status", "/http_status");
        next = pw_json_get(json, "/otp_token");
        CHECK((next == NULL) == (state == NULL));
        CHECK(next == NULL || (strcmp(next, token) == 0) == (strcmp(state, "new") != 0));
        if (checks_failed != failed_before)
            fprintf(stderr, "in scenario %s\n", name);

        pw_string_free(next);
        pw_string_free(json);
        pw_string_free(token);
        pw_string_free(session);
        pw_string_free(state);
        pw_string_free(name);
        pw_ctx_free(ctx);
        pw_config_free(config);
    }
    CHECK(row >= 40);
    free(scenarios);
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
    pw_ctx *plain = NULL, *encrypted = NULL, *none = NULL;
    char *json;

    set(config, "timeout_ms", "60000");
    set(config, "connect_timeout_ms", "60000");
    REFUSED(pw_ctx_new(config, &none, &json), "config", "environment");
    set(config, "base_url", needed("SANDBOX_HTTP"));
    REFUSED(pw_ctx_new(config, &none, &json), "config", "api_key");
    CHECK(pw_config_from_env(config, &json) == PW_OK);
    CHECK(pw_ctx_new(config, &plain, &json) == PW_OK);
    set(config, "base_url", needed("SANDBOX_HTTPS"));
    CHECK(pw_ctx_new(config, &encrypted, &json) == PW_OK);
    set(config, "ca_file", "/nowhere/ca.pem");
    REFUSED(pw_ctx_new(config, &none, &json), "config", "ca_file");
    CHECK(none == NULL);

    numbers_and_names();
    freeing_nothing();
    null_for_every_pointer(plain);
    broken_texts(encrypted);
    members();
    CHECK(pw_resend_otp(plain, "sbx_ok_5001", SESSION, &json) == PW_OK);
    pw_string_free(json);
    every_scenario(needed("SANDBOX_HTTPS"));
    set(config, "ca_file", needed("PAYWALL_CA_FILE"));
    not_sent(config);

    pw_ctx_free(plain);
    pw_ctx_free(encrypted);
    pw_config_free(config);
    return report("interface");
}
