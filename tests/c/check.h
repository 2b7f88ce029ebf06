/* A test's checks: each is counted, and a failed one says where it stands. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paywall.h"

static int checks_passed, checks_failed;

#define CHECK(condition) check_that((condition) != 0, #condition, __FILE__, __LINE__)

static inline void check_that(int holds, const char *what, const char *file, int line)
{
    if (holds) {
        checks_passed++;
    } else {
        checks_failed++;
        fprintf(stderr, "%s:%d: %s\n", file, line, what);
    }
}

/* Whether a member of the document has this text; NULL: whether it is null or absent. */
static inline int has(const char *json, const char *pointer, const char *expected)
{
    char *text = pw_json_get(json, pointer);
    int equal = expected == NULL ? text == NULL : text != NULL && strcmp(text, expected) == 0;
    if (!equal)
        fprintf(stderr, "%s is %s, not %s, in %s\n", pointer, text ? text : "null", expected ? expected : "null", json);
    pw_string_free(text);
    return equal;
}

static inline const char *needed(const char *variable)
{
    const char *value = getenv(variable);
    if (value == NULL) {
        fprintf(stderr, "%s must be set: tests/c/run.sh does\n", variable);
        exit(2);
    }
    return value;
}

static inline int report(const char *name)
{
    printf("%s: %d passed, %d failed\n", name, checks_passed, checks_failed);
    return checks_failed != 0 || checks_passed == 0;
}

#endif
