/*
 * libcurl: an easy handle, reused, that sends the same head and body. With DOCUMENT also what a program does next: jansson
 * reads the members of the answer that matter, and prints a document like ours.
 */
#include <curl/curl.h>
#include <string.h>

#include "peer.h"
#ifdef DOCUMENT
#include "document.h"
#endif

struct client {
    CURL *curl;
    struct curl_slist *head;
    char *body, answer[65536];
    size_t have;
};

static size_t receive(char *bytes, size_t size, size_t count, void *argument)
{
    struct client *client = argument;
    if (size * count >= sizeof client->answer - client->have)
        return 0;
    memcpy(client->answer + client->have, bytes, size * count);
    client->have += size * count;
    return size * count;
}

void *peer_open(int number)
{
    struct client *client = calloc(1, sizeof *client);
    size_t length;
    char *head = peer_file("BENCH_HEAD", &length), *line;
    (void)number;
    client->body = peer_file("BENCH_BODY", &length);
    for (line = strtok(head, "\n"); line != NULL; line = strtok(NULL, "\n"))
        client->head = curl_slist_append(client->head, line);
    free(head);
    peer_must((client->curl = curl_easy_init()) != NULL, "curl_easy_init");
    curl_easy_setopt(client->curl, CURLOPT_URL, peer_setting("BENCH_URL"));
    curl_easy_setopt(client->curl, CURLOPT_CAINFO, peer_setting("BENCH_CA"));
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->head);
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, client->body);
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)length);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, client);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, 20000L);
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_FORBID_REUSE, (long)(getenv("BENCH_FORBID_REUSE") != NULL));
    return client;
}

void peer_call(void *argument)
{
    struct client *client = argument;
    CURLcode result;
    long status = 0;
    client->have = 0;
    result = curl_easy_perform(client->curl);
    peer_must(result == CURLE_OK, curl_easy_strerror(result));
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    peer_must(status == 200 && client->have > 0, "HTTP 200");
#ifdef DOCUMENT
    client->answer[client->have] = 0;
    free(document(client->answer, client->have));
#endif
}

void peer_close(void *argument)
{
    struct client *client = argument;
    curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->head);
    free(client->body);
    free(client);
}
