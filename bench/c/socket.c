/* The least that any client can do: write the same bytes to a socket, and read the answer to its end. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

struct client {
    int socket;
    char *request;
    size_t length;
};

void *peer_open(int number)
{
    struct client *client = calloc(1, sizeof *client);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    (void)number;
    address.sin_port = htons((unsigned short)atoi(peer_setting("BENCH_PORT")));
    client->request = peer_file("BENCH_REQUEST", &client->length);
    client->socket = socket(AF_INET, SOCK_STREAM, 0);
    peer_must(connect(client->socket, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return client;
}

void peer_call(void *argument)
{
    struct client *client = argument;
    char answer[65536], *head = NULL, *field = NULL;
    size_t have = 0;
    peer_must(write(client->socket, client->request, client->length) == (ssize_t)client->length, "write");
    do {
        ssize_t got = read(client->socket, answer + have, sizeof answer - 1 - have);
        peer_must(got > 0, "read");
        have += (size_t)got;
        answer[have] = 0;
        head = strstr(answer, "\r\n\r\n");
        if (head != NULL)
            peer_must((field = strcasestr(answer, "\r\ncontent-length:")) != NULL, "a length");
    } while (head == NULL || have < (size_t)(head + 4 - answer) + strtoul(field + 17, NULL, 10));
    peer_must(strncmp(answer, "HTTP/1.1 200", 12) == 0, "HTTP 200");
}

void peer_close(void *argument)
{
    struct client *client = argument;
    close(client->socket);
    free(client->request);
    free(client);
}
