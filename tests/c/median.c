/* Prints the median of many warm calls, in microseconds: what the bindings are compared with. */
#define _POSIX_C_SOURCE 199309L
#include <time.h>

#include "check.h"

enum { WARM = 300, CALLS = 3000 };

static int ascending(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

int main(void)
{
    static double taken[CALLS];
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    int i;
    CHECK(pw_config_from_env(config, NULL) == PW_OK);
    CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
    for (i = -WARM; i < CALLS; i++) {
        struct timespec begun, ended;
        char *json;
        clock_gettime(CLOCK_MONOTONIC, &begun);
        CHECK(pw_resend_otp(ctx, "sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90", &json) == PW_OK);
        pw_string_free(json);
        clock_gettime(CLOCK_MONOTONIC, &ended);
        if (i >= 0)
            taken[i] = (double)(ended.tv_sec - begun.tv_sec) * 1e6 + (double)(ended.tv_nsec - begun.tv_nsec) / 1e3;
    }
    qsort(taken, CALLS, sizeof taken[0], ascending);
    printf("%.1f\n", taken[CALLS / 2]);
    pw_ctx_free(ctx);
    pw_config_free(config);
    return checks_failed != 0;
}
