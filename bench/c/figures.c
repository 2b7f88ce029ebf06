/*
 * Figures: what a context costs whose configuration is already in use, and whether memory grows over many calls and
 * contexts. Times are printed, never judged; memory is both.
 */
#define _POSIX_C_SOURCE 199309L
#include <time.h>

#include "check.h"

#define SESSION "6489433e-f36b-1410-825e-001264113a90"
enum { CONTEXTS = 10000, CALLS = 100000, WARM = 1000, ROUND = 100 };
/* What an allocator may take from the system without anything being kept, in KiB. */
enum { FLAT = 512 };

static double microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static long resident_kib(void)
{
    char line[256];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    }
    if (status != NULL)
        fclose(status);
    return kib;
}

static int ascending(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static pw_ctx *context(const char *base_url)
{
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    CHECK(pw_config_from_env(config, NULL) == PW_OK);
    CHECK(pw_config_set(config, "base_url", base_url, NULL) == PW_OK);
    CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
    pw_config_free(config);
    return ctx;
}

static void call(const pw_ctx *ctx)
{
    char *json;
    CHECK(pw_resend_otp(ctx, "sbx_ok_5001", SESSION, &json) == PW_OK);
    pw_string_free(json);
}

static void contexts(const char *name, const char *base_url)
{
    static double rounds[CONTEXTS / ROUND];
    const size_t count = sizeof rounds / sizeof rounds[0];
    double start = microseconds(), first;
    pw_ctx *kept = context(base_url);
    pw_config *config = pw_config_new();
    long warm = 0, end;
    size_t round;
    int i;

    first = microseconds() - start;
    call(kept);
    pw_config_from_env(config, NULL);
    pw_config_set(config, "base_url", base_url, NULL);
    for (round = 0; round < count; round++) {
        if (round * ROUND == WARM)
            warm = resident_kib();
        start = microseconds();
        for (i = 0; i < ROUND; i++) {
            pw_ctx *ctx = NULL;
            CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
            pw_ctx_free(ctx);
        }
        rounds[round] = (microseconds() - start) / ROUND;
    }
    end = resident_kib();
    qsort(rounds, count, sizeof rounds[0], ascending);
    printf("%-5s  first context %8.1f us, each further one %6.2f us (median of %d rounds of %d; aim: under 10)\n", name,
           first, rounds[count / 2], (int)count, ROUND);
    printf("%-5s  %d contexts: resident %ld KiB after %d, %ld KiB at the end\n", name, CONTEXTS, warm, WARM, end);
    CHECK(end - warm <= FLAT);
    pw_config_free(config);
    pw_ctx_free(kept);
}

static void calls(const char *name, const char *base_url, int count)
{
    pw_ctx *ctx = context(base_url);
    long warm, end;
    double start;
    int i;

    for (i = 0; i < WARM; i++)
        call(ctx);
    warm = resident_kib();
    start = microseconds();
    for (; i < count; i++)
        call(ctx);
    end = resident_kib();
    printf(
        "%-5s  %d calls: resident %ld KiB after %d, %ld KiB at the end; %.0f us a call, the sandbox's share included\n",
        name, count, warm, WARM, end, (microseconds() - start) / (count - WARM));
    CHECK(end - warm <= FLAT);
    pw_ctx_free(ctx);
}

int main(void)
{
    contexts("http", needed("SANDBOX_HTTP"));
    contexts("https", needed("SANDBOX_HTTPS"));
    calls("http", needed("SANDBOX_HTTP"), CALLS);
    calls("https", needed("SANDBOX_HTTPS"), CALLS);
    return report("figures");
}
