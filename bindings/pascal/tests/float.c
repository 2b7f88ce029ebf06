/*
 * A stand-in for the library that does in every function what C allows and an unmasked floating-point unit does not:
 * divide by zero, in both units of x86. And its pw_resend_otp returns a number that nobody knows yet.
 */
#include <stddef.h>
#include <stdint.h>

static volatile double zero, sink;
static volatile long double long_zero, long_sink;

static void calculate(void)
{
    sink = 1 / zero;
    sink = zero / zero;
    sink = 1e308 * (1e308 + zero);
    long_sink = 1 / long_zero;
    long_sink = long_zero / long_zero;
}

uint32_t pw_abi_version(void)
{
    calculate();
    return 1 << 16;
}
const char *pw_version(void) { return "0"; }
const char *pw_status_name(int32_t status)
{
    calculate();
    return status ? "unrecognized" : "ok";
}
void *pw_config_new(void)
{
    static int config;
    calculate();
    return &config;
}
int32_t pw_config_set(void *config, const char *name, const char *value, char **json)
{
    (void)config, (void)name, (void)value;
    *json = NULL;
    calculate();
    return 0;
}
int32_t pw_config_from_env(void *config, char **json)
{
    (void)config;
    *json = NULL;
    calculate();
    return 0;
}
void pw_config_free(void *config)
{
    (void)config;
    calculate();
}
int32_t pw_ctx_new(void *config, void **ctx, char **json)
{
    *ctx = config;
    *json = NULL;
    calculate();
    return 0;
}
int32_t pw_ctx_check(void *ctx, char **json)
{
    (void)ctx;
    *json = NULL;
    calculate();
    return 0;
}
void pw_ctx_free(void *ctx)
{
    (void)ctx;
    calculate();
}
int32_t pw_resend_otp(void *ctx, const char *token, const char *session, char **json)
{
    (void)ctx, (void)token, (void)session;
    *json = NULL;
    calculate();
    return 17;
}
char *pw_json_get(const char *json, const char *pointer)
{
    (void)json, (void)pointer;
    calculate();
    return NULL;
}
void pw_string_free(char *text)
{
    (void)text;
    calculate();
}
