/* libpaywall, for PHP's FFI::cdef; paywall.h is the manual. Generated from the library's sources. */

typedef struct pw_config pw_config;

typedef struct pw_ctx pw_ctx;

typedef int32_t pw_status;

uint32_t pw_abi_version(void);

const char *pw_version(void);

const char *pw_status_name(pw_status status);

pw_config *pw_config_new(void);

pw_status pw_config_set(pw_config *config, const char *name, const char *value, char **out_json);

pw_status pw_config_from_env(pw_config *config, char **out_json);

void pw_config_free(pw_config *config);

pw_status pw_ctx_new(const pw_config *config, pw_ctx **out_ctx, char **out_json);

pw_status pw_ctx_check(const pw_ctx *ctx, char **out_json);

void pw_ctx_free(pw_ctx *ctx);

pw_status pw_resend_otp(const pw_ctx *ctx, const char *token, const char *session, char **out_json);

char *pw_json_get(const char *json, const char *pointer);

void pw_string_free(char *text);
