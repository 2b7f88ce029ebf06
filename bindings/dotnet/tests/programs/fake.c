/* A library with another interface, or with answers that the real one never gives: FAKE_STATUS and FAKE_DOCUMENT. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef PLANTED
/* Tells that it was loaded, whatever it was loaded for. */
__attribute__((constructor)) static void planted(void)
{
    fputs("planted", stderr);
    exit(1);
}
#endif
#ifdef ABI
uint32_t pw_abi_version(void) { return ABI; }
#endif
#if defined(ABI) && ABI >> 16 == 1
/* As long as the real document of a success. */
static const char usual[] =
    "{\"status\":\"ok\",\"action\":\"verify_otp\",\"message\":\"accepted: a code is on its way (5001)\",\"customer_message\":"
    "\"OTP gönderildi\",\"otp_token\":\"b1b9baa4018d4f17b1fd85592344b09a\",\"token_state\":\"new\","
    "\"session_id\":\"6489433e-f36b-1410-825e-001264113a90\",\"session_renewed\":false,\"response_code\":\"5001\","
    "\"reference_number\":\"000000000001\",\"correlation_id\":\"6489433e-f36b-1410-825e-001264113a90\",\"url_3d\":null,"
    "\"http_status\":200,\"request_id\":\"6489433e-f36b-1410-825e-001264113a90\",\"error\":null,\"transport\":{\"elapsed_us\":"
    "41700,\"connection\":\"reused\"},\"response_body\":\"{\\\"ErrorCode\\\":0,\\\"Result\\\":true,\\\"Message\\\":\\\"\\\","
    "\\\"Body\\\":{\\\"Masterpass\\\":{\\\"StatusCode\\\":200,\\\"Result\\\":{\\\"ResponseCode\\\":\\\"5001\\\","
    "\\\"Description\\\":\\\"OTP gönderildi\\\",\\\"Token\\\":\\\"0123456789abcdef0123456789abcdef\\\"}},"
    "\\\"SessionId\\\":\\\"6489433e-f36b-1410-825e-001264113a90\\\",\\\"SessionRenewed\\\":false}}\","
    "\"response_truncated\":false}";

const char *pw_version(void) { return "1.7.0"; }
const char *pw_status_name(int32_t status) { return (void)status, "ok"; }
int32_t pw_config_from_env(void *config, char **out)
{
    (void)config;
    if (out)
        *out = NULL;
    return 0;
}
void *pw_config_new(void) { return malloc(1); }
int32_t pw_config_set(void *config, const char *name, const char *value, char **out)
{
    (void)config, (void)name, (void)value;
    if (out)
        *out = NULL;
    return 0;
}
void pw_config_free(void *config) { free(config); }
int32_t pw_ctx_new(const void *config, void **ctx, char **out)
{
    (void)config;
    *ctx = malloc(1);
    if (out)
        *out = NULL;
    return 0;
}
int32_t pw_ctx_check(const void *ctx, char **out)
{
    (void)ctx;
    *out = NULL;
    return 0;
}
void pw_ctx_free(void *ctx) { free(ctx); }
int32_t pw_resend_otp(const void *ctx, const char *token, const char *session, char **out)
{
    const char *document = getenv("FAKE_DOCUMENT"), *status = getenv("FAKE_STATUS");
    (void)ctx, (void)token, (void)session;
    *out = NULL;
    if (document && !strcmp(document, "good"))
        *out = strdup(
            "{\"status\":\"novel\",\"action\":\"novel\",\"message\":\"m\",\"otp_token\":\"new-token\",\"more\":[{}]}");
    else if (document && !strcmp(document, "usual"))
        *out = strdup(usual);
    else if (document && !strcmp(document, "broken"))
        *out = strdup("{\"status\":\"ok\",");
    return status ? atoi(status) : 0;
}
char *pw_json_get(const char *json, const char *pointer) { return (void)json, (void)pointer, NULL; }
void pw_string_free(char *text) { free(text); }
#endif
