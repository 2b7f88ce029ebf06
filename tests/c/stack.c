/*
 * How much of a thread's stack each kind of call takes: the library must serve threads with 64 KiB. Each call runs on a
 * stack of its own, painted before, whose highest mark is read after; the first ones also load the trust store.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define SESSION "6489433e-f36b-1410-825e-001264113a90"
/* What a host gives its threads, and what the header says that a call takes of it at most: with the thread's own part, its
 * thread-local storage. */
enum { STACK = 64 * 1024, MOST = 50 * 1024, PAINT = 0xa5 };

struct call {
    const char *name, *base_url, *proxy, *token;
    int check;
    pw_status expected;
    pw_status status;
};

static void *make(void *argument)
{
    struct call *call = argument;
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    char *json = NULL;

    call->status = pw_config_from_env(config, &json);
    if (call->status == PW_OK)
        call->status = pw_config_set(config, "base_url", call->base_url, &json);
    if (call->status == PW_OK && call->proxy != NULL)
        call->status = pw_config_set(config, "proxy", call->proxy, &json);
    if (call->status == PW_OK)
        call->status = pw_ctx_new(config, &ctx, &json);
    if (call->status == PW_OK)
        call->status = call->check ? pw_ctx_check(ctx, &json) : pw_resend_otp(ctx, call->token, SESSION, &json);
    if (call->status != call->expected)
        fprintf(stderr, "%s: %s\n", call->name, json);
    pw_string_free(json);
    pw_ctx_free(ctx);
    pw_config_free(config);
    return NULL;
}

/* Runs the call on a painted stack, below which a page that nobody may touch ends the program; the bytes it took. */
static size_t taken(struct call *call)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), untouched = 0;
    unsigned char *memory = mmap(NULL, page + STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;

    CHECK(memory != MAP_FAILED && mprotect(memory, page, PROT_NONE) == 0);
    memset(memory + page, PAINT, STACK);
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstack(&attributes, memory + page, STACK) == 0);
    CHECK(pthread_create(&thread, &attributes, make, call) == 0 && pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attributes);
    while (untouched < STACK && memory[page + untouched] == PAINT)
        untouched++;
    munmap(memory, page + STACK);
    return STACK - untouched;
}

int main(void)
{
    const char *http = needed("SANDBOX_HTTP"), *https = needed("SANDBOX_HTTPS");
    struct call calls[] = {
        {"check, with the first trust store", https, NULL, NULL, 1, PW_OK, 0},
        {"https", https, NULL, "sbx_ok_5001", 0, PW_OK, 0},
        {"https, kept connection", https, NULL, "sbx_ok_5001", 0, PW_OK, 0},
        {"https, refused", https, NULL, "sbx_token_invalid", 0, PW_REJECTED, 0},
        {"https, an answer too long", https, NULL, "sbx_huge", 0, PW_IN_DOUBT, 0},
        {"https through a proxy that refuses", https, http, "sbx_ok_5001", 0, PW_NOT_SENT, 0},
        {"http", http, NULL, "sbx_ok_5001", 0, PW_OK, 0},
        {"http, an answer that stops", http, NULL, "sbx_truncated", 0, PW_IN_DOUBT, 0},
        {"a bad argument", http, NULL, "a\nb", 0, PW_INVALID, 0},
    };
    size_t i;

    for (i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        size_t bytes = taken(&calls[i]);
        printf("%6zu bytes of stack: %s\n", bytes, calls[i].name);
        CHECK(calls[i].status == calls[i].expected);
        CHECK(bytes > 1024 && bytes <= MOST);
    }
    return report("stack");
}
