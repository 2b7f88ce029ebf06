/*
 * A machine that sleeps: its clocks stand still meanwhile, but for one. What was kept before is too old afterwards.
 * PAYWALL_* leads to the sandbox. The sleep is a namespace in which this clock is an hour ahead.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static time_t seconds(clockid_t clock)
{
    struct timespec now = {0, 0};
    CHECK(clock_gettime(clock, &now) == 0);
    return now.tv_sec;
}

static void sleep_for_an_hour(void)
{
    const char *offset = "boottime 3600 0\n";
    time_t awake = seconds(CLOCK_MONOTONIC), passed = seconds(CLOCK_BOOTTIME);
    int file, joined;
    CHECK(unshare((geteuid() == 0 ? 0 : CLONE_NEWUSER) | CLONE_NEWTIME) == 0);
    file = open("/proc/self/timens_offsets", O_WRONLY);
    CHECK(file >= 0 && write(file, offset, strlen(offset)) == (ssize_t)strlen(offset));
    close(file);
    file = open("/proc/self/ns/time_for_children", O_RDONLY);
    joined = setns(file, CLONE_NEWTIME);
    CHECK(joined == 0);
    close(file);
    CHECK(seconds(CLOCK_MONOTONIC) - awake < 600);
    CHECK(seconds(CLOCK_BOOTTIME) - passed >= 3600);
}

static void call(const pw_ctx *ctx, const char *connection)
{
    char *json = NULL, *got;
    CHECK(pw_resend_otp(ctx, "sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90", &json) == PW_OK);
    got = pw_json_get(json, "/transport/connection");
    CHECK(got != NULL && strcmp(got, connection) == 0);
    pw_string_free(got);
    pw_string_free(json);
}

int main(void)
{
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    CHECK(pw_config_from_env(config, NULL) == PW_OK);
    CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
    pw_config_free(config);
    call(ctx, "new");
    call(ctx, "reused");
    sleep_for_an_hour();
    call(ctx, "new");
    call(ctx, "reused");
    pw_ctx_free(ctx);
    return report("sleep");
}
