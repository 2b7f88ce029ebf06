/*
 * Misuse of the library that a sanitizer must object to: what objects to nothing would prove nothing.
 *   control leak | overflow | unterminated | race
 */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "check.h"

static void leak(void)
{
    pw_config *config = pw_config_new();
    pw_ctx *ctx = NULL;
    CHECK(pw_config_from_env(config, NULL) == PW_OK);
    CHECK(pw_config_set(config, "base_url", "http://127.0.0.1:1", NULL) == PW_OK);
    CHECK(pw_ctx_new(config, &ctx, NULL) == PW_OK);
    pw_config_free(config);
    /* The context is never freed, and nobody knows it any more. */
    ctx = NULL;
}

/* Reads beyond a text that the library made. */
static void overflow(void)
{
    char *text = pw_json_get("{\"a\":\"text\"}", "/a");
    volatile char beyond = text[strlen(text) + 1];
    (void)beyond;
    pw_string_free(text);
}

/* Makes the library read beyond a text. */
static void unterminated(void)
{
    pw_config *config = pw_config_new();
    char *name = malloc(6);
    memcpy(name, "locale", 6);
    pw_config_set(config, name, "tr", NULL);
    free(name);
    pw_config_free(config);
}

static atomic_int started;

static void *sets(void *config)
{
    int i;
    /* Both at once, by what puts nothing in order: of two that follow each other a sanitizer may forget the first. */
    atomic_fetch_add_explicit(&started, 1, memory_order_relaxed);
    while (atomic_load_explicit(&started, memory_order_relaxed) < 2)
        sched_yield();
    for (i = 0; i < 1000; i++)
        pw_config_set(config, "timeout_ms", "1000", NULL);
    return NULL;
}

/* Two threads on what is for one at a time. */
static void race(void)
{
    pw_config *config = pw_config_new();
    pthread_t threads[2];
    int i;
    for (i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, sets, config) == 0);
    for (i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    pw_config_free(config);
}

int main(int argc, char **argv)
{
    const char *misuse = argc == 2 ? argv[1] : "";
    if (strcmp(misuse, "leak") == 0)
        leak();
    else if (strcmp(misuse, "overflow") == 0)
        overflow();
    else if (strcmp(misuse, "unterminated") == 0)
        unterminated();
    else if (strcmp(misuse, "race") == 0)
        race();
    else
        return 2;
    return checks_failed != 0;
}
