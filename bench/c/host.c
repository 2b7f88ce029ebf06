/*
 * Loads a peer and measures it. One line of numbers on the standard output:
 *   host PEER first                     nothing to measure but the process itself: "answered"
 *   host PEER calls COUNT               median microseconds and mean CPU microseconds of a warm call
 *   host PEER count COUNT               "done": warm calls that are not timed, for valgrind
 *   host PEER threads COUNT N shared|own   calls a second of N threads that make COUNT calls together
 *   host PEER cpu                       CPU microseconds until the first answer
 *   host PEER connections COUNT         milliseconds of the first call, and the median of the COUNT after it
 *   host PEER second COUNT              median microseconds of a client beside another like it
 *   host PEER memory                    KiB resident, and those of them that are anonymous, from before loading the peer to after one call
 */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "peer.h"

enum { WARM = 200 };

static void *(*open_client)(int);
static void (*call)(void *);
static void (*close_client)(void *);

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double cpu_us(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static long resident_kib(const char *kind)
{
    char line[256], pattern[32];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "r");
    peer_must(status != NULL, "/proc/self/status");
    snprintf(pattern, sizeof pattern, "%s: %%ld", kind);
    while (kib < 0 && fgets(line, sizeof line, status) != NULL)
        sscanf(line, pattern, &kib);
    fclose(status);
    return kib;
}

static void *symbol(void *library, const char *name)
{
    void *found = dlsym(library, name);
    peer_must(found != NULL, name);
    return found;
}

static void load(const char *path)
{
    void *peer = dlopen(path, RTLD_NOW);
    if (peer == NULL)
        fprintf(stderr, "bench: %s\n", dlerror());
    peer_must(peer != NULL, path);
    *(void **)&open_client = symbol(peer, "peer_open");
    *(void **)&call = symbol(peer, "peer_call");
    *(void **)&close_client = symbol(peer, "peer_close");
}

static int ascending(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double median(double *taken, int count)
{
    qsort(taken, (size_t)count, sizeof *taken, ascending);
    return taken[count / 2];
}

static void *warm_client(int times)
{
    void *client = open_client(0);
    while (times-- > 0)
        call(client);
    return client;
}

static void calls(int count)
{
    double *taken = calloc((size_t)count, sizeof *taken), cpu;
    void *client = warm_client(WARM);
    int i;
    cpu = cpu_us();
    for (i = 0; i < count; i++) {
        double begun = now_us();
        call(client);
        taken[i] = now_us() - begun;
    }
    cpu = (cpu_us() - cpu) / count;
    printf("%.2f %.2f\n", median(taken, count), cpu);
    close_client(client);
    free(taken);
}

struct share {
    pthread_barrier_t *warm;
    void *client;
    int count;
};

static void *work(void *argument)
{
    const struct share *share = argument;
    int i;
    /* Long enough for each thread to have its connection. */
    for (i = 0; i < 20; i++)
        call(share->client);
    pthread_barrier_wait(share->warm);
    for (i = 0; i < share->count; i++)
        call(share->client);
    return NULL;
}

static void threads(int count, int number, int own)
{
    pthread_t ids[256];
    struct share shares[256];
    pthread_barrier_t warm;
    double begun;
    int i;
    peer_must(number > 0 && number <= 256, "1 to 256 threads");
    pthread_barrier_init(&warm, NULL, (unsigned)number + 1);
    for (i = 0; i < number; i++) {
        shares[i].warm = &warm;
        shares[i].client = i == 0 || own ? open_client(i) : shares[0].client;
        shares[i].count = count / number;
        peer_must(pthread_create(&ids[i], NULL, work, &shares[i]) == 0, "a thread");
    }
    pthread_barrier_wait(&warm);
    begun = now_us();
    for (i = 0; i < number; i++)
        pthread_join(ids[i], NULL);
    printf("%.0f\n", (double)(count / number) * number / ((now_us() - begun) / 1e6));
}

static void cpu(void)
{
    double begun = cpu_us();
    call(open_client(0));
    printf("%.0f\n", cpu_us() - begun);
}

static void connections(int count)
{
    double *taken = calloc((size_t)count, sizeof *taken), first;
    void *client = open_client(0);
    int i;
    for (i = -1; i < count; i++) {
        double begun = now_us();
        call(client);
        *(i < 0 ? &first : &taken[i]) = (now_us() - begun) / 1000;
    }
    printf("%.2f %.2f\n", first, median(taken, count));
    close_client(client);
    free(taken);
}

static void second(int count)
{
    double *taken = calloc((size_t)count, sizeof *taken);
    int i;
    open_client(0);
    for (i = 0; i < count; i++) {
        double begun = now_us();
        void *client = open_client(0);
        taken[i] = now_us() - begun;
        close_client(client);
    }
    printf("%.3f\n", median(taken, count));
    free(taken);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[2] : "";
    int count = argc > 3 ? atoi(argv[3]) : 0;
    /* Once before, so that what stdio needs is not counted. */
    long resident = resident_kib("VmRSS"), anonymous;
    resident = resident_kib("VmRSS");
    anonymous = resident_kib("RssAnon");

    peer_must(argc > 2, "usage: see the top of host.c");
    load(argv[1]);
    if (strcmp(mode, "first") == 0) {
        call(open_client(0));
        puts("answered");
    } else if (strcmp(mode, "memory") == 0) {
        call(open_client(0));
        printf("%ld %ld\n", resident_kib("VmRSS") - resident, resident_kib("RssAnon") - anonymous);
    } else if (strcmp(mode, "calls") == 0 && count > 0) {
        calls(count);
    } else if (strcmp(mode, "count") == 0 && count > 0) {
        void *client = warm_client(WARM / 10);
        while (count-- > 0)
            call(client);
        puts("done");
    } else if (strcmp(mode, "threads") == 0 && argc == 6 && count > 0) {
        threads(count, atoi(argv[4]), strcmp(argv[5], "own") == 0);
    } else if (strcmp(mode, "cpu") == 0) {
        cpu();
    } else if (strcmp(mode, "connections") == 0 && count > 0) {
        connections(count);
    } else if (strcmp(mode, "second") == 0 && count > 0) {
        second(count);
    } else {
        peer_must(0, "usage: see the top of host.c");
    }
    return 0;
}
