/*
 * What a warm call takes, in microseconds, and what this process spends of it on a processor: what the bindings are
 * compared with.
 */
#define _POSIX_C_SOURCE 199309L
#include <time.h>

#include "check.h"

enum { WARM = 300, CALLS = 6000 };

static int ascending(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double microseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(void)
{
    static double taken[CALLS];
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    double busy = 0;
    int i;
    CHECK(pw_config_from_env(config, NULL) == PW_OK);
    CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
    for (i = -WARM; i < CALLS; i++) {
        const double begun = microseconds(CLOCK_MONOTONIC);
        char *json;
        if (i == 0)
            busy = microseconds(CLOCK_PROCESS_CPUTIME_ID);
        CHECK(pw_resend_otp(ctx, "sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90", &json) == PW_OK);
        pw_string_free(json);
        if (i >= 0)
            taken[i] = microseconds(CLOCK_MONOTONIC) - begun;
    }
    busy = microseconds(CLOCK_PROCESS_CPUTIME_ID) - busy;
    qsort(taken, CALLS, sizeof taken[0], ascending);
    printf("%.1f %.1f\n", taken[CALLS / 2], busy / CALLS);
    pw_ctx_free(ctx);
    pw_config_free(config);
    return checks_failed != 0;
}
