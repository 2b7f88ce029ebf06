/*
 * What each peer implements, as a shared object that host.c loads: one client that makes the same call. Where the server
 * is, and what the request consists of, stands in the environment; run.py sets it.
 */
#ifndef PEER_H
#define PEER_H

#include <stdio.h>
#include <stdlib.h>

/* A client. Those with different numbers share nothing that depends on who calls. */
void *peer_open(int number);
/* One call, from the arguments to the answer. Anything but the expected answer ends the program. */
void peer_call(void *client);
void peer_close(void *client);

static inline void peer_must(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "bench: failed: %s\n", what);
        exit(1);
    }
}

static inline const char *peer_setting(const char *variable)
{
    const char *value = getenv(variable);
    peer_must(value != NULL, variable);
    return value;
}

/* A file whose name stands in the environment, NUL-terminated. */
static inline char *peer_file(const char *variable, size_t *length)
{
    FILE *file = fopen(peer_setting(variable), "rb");
    char *text = (char *)calloc(1, 65536);
    peer_must(file != NULL && text != NULL, variable);
    *length = fread(text, 1, 65535, file);
    fclose(file);
    return text;
}

#endif
