/*
 * Calls from many threads, from contexts that come and go and from forked children, over http and https, with kept
 * connections and without, and writes down the outcome of each call:
 *
 *   soak SECONDS SEED FILE
 *
 * A fifth of the time is for getting warm; from then on memory, threads and descriptors must stay as they are.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../c/check.h"

#define SESSION "6489433e-f36b-1410-825e-001264113a90"
enum { THREADS = 8, KINDS = 4, IN_A_CHILD = 2, CALLS_OF_A_CONTEXT = 50, LINE = 512 };
/* What an allocator may take from the system without anything being kept, in KiB. */
enum { FLAT = 2048 };

/* The ways to call, each with a row of its own in the account. */
static const struct {
    const char *row, *address, *idle_timeout_ms;
} HOW[KINDS] = {
    {"c-http-kept", "SANDBOX_HTTP", "15000"},
    {"c-http-new", "SANDBOX_HTTP", "0"},
    {"c-https-kept", "SANDBOX_HTTPS", "15000"},
    {"c-https-new", "SANDBOX_HTTPS", "0"},
};
static pw_ctx *contexts[KINDS];
static int file;
static double until;

struct usage {
    long kib, threads, descriptors;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct usage usage(void)
{
    struct usage used = {-1, -1, 0};
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    DIR *descriptors = opendir("/proc/self/fd");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        sscanf(line, "VmRSS: %ld", &used.kib);
        sscanf(line, "Threads: %ld", &used.threads);
    }
    if (status != NULL)
        fclose(status);
    while (descriptors != NULL && readdir(descriptors) != NULL)
        used.descriptors++;
    if (descriptors != NULL)
        closedir(descriptors);
    return used;
}

/* The library's thread that resolves names ends a second after the last name. */
static struct usage settled(void)
{
    struct timespec moment = {0, 20 * 1000 * 1000};
    double patience = now() + 10;
    while (usage().threads > 1 && now() < patience)
        nanosleep(&moment, NULL);
    return usage();
}

static pw_ctx *context(int kind)
{
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    CHECK(pw_config_from_env(config, NULL) == PW_OK);
    CHECK(pw_config_set(config, "base_url", needed(HOW[kind].address), NULL) == PW_OK);
    CHECK(pw_config_set(config, "idle_timeout_ms", HOW[kind].idle_timeout_ms, NULL) == PW_OK);
    CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
    pw_config_free(config);
    return ctx;
}

/* One call, and its line: in one piece, so that it can come from any thread and process. False where no line was written. */
static int call(const pw_ctx *ctx, const char *row, const char *token)
{
    static const char *const members[] = {"/error/kind", "/request_id", "/otp_token", "/transport/connection"};
    char line[LINE], *json = NULL;
    double begun = now();
    pw_status status = pw_resend_otp(ctx, token, SESSION, &json);
    int length =
        snprintf(line, sizeof line, "%s\t%s\t%.6f\t%.6f\t%s", row, token, begun, now(), pw_status_name(status));
    size_t i;
    for (i = 0; i < sizeof members / sizeof members[0] && length < LINE; i++) {
        char *text = pw_json_get(json, members[i]);
        length += snprintf(line + length, sizeof line - (size_t)length, "\t%s", text == NULL ? "" : text);
        pw_string_free(text);
    }
    pw_string_free(json);
    if (length >= LINE - 1)
        return 0;
    line[length++] = '\n';
    return write(file, line, (size_t)length) == length;
}

struct caller {
    pthread_t thread;
    unsigned number, state;
    long calls;
    int failed;
};

static void *call_often(void *argument)
{
    struct caller *caller = argument;
    int kind = (int)(caller->number % KINDS);
    pw_ctx *own = NULL;
    while (now() < until && !caller->failed) {
        char token[64];
        struct timespec pause = {0, rand_r(&caller->state) % 8 * 1000 * 1000};
        if (++caller->calls % CALLS_OF_A_CONTEXT == 0) {
            pw_ctx_free(own);
            own = context(kind);
        }
        snprintf(token, sizeof token, "sbx_random_%s-%u-%ld", HOW[kind].row, caller->number, caller->calls);
        caller->failed = !call(own == NULL ? contexts[kind] : own, HOW[kind].row, token);
        nanosleep(&pause, NULL);
    }
    pw_ctx_free(own);
    return NULL;
}

/* A child of a process whose threads are calling: it calls over the contexts that it inherited and over one of its own. */
static int forked(long number)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        int kind, turn, well = 1;
        alarm(60);
        for (kind = 0; kind < KINDS; kind++) {
            pw_ctx *own = context(kind);
            for (turn = 0; turn < IN_A_CHILD; turn++) {
                char token[64];
                snprintf(token, sizeof token, "sbx_random_c-fork-%ld-%d-%d", number, kind, turn);
                well &= call(turn == 0 ? contexts[kind] : own, "c-forked", token);
            }
            pw_ctx_free(own);
        }
        _exit(well ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* All threads, and forks beside them, until this time. */
static long round_until(double end, struct caller *callers, long forks)
{
    int i;
    until = end;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]) == 0);
    while (now() < until) {
        struct timespec pause = {0, 200 * 1000 * 1000};
        CHECK(forked(++forks));
        nanosleep(&pause, NULL);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(callers[i].thread, NULL);
        CHECK(!callers[i].failed);
    }
    return forks;
}

static void show(const char *when, struct usage used)
{
    printf("c, %-11s %6ld KiB resident, %ld threads, %ld descriptors\n", when, used.kib, used.threads,
           used.descriptors);
}

int main(int argc, char **argv)
{
    static struct caller callers[THREADS];
    struct usage start = usage(), warm, end;
    double begun = now(), seconds;
    long forks;
    int i;

    if (argc != 4) {
        fprintf(stderr, "usage: soak SECONDS SEED FILE\n");
        return 2;
    }
    /* As it is anyway, but fixed: else the C library keeps as much for each thread as ever was one block of it. */
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    seconds = atof(argv[1]);
    file = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    for (i = 0; i < KINDS; i++)
        contexts[i] = context(i);
    for (i = 0; i < THREADS; i++) {
        callers[i].number = (unsigned)i;
        callers[i].state = (unsigned)strtoul(argv[2], NULL, 10) + (unsigned)i;
    }
    forks = round_until(begun + seconds / 5, callers, 0);
    warm = settled();
    forks = round_until(begun + seconds, callers, forks);
    end = settled();
    for (i = 0; i < KINDS; i++)
        pw_ctx_free(contexts[i]);
    show("at first", start);
    show("warm", warm);
    show("at the end", end);
    printf("c, forks      %ld\n", forks);
    CHECK(warm.threads == 1 && end.threads == 1);
    CHECK(end.kib - warm.kib <= FLAT);
    /* The file, and the connections that are kept: no more than were ever in use at once. */
    CHECK(end.descriptors - start.descriptors <= 1 + THREADS);
    return report("soak");
}
