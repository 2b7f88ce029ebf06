/*
 * A till's "send the code again", in plain C99: no JSON library, nothing but libpaywall.
 *
 *   till check             can the service be reached?
 *   till TOKEN SESSION     send the code of this operation again
 *
 * The configuration comes from the environment: PAYWALL_ENVIRONMENT or PAYWALL_BASE_URL, PAYWALL_API_KEY,
 * PAYWALL_API_CLIENT and the other options in include/paywall.h. The exit code is the status.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paywall.h"

/* What the cashier reads for each action. A newer library may know more actions than this program. */
static const struct {
    const char *action;
    const char *advice;
} ADVICE[] = {
    {PW_ACTION_VERIFY_OTP, "Ask the customer for the code."},
    {PW_ACTION_AWAIT_CODE, "The code may be on its way: ask for it. If none comes, a person may press again, once."},
    {PW_ACTION_WAIT, "Too early: wait, then press again."},
    {PW_ACTION_CHECK_OPERATION, "This operation is finished, or a newer code was sent. Look it up, or begin it again."},
    {PW_ACTION_RESTART, "The operation took too long: begin it again."},
    {PW_ACTION_REDIRECT_3D, "This card has no code by SMS: continue with 3-D Secure."},
    {PW_ACTION_FIX_ACCOUNT, "The customer's wallet account needs attention."},
    {PW_ACTION_FIX_CONFIGURATION, "The set-up of this till is wrong: call the technician."},
    {PW_ACTION_FIX_REQUEST, "The till sent something wrong: call the technician."},
    {PW_ACTION_RETRY, "Nothing was sent: press again."},
    {PW_ACTION_CONTACT_SUPPORT, "Nobody knows this answer: call support, with the request id."},
    {PW_ACTION_NONE, "All is well."},
};

static const char *advice_for(const char *action)
{
    size_t i;
    for (i = 0; action != NULL && i < sizeof ADVICE / sizeof ADVICE[0]; i++) {
        if (strcmp(ADVICE[i].action, action) == 0)
            return ADVICE[i].advice;
    }
    return "Nobody knows this answer: call support, with the request id.";
}

/* Prints one member of the document, if it is set. */
static void show(const char *label, const char *json, const char *pointer)
{
    char *text = pw_json_get(json, pointer);
    if (text != NULL)
        printf("  %-14s %s\n", label, text);
    pw_string_free(text);
}

static void show_outcome(pw_status status, const char *json)
{
    char *action = pw_json_get(json, "/action");
    printf("%s: %s\n", pw_status_name(status), advice_for(action));
    show("customer reads", json, "/customer_message");
    show("log", json, "/message");
    show("connection", json, "/transport/connection");
    show("microseconds", json, "/transport/elapsed_us");
    show("request id", json, "/request_id");
    show("next token", json, "/otp_token");
    show("next session", json, "/session_id");
    pw_string_free(action);
}

int main(int argc, char **argv)
{
    uint32_t abi = pw_abi_version();
    int check = argc == 2 && strcmp(argv[1], "check") == 0;
    pw_config *config;
    pw_ctx *ctx = NULL;
    char *json = NULL;
    pw_status status;

    if (!check && argc != 3) {
        fprintf(stderr, "usage: till check\n       till TOKEN SESSION\n");
        return PW_INVALID;
    }
    /* The same major, and at least the minor that this program was built for. */
    if (abi >> 16 != PW_ABI_MAJOR || abi < ((uint32_t)PW_ABI_MAJOR << 16 | PW_ABI_MINOR)) {
        fprintf(stderr, "libpaywall %s is not the one that this program was built for\n", pw_version());
        return PW_INVALID;
    }

    config = pw_config_new();
    status = pw_config_from_env(config, &json);
    if (status == PW_OK)
        status = pw_config_set(config, "app", "till/1.0", &json);
    if (status == PW_OK)
        status = pw_ctx_new(config, &ctx, &json);
    if (status == PW_OK)
        status = check ? pw_ctx_check(ctx, &json) : pw_resend_otp(ctx, argv[1], argv[2], &json);

    show_outcome(status, json);

    pw_string_free(json);
    pw_ctx_free(ctx);
    pw_config_free(config);
    return status;
}
