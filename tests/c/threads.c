/*
 * Many threads on one context, and forks among them.
 *
 *   threads calls THREADS CALLS          each thread makes CALLS calls, while two others make and free contexts
 *   threads forks THREADS FORKS [SEED]   forks at random moments while the threads are calling; the children call too
 *   threads clones 1 CLONES              no threads, and forks that run no handlers: raw system calls; both sides call
 *
 * Each thread follows an operation of its own (OPERATIONS: a file with a token and a session in each line), whose token
 * the sandbox renews with each call: the answer to another thread's call would be refused at the next one. Prints how
 * many requests were made, which tests/c/threads.sh compares with what the sandbox received.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define SESSION "6489433e-f36b-1410-825e-001264113a90"
enum { MOST_THREADS = 64, OTHERS = 2, CHILDREN = 8, CALLS_OF_A_CHILD = 2, LONGEST_NAP_US = 3000 };
/* After this many seconds something hangs: under a sanitizer or valgrind all takes longer. */
enum { PATIENCE = 240, PATIENCE_OF_A_CHILD = 60 };

struct caller {
    const pw_ctx *ctx;
    char token[64], session[64];
    /* How many calls to make; none: until all is done. */
    long calls;
    long made, bad;
};

static atomic_bool done;

static pw_ctx *context(const char *till)
{
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    char *json = NULL;
    pw_status status = pw_config_from_env(config, &json);
    /* Under a sanitizer many threads on few processors are slow. */
    if (status == PW_OK)
        status = pw_config_set(config, "timeout_ms", "60000", &json);
    if (status == PW_OK)
        status = pw_config_set(config, "connect_timeout_ms", "60000", &json);
    if (status == PW_OK && till != NULL)
        status = pw_config_set(config, "header.X-Till", till, &json);
    if (status == PW_OK)
        status = pw_ctx_new(config, &ctx, &json);
    if (status != PW_OK)
        fprintf(stderr, "%s\n", json);
    pw_string_free(json);
    pw_config_free(config);
    return ctx;
}

/* Makes a call, and takes over the next token. */
static int call(const pw_ctx *ctx, char *token, size_t room, const char *session)
{
    char *json = NULL, *next, *same;
    int well = pw_resend_otp(ctx, token, session, &json) == PW_OK;
    if (!well)
        fprintf(stderr, "%s\n", json);
    next = pw_json_get(json, "/otp_token");
    same = pw_json_get(json, "/session_id");
    well = well && next != NULL && same != NULL && strcmp(next, token) != 0 && strcmp(same, session) == 0;
    if (well)
        snprintf(token, room, "%s", next);
    pw_string_free(next);
    pw_string_free(same);
    pw_string_free(json);
    return well;
}

static int call_once(const pw_ctx *ctx)
{
    char token[64] = "sbx_ok_5001";
    return call(ctx, token, sizeof token, SESSION);
}

static void *calls(void *argument)
{
    struct caller *caller = argument;
    while (caller->bad == 0 && (caller->calls != 0 ? caller->made < caller->calls : !done)) {
        caller->bad += !call(caller->ctx, caller->token, sizeof caller->token, caller->session);
        caller->made++;
    }
    return NULL;
}

/* Makes and frees contexts: of the same credentials as everybody, and of others. Some call. */
static void *comes_and_goes(void *argument)
{
    struct caller *caller = argument;
    long round;
    for (round = 0; !done; round++) {
        char till[32];
        pw_ctx *ctx;
        snprintf(till, sizeof till, "till-%ld", round % 100);
        ctx = context(round % 2 == 0 ? NULL : till);
        caller->bad += ctx == NULL;
        if (round % 50 < 2) {
            caller->bad += !call_once(ctx);
            caller->made++;
        }
        pw_ctx_free(ctx);
    }
    return NULL;
}

static void start(pthread_t *thread, void *(*work)(void *), struct caller *caller)
{
    CHECK(pthread_create(thread, NULL, work, caller) == 0);
}

static long finish(pthread_t thread, struct caller *caller)
{
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(caller->made > 0);
    CHECK(caller->bad == 0);
    return caller->made;
}

