/* One resend in C: `resend TOKEN SESSION`. The exit code is the status. */
#include <stdio.h>
#include <string.h>

#include "paywall.h"

/* What your program does next. A newer library may know more actions: treat them like contact_support. */
static const char *next_step(const char *action)
{
    if (strcmp(action, "verify_otp") == 0)
        return "ask for the code";
    if (strcmp(action, "await_code") == 0)
        return "ask for the code; if none comes, the customer may press again, once";
    if (strcmp(action, "wait") == 0)
        return "ask the customer to wait";
    if (strcmp(action, "retry") == 0)
        return "nothing was sent: call again";
    if (strcmp(action, "redirect_3d") == 0)
        return "continue with 3-D Secure";
    if (strcmp(action, "restart") == 0 || strcmp(action, "check_operation") == 0)
        return "look at your own state, then begin the operation again";
    return "write message to the log, and look into it";
}

int main(int argc, char **argv)
{
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    char *json = NULL, *action, *message;
    pw_status status = pw_config_from_env(config, &json);

    if (status == PW_OK)
        status = pw_ctx_new(config, &ctx, &json);
    if (status == PW_OK)
        status = pw_resend_otp(ctx, argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "", &json);

    action = pw_json_get(json, "/action");
    message = pw_json_get(json, "/message");
    /* Store /otp_token and /session_id of the document: the next call needs them. Do not log the document. */
    printf("%s: %s (%s)\n", pw_status_name(status), next_step(action ? action : ""), message ? message : "");

    pw_string_free(message);
    pw_string_free(action);
    pw_string_free(json);
    pw_ctx_free(ctx);
    pw_config_free(config);
    return (int)status;
}
