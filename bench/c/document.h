/* The same document as the library's, made with jansson: the members that decide are read, a text is printed. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include <jansson.h>
#include <string.h>

#include "peer.h"

static char *document(const char *answer, size_t length)
{
    json_t *envelope = json_loadb(answer, length, 0, NULL), *made;
    json_t *body = json_object_get(envelope, "Body"), *session = json_object_get(body, "Session");
    json_t *masterpass = json_object_get(body, "Masterpass"), *result = json_object_get(masterpass, "Result");
    const char *token = json_string_value(json_object_get(result, "Token"));
    char *text;

    peer_must(json_is_true(json_object_get(envelope, "Result")) &&
                  json_integer_value(json_object_get(envelope, "ErrorCode")) == 0 &&
                  json_integer_value(json_object_get(masterpass, "StatusCode")) == 200 &&
                  json_is_null(json_object_get(masterpass, "Exception")) && token != NULL,
              "a good envelope");
    /* One line holds whole members: a name beside its value. */
    /* clang-format off */
    made = json_pack("{s:s, s:s, s:s, s:O, s:s, s:s, s:O, s:O, s:O, s:O, s:O, s:n, s:i, s:s, s:n, s:{s:i, s:s}, s:s, s:b}",
                     "status", "ok", "action", "verify_otp", "message", "the service accepted: a code is on its way",
                     "customer_message", json_object_get(result, "Description"), "otp_token", token, "token_state", "new",
                     "session_id", json_object_get(session, "SessionId"),
                     "session_renewed", json_object_get(session, "SessionRenewed"),
                     "response_code", json_object_get(result, "ResponseCode"),
                     "reference_number", json_object_get(result, "RetrievalReferenceNumber"),
                     "correlation_id", json_object_get(masterpass, "CorrelationId"), "url_3d", "http_status", 200,
                     "request_id", peer_setting("BENCH_REQUEST_ID"), "error", "transport", "elapsed_us", 80,
                     "connection", "reused", "response_body", answer, "response_truncated", 0);
    /* clang-format on */
    peer_must(made != NULL && (text = json_dumps(made, JSON_COMPACT)) != NULL, "a document");
    json_decref(made);
    json_decref(envelope);
    return text;
}

#endif
