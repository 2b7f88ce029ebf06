/*
 * libpaywall: Paywall's Masterpass "Resend OTP", sent at most once, with the truth about it.
 *
 * Generated from the library's sources. This header is the manual; what the outcomes mean for a shop is in README.md.
 *
 * Conventions, the same for every function:
 *   - The object comes first, inputs next, outputs last.
 *   - Texts are NUL-terminated UTF-8. Inputs are copied, never kept. A NULL or broken text is PW_INVALID, never a crash.
 *   - out_json is where a result document goes: JSON, to be freed with pw_string_free. NULL is stored first, always.
 *   - A const object may be used by any number of threads at once; one that is not const by one thread at a time.
 *   - Every free function accepts NULL. What was freed, or never came from this library, must not be passed.
 *   - Nothing is printed, no signal is raised, nothing of the process is changed; no thread runs before the first call.
 *     When memory runs out the process is aborted, as by every Rust library.
 *   - A call takes up to 50 KiB of the calling thread's stack: 64 KiB are enough.
 *
 * A call from beginning to end:
 *
 *     pw_config *config = pw_config_new();
 *     pw_ctx *ctx = NULL;
 *     char *json = NULL;
 *     if (pw_config_from_env(config, &json) == PW_OK && pw_ctx_new(config, &ctx, &json) == PW_OK) {
 *         pw_status status = pw_resend_otp(ctx, token, session, &json);
 *         ...                       status says what is true, json's "action" what to do
 *     }
 *     pw_string_free(json);
 *     pw_ctx_free(ctx);
 *     pw_config_free(config);
 */

#ifndef PAYWALL_H
#define PAYWALL_H

#include <stdint.h>

/**
 * The major version of the binary interface. A program built for another major cannot use this library.
 */
#define PW_ABI_MAJOR 1

/**
 * The minor version of the binary interface. A program needs at least the minor it was built for.
 */
#define PW_ABI_MINOR 0

/**
 * A configuration being built.
 *
 * Made by pw_config_new, freed by pw_config_free. One thread at a time. pw_ctx_new copies it: it can be changed, used
 * for further contexts or freed at any time after that.
 */
typedef struct pw_config pw_config;

/**
 * A client of the service.
 *
 * Made by pw_ctx_new, freed by pw_ctx_free. Immutable: any number of threads may call with one at once, and after a
 * fork parent and child both go on with it. Contexts with equal address, proxy, trust and credentials share their kept
 * connections in the whole process, also after one of them was freed: making one anew for each web request is cheap.
 */
typedef struct pw_ctx pw_ctx;

/**
 * What is true after a call: one of the six numbers below.
 *
 * A plain integer, not a C enum. Numbers are never changed or reused; one that your program does not know must be
 * treated like PW_IN_DOUBT.
 */
typedef int32_t pw_status;

/**
 * The service accepted: a code is on its way. Do not call again.
 */
#define PW_OK 0

/**
 * The service answered, and refused. What to do is the document's `action`.
 */
#define PW_REJECTED 1

/**
 * No byte of the request left. Calling again is safe.
 */
#define PW_NOT_SENT 2

/**
 * The request may have arrived, and no answer that can be trusted came. Never call again automatically.
 */
#define PW_IN_DOUBT 3

/**
 * A bad argument or configuration. Nothing was sent.
 */
#define PW_INVALID 4

/**
 * A bug of the library, caught. Nothing was sent.
 */
#define PW_INTERNAL 5

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the binary interface of the library that is loaded: PW_ABI_MAJOR << 16 | PW_ABI_MINOR.
 *
 * Compare it with what your program was built for before anything else. Any thread; never fails.
 */
uint32_t pw_abi_version(void);

/**
 * The version of the library that is loaded, such as "0.1.0".
 *
 * Static: never NULL, never to be freed. Any thread.
 */
const char *pw_version(void);

/**
 * The name of a status, as in the document's `status`: "ok", "rejected", "not_sent", "in_doubt", "invalid",
 * "internal"; "unrecognized" for other numbers.
 *
 * Static: never NULL, never to be freed. Any thread.
 */
const char *pw_status_name(pw_status status);

/**
 * Makes a configuration in which nothing is set.
 *
 * Returns: never NULL but for a bug of the library. Free it with pw_config_free.
 */
pw_config *pw_config_new(void);

