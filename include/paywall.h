/*
 * libpaywall: Paywall's Masterpass "Resend OTP". It sends each request at most once, and says what is known about it.
 *
 * This header is generated from the library's sources. It is the manual. README.md says what the outcomes mean for a
 * shop.
 *
 * Conventions, the same for every function:
 *   - The object comes first, then the inputs, then the outputs.
 *   - Texts are NUL-terminated UTF-8. The library copies what it needs of an input and keeps no pointer to it. A text
 *     that is NULL or not UTF-8 is PW_INVALID, never a crash.
 *   - out_json points to where the library stores a result document, which is JSON. It always stores NULL there first.
 *     Free the document with pw_string_free.
 *   - Any number of threads may use a const object at once. One thread at a time may use an object that is not const.
 *   - Every free function accepts NULL. Never pass an object or a text that you have freed, or that did not come from
 *     this library.
 *   - The library prints nothing, raises no signal, and changes no state of the process. It starts no thread before the
 *     first call. If memory runs out, it aborts the process, as every Rust library does.
 *   - A call uses up to 50 KiB of the calling thread's stack. 64 KiB are enough.
 *
 * A call from beginning to end:
 *
 *     pw_config *config = pw_config_new();
 *     pw_ctx *ctx = NULL;
 *     char *json = NULL;
 *     if (pw_config_from_env(config, &json) == PW_OK && pw_ctx_new(config, &ctx, &json) == PW_OK) {
 *         pw_status status = pw_resend_otp(ctx, token, session, &json);
 *         ...                       status says what is true, "action" in json what to do next
 *     }
 *     pw_string_free(json);
 *     pw_ctx_free(ctx);
 *     pw_config_free(config);
 */

#ifndef PAYWALL_H
#define PAYWALL_H

#include <stdint.h>

/**
 * The major version of the binary interface. A program that was built for another major cannot use this library.
 */
#define PW_ABI_MAJOR 1

/**
 * The minor version of the binary interface. A program needs at least the minor that it was built for.
 */
#define PW_ABI_MINOR 0

/**
 * A configuration that you fill with options.
 *
 * pw_config_new makes it, pw_config_free frees it. One thread at a time may use it. pw_ctx_new copies it: after that
 * you can change it, make further contexts from it, or free it.
 */
typedef struct pw_config pw_config;

/**
 * A client of the service.
 *
 * pw_ctx_new makes it, pw_ctx_free frees it. It never changes: any number of threads may call with it at once. After a
 * fork, both parent and child can use it. Contexts with equal address, proxy, trust and credentials share their idle
 * connections in the whole process, even after one of them is freed. So a new context for each web request is cheap.
 */
typedef struct pw_ctx pw_ctx;

/**
 * What is true after a call: one of the six numbers below.
 *
 * It is a plain integer, not a C enum. A number never changes its meaning. Treat a number that your program does not
 * know like PW_IN_DOUBT.
 */
typedef int32_t pw_status;

/**
 * The service accepted: a code is on its way. Do not call again.
 */
#define PW_OK 0

/**
 * The service answered, and refused. The document's `action` says what to do.
 */
#define PW_REJECTED 1

/**
 * No byte of the request left. It is safe to call again.
 */
#define PW_NOT_SENT 2

/**
 * The request may have arrived; no trustworthy answer came back. Never call again automatically.
 */
#define PW_IN_DOUBT 3

/**
 * A bad argument or configuration. Nothing was sent.
 */
#define PW_INVALID 4

/**
 * The library caught a bug of its own. Nothing was sent.
 */
#define PW_INTERNAL 5

/*
 * What to do next: the document's `action`. Later versions may add actions: treat one that your program does not
 * know like PW_ACTION_CONTACT_SUPPORT.
 */

/**
 * Ask the shopper for the code, and verify it with this token and session.
 */
#define PW_ACTION_VERIFY_OTP "verify_otp"

/**
 * In doubt: show the code box with this token. Only a person may press again.
 */
#define PW_ACTION_AWAIT_CODE "await_code"

/**
 * Try again later, after `retry_after_ms` if it is set.
 */
#define PW_ACTION_WAIT "wait"

/**
 * Look at your own state. If the operation is finished, stop; if you stored a newer token, use that; otherwise begin
 * the operation again.
 */
#define PW_ACTION_CHECK_OPERATION "check_operation"

/**
 * Begin the operation again.
 */
#define PW_ACTION_RESTART "restart"

/**
 * Continue with 3-D Secure.
 */
#define PW_ACTION_REDIRECT_3D "redirect_3d"

/**
 * The shopper's wallet account needs attention.
 */
#define PW_ACTION_FIX_ACCOUNT "fix_account"

/**
 * Correct the configuration, or the merchant's set-up.
 */
#define PW_ACTION_FIX_CONFIGURATION "fix_configuration"

/**
 * Correct the arguments of the call.
 */
#define PW_ACTION_FIX_REQUEST "fix_request"

/**
 * Nothing was sent. Call again.
 */
#define PW_ACTION_RETRY "retry"

/**
 * A refusal or failure that nobody documented.
 */
