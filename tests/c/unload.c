/*
 * A host that loads the library, calls, and unloads it, again and again: the library stays where it is, its threads may
 * go on, and nothing of the host changes. Also from several threads at once, and without the host ignoring SIGPIPE.
 */
#define _DEFAULT_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

#define SESSION "6489433e-f36b-1410-825e-001264113a90"
enum { ROUNDS = 20, THREADS = 4 };

/* Loads, makes one call on a context of its own, unloads. The host never links the library. */
static int round_trip(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    pw_config *(*config_new)(void);
    pw_status (*config_set)(pw_config *, const char *, const char *, char **);
    pw_status (*config_from_env)(pw_config *, char **);
    void (*config_free)(pw_config *);
    pw_status (*ctx_new)(const pw_config *, pw_ctx **, char **);
    void (*ctx_free)(pw_ctx *);
    pw_status (*resend)(const pw_ctx *, const char *, const char *, char **);
    void (*string_free)(char *);
    pw_config *config;
    pw_ctx *ctx = NULL;
    char *json = NULL;
    int well;

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 0;
    }
    /* POSIX's way to turn what dlsym gives into a function. */
    *(void **)&config_new = dlsym(library, "pw_config_new");
    *(void **)&config_set = dlsym(library, "pw_config_set");
    *(void **)&config_from_env = dlsym(library, "pw_config_from_env");
    *(void **)&config_free = dlsym(library, "pw_config_free");
    *(void **)&ctx_new = dlsym(library, "pw_ctx_new");
    *(void **)&ctx_free = dlsym(library, "pw_ctx_free");
    *(void **)&resend = dlsym(library, "pw_resend_otp");
    *(void **)&string_free = dlsym(library, "pw_string_free");

    config = config_new();
    well = config_from_env(config, NULL) == PW_OK &&
           config_set(config, "base_url", needed("SANDBOX_HTTPS"), NULL) == PW_OK &&
           ctx_new(config, &ctx, &json) == PW_OK && resend(ctx, "sbx_ok_5001", SESSION, &json) == PW_OK;
    if (!well)
        fprintf(stderr, "%s\n", json ? json : "no document");
    string_free(json);
    ctx_free(ctx);
    config_free(config);
    return dlclose(library) == 0 && well;
}

static void *rounds(void *path)
{
    static int well = 1, bad = 0;
    int round;
    for (round = 0; round < ROUNDS; round++) {
        if (!round_trip(path))
            return &bad;
    }
    return &well;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    struct sigaction before[NSIG], after;
    sigset_t mask_before, mask_after;
    char folder_before[4096], folder_after[4096];
    int i;

    if (argc != 2)
        return 2;
    for (i = 1; i < NSIG; i++)
        sigaction(i, NULL, &before[i]);
    CHECK(before[SIGPIPE].sa_handler == SIG_DFL);
    pthread_sigmask(SIG_SETMASK, NULL, &mask_before);
    CHECK(getcwd(folder_before, sizeof folder_before) != NULL);

    for (i = 0; i < ROUNDS; i++)
        CHECK(round_trip(argv[1]));
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, rounds, argv[1]) == 0);
    for (i = 0; i < THREADS; i++) {
        void *well = NULL;
        CHECK(pthread_join(threads[i], &well) == 0);
        CHECK(*(int *)well == 1);
    }
    /* It is still there, as its threads may need. */
    CHECK(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != NULL);

    for (i = 1; i < NSIG; i++) {
        sigaction(i, NULL, &after);
        CHECK(after.sa_handler == before[i].sa_handler);
    }
    pthread_sigmask(SIG_SETMASK, NULL, &mask_after);
    for (i = 1; i < NSIG; i++)
        CHECK(sigismember(&mask_before, i) == sigismember(&mask_after, i));
    CHECK(getcwd(folder_after, sizeof folder_after) != NULL && strcmp(folder_before, folder_after) == 0);
    return report("unload");
}