/**
 * Sets one option. A later value replaces an earlier one.
 *
 * The options, and what each is where it is not set:
 *
 *   environment         -       "test", "production" or "production-tr": the vendor's base addresses
 *   base_url            -       wins over environment; https, or http to a loopback address; a path is kept
 *   api_key             needed  the header apikeyprivate; visible ASCII
 *   api_client          needed  the header apiclientprivate; visible ASCII
 *   timeout_ms          20000   the whole call, name resolution included; 1 to 120000
 *   connect_timeout_ms  5000    resolve, connect and TLS together; 1 to 120000
 *   idle_timeout_ms     15000   how long an idle connection may be reused; 0 to 600000, 0: a new one for each call
 *   proxy               none    "http://[user:password@]host:port", or "env": HTTPS_PROXY and NO_PROXY
 *   ca_file             none    path of a PEM file, added to the operating system's trust store
 *   locale              none    "tr" or "en", sent as the headers Accept-Language and locale
 *   app                 none    "Name/1.2", appended to User-Agent
 *   header.NAME         none    an extra request header, but none that the library sets or that frames the message
 *
 * name, value: NUL-terminated UTF-8, copied. value must not be empty, nor longer than 8192 bytes.
 * out_json: NULL, or where the document of a failure goes; NULL is stored on success. Free it with pw_string_free.
 * Returns: PW_OK, or PW_INVALID with a message that names the option and its rule and never quotes a secret.
 */
pw_status pw_config_set(pw_config *config,
                        const char *name,
                        const char *value,
                        char **out_json);

/**
 * Sets every option whose environment variable is there: PAYWALL_ and the upper-case name, such as PAYWALL_BASE_URL.
 *
 * An empty variable counts as unset. All or nothing: on failure the configuration is as it was. header.NAME has no
 * variable. Another thread must not change the environment meanwhile, as with getenv.
 *
 * out_json: as in pw_config_set.
 * Returns: PW_OK, or PW_INVALID.
 */
pw_status pw_config_from_env(pw_config *config,
                             char **out_json);

/**
 * Frees a configuration; the credentials in it are wiped. NULL is fine.
 */
void pw_config_free(pw_config *config);

/**
 * Makes a context. Nothing is resolved or connected yet. It may read the environment (SSL_CERT_FILE, SSL_CERT_DIR; with
 * the proxy "env" also HTTPS_PROXY and NO_PROXY), which another thread must not change meanwhile, as with getenv.
 *
 * config: copied; it stays the caller's.
 * out_ctx: where the context goes; NULL is stored on failure. Must not be NULL.
 * out_json: NULL, or where the document of a failure goes; NULL is stored on success. Free it with pw_string_free.
 * Returns: PW_OK, or PW_INVALID where an option is missing, or where ca_file cannot be read or holds no certificate.
 */
pw_status pw_ctx_new(const pw_config *config,
                     pw_ctx **out_ctx,
                     char **out_json);

/**
 * "Test connection": resolves, connects, passes the proxy and makes TLS over a fresh connection, and closes it. Not one
 * byte of HTTP reaches the service, so the credentials are not tested.
 *
 * out_json: NULL, or where the document goes, always. Free it with pw_string_free.
 * Returns: PW_OK (the document's `action` is "none"), PW_NOT_SENT with the stage and the reason, PW_INVALID or
 * PW_INTERNAL. Back within 200 ms of timeout_ms.
 */
pw_status pw_ctx_check(const pw_ctx *ctx,
                       char **out_json);

/**
 * Frees a context; the credentials in it are wiped. NULL is fine. No call may be using it.
 */
void pw_ctx_free(pw_ctx *ctx);

/**
 * Asks the service to send the one-time password of a token once more.
 *
 * At most one request leaves, whatever happens. It blocks until the answer came or timeout_ms passed, and is back
 * within 200 ms of that. There is no way to cancel it.
 *
 * token: the OTP token that the operation returned, or the newest one since; 1 to 1024 bytes, no control characters.
 * session: the Masterpass session, a GUID in one of .NET's forms D, N, B and P, in any case; not all zero.
 * out_json: where the document goes, always. Must not be NULL: the new token would be lost. It carries token and
 * session, so do not log it; log its `message`. Free it with pw_string_free.
 * Returns: any status. On every one but PW_INVALID and PW_INTERNAL the document's otp_token and session_id are the
 * ones to use next.
 */
pw_status pw_resend_otp(const pw_ctx *ctx,
                        const char *token,
                        const char *session,
                        char **out_json);

/**
 * Reads one member of a JSON document, for callers without a JSON parser.
 *
 * json: NUL-terminated UTF-8, such as a result document.
 * pointer: which member, as RFC 6901 says: "/otp_token", "/error/kind". "" is the whole document.
 * Returns: the text of a string, the JSON of any other value; NULL where there is no such member, where it is null,
 * where its text contains NUL, or where json is no JSON. Free it with pw_string_free. Any thread.
 */
char *pw_json_get(const char *json,
                  const char *pointer);

/**
 * Frees a text that the library returned, and wipes it: a document carries token and session. NULL is fine.
 */
void pw_string_free(char *text);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PAYWALL_H */