#define PW_ACTION_CONTACT_SUPPORT "contact_support"

/**
 * Nothing to do.
 */
#define PW_ACTION_NONE "none"

/*
 * Why a call did not end with "ok": the document's `error.kind`. Later versions may add kinds: decide by the
 * action.
 */

/**
 * The token is wrong, superseded or belongs to another request.
 */
#define PW_KIND_TOKEN_INVALID "token_invalid"

/**
 * The token has expired.
 */
#define PW_KIND_TOKEN_EXPIRED "token_expired"

/**
 * The flow is finished, or a newer token exists.
 */
#define PW_KIND_TOKEN_USED "token_used"

/**
 * The previous code has not timed out yet.
 */
#define PW_KIND_COOLDOWN "cooldown"

/**
 * The limit of OTP requests is reached.
 */
#define PW_KIND_RESEND_LIMIT "resend_limit"

/**
 * The card's bank does not support OTP.
 */
#define PW_KIND_OTP_UNSUPPORTED "otp_unsupported"

/**
 * The wallet account is unknown, blocked, removed or changed.
 */
#define PW_KIND_ACCOUNT "account"

/**
 * The credentials, the merchant set-up or the IP address is wrong.
 */
#define PW_KIND_AUTHENTICATION "authentication"

/**
 * The service, or something before it such as a firewall, does not allow this.
 */
#define PW_KIND_FORBIDDEN "forbidden"

/**
 * The service says that the request is invalid.
 */
#define PW_KIND_VALIDATION "validation"

/**
 * A system behind the service did not answer.
 */
#define PW_KIND_UPSTREAM "upstream"

/**
 * The service asks for 3-D Secure.
 */
#define PW_KIND_THREE_D_SECURE "three_d_secure"

/**
 * A refusal that nobody documented.
 */
#define PW_KIND_DECLINED "declined"

/**
 * Too many requests.
 */
#define PW_KIND_RATE_LIMITED "rate_limited"

/**
 * HTTP 5xx.
 */
#define PW_KIND_SERVER_ERROR "server_error"

/**
 * The service is not at this address.
 */
#define PW_KIND_WRONG_ADDRESS "wrong_address"

/**
 * The service answered with a redirect. The library does not follow it.
 */
#define PW_KIND_REDIRECT "redirect"

/**
 * Another HTTP 4xx.
 */
#define PW_KIND_HTTP "http"

/**
 * The answer is not trustworthy.
 */
#define PW_KIND_BAD_RESPONSE "bad_response"

/**
 * The deadline passed.
 */
#define PW_KIND_TIMEOUT "timeout"

/**
 * The peer closed or reset the connection.
 */
#define PW_KIND_CONNECTION_LOST "connection_lost"

/**
 * The name could not be resolved.
 */
#define PW_KIND_DNS "dns"

/**
 * No connection could be made.
 */
#define PW_KIND_CONNECT "connect"

/**
 * The proxy refused.
 */
#define PW_KIND_PROXY "proxy"

/**
 * TLS failed: a bad certificate, an alert, or a peer without TLS.
 */
#define PW_KIND_TLS "tls"

/**
 * A bad option.
 */
#define PW_KIND_CONFIG "config"

/**
 * A bad argument.
 */
#define PW_KIND_ARGUMENT "argument"

/**
 * The library caught a bug of its own.
 */
#define PW_KIND_INTERNAL "internal"

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the loaded library's binary interface: PW_ABI_MAJOR << 16 | PW_ABI_MINOR.
 *
 * Before you call anything else, compare it with the version that your program was built for.
 *
 * Returns: the number. It never fails. Any thread may call it.
 */
uint32_t pw_abi_version(void);

/**
 * The version of the loaded library, such as "0.1.0".
 *
 * Returns: a static text. It is never NULL. Do not free it. Any thread may call this.
 */
const char *pw_version(void);

/**
 * The name of a status, as in the document's `status`: "ok", "rejected", "not_sent", "in_doubt", "invalid" or
 * "internal". For any other number it is "unrecognized".
 *
 * Returns: a static text. It is never NULL. Do not free it. Any thread may call this.
 */
const char *pw_status_name(pw_status status);

/**
 * Makes a configuration in which no option is set.
 *
 * Returns: the configuration, or NULL after a bug of the library. Free it with pw_config_free. Any thread may call this.
 */
pw_config *pw_config_new(void);