static void read_operations(struct caller *callers, int count, const pw_ctx *ctx)
{
    FILE *file = fopen(needed("OPERATIONS"), "r");
    int i;
    for (i = 0; i < count; i++) {
        CHECK(file != NULL && fscanf(file, "%63s %63s", callers[i].token, callers[i].session) == 2);
        callers[i].ctx = ctx;
    }
    if (file != NULL)
        fclose(file);
}

static void child(const pw_ctx *ctx, int number)
{
    /* One in four makes a context of its own. */
    pw_ctx *own = number % 4 == 0 ? context(NULL) : NULL;
    int i, well = 1;
    alarm(PATIENCE_OF_A_CHILD);
    for (i = 0; i < CALLS_OF_A_CHILD; i++)
        well = well && call_once(own != NULL ? own : ctx);
    pw_ctx_free(own);
    _exit(well ? 0 : 1);
}

static void wait_for_child(void)
{
    int status;
    pid_t pid;
    do
        pid = wait(&status);
    while (pid < 0 && errno == EINTR);
    CHECK(pid > 0);
    if (status != 0)
        fprintf(stderr, "child %d ended with %#x\n", (int)pid, status);
    CHECK(status == 0);
}

static long forks(const pw_ctx *ctx, int count, unsigned seed)
{
    int i, alive = 0;
    printf("forks at random moments, seed %u\n", seed);
    fflush(stdout);
    srand(seed);
    for (i = 0; i < count; i++) {
        struct timespec nap = {0, rand() % LONGEST_NAP_US * 1000L};
        pid_t pid;
        nanosleep(&nap, NULL);
        pid = fork();
        CHECK(pid >= 0);
        if (pid == 0)
            child(ctx, i);
        if (++alive == CHILDREN) {
            wait_for_child();
            alive--;
        }
    }
    for (; alive > 0; alive--)
        wait_for_child();
    return (long)count * CALLS_OF_A_CHILD;
}

/* The C library knows nothing of such a fork, and calls nobody's handlers. */
static long clones(const pw_ctx *ctx, int count)
{
    int i;
    CHECK(call_once(ctx));
    for (i = 0; i < count; i++) {
        pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        CHECK(pid >= 0);
        if (pid == 0)
            child(ctx, i);
        /* While the child calls, and again when it is done. */
        CHECK(call_once(ctx));
        wait_for_child();
        CHECK(call_once(ctx));
    }
    return 1 + (long)count * (2 + CALLS_OF_A_CHILD);
}

int main(int argc, char **argv)
{
    struct caller callers[MOST_THREADS] = {0}, others[OTHERS] = {0};
    pthread_t threads[MOST_THREADS], more[OTHERS];
    int i, count = argc > 3 ? atoi(argv[2]) : 0, forking = argc > 1 && strcmp(argv[1], "forks") == 0;
    long number = argc > 3 ? atol(argv[3]) : 0, requests = 0;
    pw_ctx *ctx;

    if (count < 1 || count > MOST_THREADS || number < 1)
        return 2;
    alarm(PATIENCE);
    ctx = context(NULL);
    CHECK(ctx != NULL);
    if (strcmp(argv[1], "clones") == 0) {
        requests = clones(ctx, (int)number);
        pw_ctx_free(ctx);
        printf("requests %ld\n", requests);
        return report("clones");
    }
    read_operations(callers, count, ctx);
    for (i = 0; i < count; i++) {
        callers[i].calls = forking ? 0 : number;
        start(&threads[i], calls, &callers[i]);
    }
    if (forking) {
        requests += forks(ctx, (int)number, argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : (unsigned)time(NULL));
        done = 1;
    } else {
        for (i = 0; i < OTHERS; i++)
            start(&more[i], comes_and_goes, &others[i]);
    }
    for (i = 0; i < count; i++)
        requests += finish(threads[i], &callers[i]);
    done = 1;
    for (i = 0; i < OTHERS && !forking; i++)
        requests += finish(more[i], &others[i]);
    pw_ctx_free(ctx);
    printf("requests %ld\n", requests);
    return report("threads");
}