/**
 * Sets one option. A later value replaces an earlier one.
 *
 * The options, each with its default:
 *
 *   environment         -       "test", "production" or "production-tr": the vendor's base addresses
 *   base_url            -       wins over environment; https, or http to a loopback address; a path is kept
 *   api_key             needed  the header apikeyprivate; visible ASCII
 *   api_client          needed  the header apiclientprivate; visible ASCII
 *   timeout_ms          20000   the whole call, name resolution included; 1 to 120000
 *   connect_timeout_ms  5000    connect, proxy and TLS together, from when the name's addresses are known; 1 to 120000
 *   idle_timeout_ms     15000   how long an idle connection may be reused, or less if the server announces less; 0 to
 *                               600000; 0: each call makes its own
 *   proxy               none    "[http://][user[:password]@]host:port", or "env": HTTPS_PROXY and NO_PROXY
 *   ca_file             none    the path of a PEM file, added to the operating system's trust store; every block of it
 *                               must be a certificate
 *   locale              none    "tr" or "en", sent as the headers Accept-Language and locale
 *   app                 none    "Name/1.2", appended to User-Agent
 *   header.NAME         none    an extra request header; not one that the library sets or that frames the message
 *
 * Set api_key, api_client, and either environment or base_url.
 *
 * config: from pw_config_new. No other thread may use it during the call.
 * name, value: NUL-terminated UTF-8, copied. value must not be empty, nor longer than 8192 bytes.
 * out_json: NULL, or where the document of a failure is stored. On success it is set to NULL. Free it with
 * pw_string_free.
 * Returns: PW_OK, or PW_INVALID with a message that names the option and its rule. It never quotes a secret.
 */
pw_status pw_config_set(pw_config *config,
                        const char *name,
                        const char *value,
                        char **out_json);

/**
 * Sets every option whose environment variable exists. A variable is PAYWALL_ and the option's name in upper case, such
 * as PAYWALL_BASE_URL.
 *
 * An empty variable counts as unset. header.NAME has no variable. If one option fails, none is set. As with getenv, no
 * other thread may change the environment during the call.
 *
 * config: as in pw_config_set.
 * out_json: as in pw_config_set.
 * Returns: PW_OK, or PW_INVALID.
 */
pw_status pw_config_from_env(pw_config *config,
                             char **out_json);

/**
 * Frees a configuration and wipes the credentials in it. NULL is fine.
 */
void pw_config_free(pw_config *config);

/**
 * Makes a context. It resolves and connects nothing yet.
 *
 * It may read the environment: SSL_CERT_FILE and SSL_CERT_DIR, and with the proxy "env" also HTTPS_PROXY and NO_PROXY. As
 * with getenv, no other thread may change the environment during the call.
 *
 * config: copied. It stays yours.
 * out_ctx: where the context is stored. On failure it is set to NULL. It must not be NULL. Free it with pw_ctx_free.
 * out_json: NULL, or where the document of a failure is stored. On success it is set to NULL. Free it with
 * pw_string_free.
 * Returns: PW_OK. PW_INVALID if an option is missing, or if ca_file cannot be read, or has no certificate in it, or
 * a block that is not one.
 */
pw_status pw_ctx_new(const pw_config *config,
                     pw_ctx **out_ctx,
                     char **out_json);

/**
 * "Test connection": makes a new connection up to and including TLS, through the proxy if there is one, and closes it.
 * Not one byte of HTTP reaches the service, so this does not test the credentials.
 *
 * It blocks until the connection is made or has failed, and returns at most 200 ms after timeout_ms has passed.
 *
 * ctx: from pw_ctx_new. Other threads may use it at the same time.
 * out_json: NULL, or where the document is always stored. Free it with pw_string_free.
 * Returns: PW_OK, with "none" as the document's `action`. PW_NOT_SENT, with the stage and the reason. PW_INVALID or
 * PW_INTERNAL.
 */
pw_status pw_ctx_check(const pw_ctx *ctx,
                       char **out_json);

/**
 * Frees a context and wipes the credentials in it. NULL is fine. No call may be using it.
 */
void pw_ctx_free(pw_ctx *ctx);

/**
 * Asks the service to send the one-time password (OTP) of a token again.
 *
 * At most one request leaves, whatever happens. The call blocks until the answer is there, and returns at most 200 ms
 * after timeout_ms has passed. You cannot cancel it.
 *
 * ctx: from pw_ctx_new. Other threads may use it at the same time.
 * token: the OTP token that the operation returned, or the newest one since. 1 to 1024 bytes, no control characters.
 * session: the Masterpass session: a GUID in one of .NET's forms D, N, B and P, in upper or lower case, not all zero.
 * out_json: where the document is always stored. It must not be NULL, because the new token would be lost. The document
 * carries token and session: log its `message`, not the document. Free it with pw_string_free.
 * Returns: any status. Unless it is PW_INVALID or PW_INTERNAL, use the document's otp_token and session_id next.
 */
pw_status pw_resend_otp(const pw_ctx *ctx,
                        const char *token,
                        const char *session,
                        char **out_json);

/**
 * Reads one member of a JSON document, for programs without a JSON parser.
 *
 * json: NUL-terminated UTF-8, such as a result document.
 * pointer: which member, in the form of RFC 6901: "/otp_token", "/error/kind". "" is the whole document.
 * Returns: the text of a string, or the JSON of any other value. NULL if the member is missing or null, if its text
 * contains NUL, or if json is not JSON. Free it with pw_string_free. Any thread may call this.
 */
char *pw_json_get(const char *json,
                  const char *pointer);

/**
 * Frees a text that the library returned. It wipes the text first, because a document carries token and session. NULL is
 * fine.
 */
void pw_string_free(char *text);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PAYWALL_H */
