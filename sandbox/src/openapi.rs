//! The description of the service and of the control endpoints, as OpenAPI 3.1.

use serde_json::{Map, Value, json};

use crate::answers::RESEND_PATH;
use crate::journal::KEPT;
use crate::outcomes::{PREFIX, TABLE};
use crate::state::Place;

/// The longest wait of `GET /__sandbox/wait`, in milliseconds.
pub const LONGEST_WAIT_MS: u64 = 120_000;

pub fn description(place: &Place) -> Value {
    let mut paths = Map::new();
    for (path, method, operation) in operations() {
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods[method] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "paywall-sandbox",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A local server that behaves like Paywall's Masterpass \"Resend OTP\" service, and what controls it. Not made by Paywall.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": place.http}, {"url": place.https}],
        "paths": paths,
        "components": {"schemas": schemas(), "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "apikeyprivate"},
            "client": {"type": "apiKey", "in": "header", "name": "apiclientprivate"},
        }},
    })
}

fn operations() -> Vec<(&'static str, &'static str, Value)> {
    let number = || json!({"name": "number", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": u64::MAX}});
    let query = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let text = || json!({"type": "string"});
    let filters = || {
        vec![
            query("request_id", "the header X-Request-Id of the request", text()),
            query("token", "its OtpToken, or the beginning", text()),
            query("outcome", "its outcome, such as 5001 or reset_after", text()),
            query(
                "operation",
                "the number of its operation",
                json!({"type": "integer", "minimum": 0, "maximum": u64::MAX}),
            ),
        ]
    };
    let with = |mut all: Vec<Value>, more: Vec<Value>| {
        all.extend(more);
        all
    };
    let format = |names: Value| {
        query(
            "format",
            "otherwise by the header Accept: JSON, or text for text/plain",
            json!({"type": "string", "enum": names}),
        )
    };
    let list = |name: &str| json!({"type": "array", "items": reference(name)});
    let journal = || {
        json!({"description": "the requests, oldest first", "content": {
            "application/json": {"schema": {"anyOf": [list("Request"), reference("Har")]}},
            "text/plain": {"schema": {"type": "string"}},
            "application/jsonl": {"schema": {"type": "string"}},
        }})
    };
    vec![
        (
            RESEND_PATH,
            "post",
            json!({
                "operationId": "resendOtp",
                "summary": "Resend OTP: the service",
                "description": "Magic tokens choose the outcome; armed outcomes come first. Most failures have the status 200. An outcome may also be no answer at all, or one that breaks off.",
                "tags": ["service"],
                "security": [{"key": [], "client": []}],
                "requestBody": {"required": true, "content": {"application/json": {
                    "schema": reference("Resend"),
                    "examples": magic_examples(),
                }}},
                "responses": {
                    "200": {"description": "the service's envelope", "content": {
                        "application/json": {"schema": reference("Envelope")},
                        "text/html": {"schema": {"type": "string"}},
                    }},
                    "400": {"description": "the body could not be read", "content": {"text/plain": {"schema": {"type": "string"}}}},
                    "403": refusal("a web page from elsewhere"),
                    "405": {"description": "POST only", "content": {"text/plain": {"schema": {"type": "string"}}}},
                    "default": {"description": "what sbx_http_<code> and sbx_redirect answer", "content": {"text/html": {"schema": {"type": "string"}}}},
                },
            }),
        ),
        (
            "/__sandbox/operation",
            "post",
            endpoint(
                "openOperation",
                "Opens an operation",
                vec![],
                Some("NewOperation"),
                json!({
                    "200": answer("its token and session", reference("Opened")),
                    "400": refusal("something about it is wrong"),
                    "413": {"description": "the body is too long", "content": {"text/plain": {"schema": {"type": "string"}}}},
                }),
            ),
        ),
        (
            "/__sandbox/operations",
            "get",
            endpoint(
                "listOperations",
                "The operations, newest first",
                vec![],
                None,
                json!({"200": answer("all", list("Operation"))}),
            ),
        ),
        (
            "/__sandbox/operations/{number}",
            "get",
            endpoint(
                "getOperation",
                "One operation",
                vec![number()],
                None,
                json!({
                    "200": answer("it", reference("Operation")),
                    "404": refusal("there is none"),
                }),
            ),
        ),
        (
            "/__sandbox/operations/{number}/{act}",
            "post",
            endpoint(
                "actOnOperation",
                "Ends it, lets its token expire, or renews its session",
                vec![
                    number(),
                    json!({"name": "act", "in": "path", "required": true, "schema": {"type": "string", "enum": ["end", "expire", "renew"]}}),
                ],
                None,
                json!({"200": answer("it, afterwards", reference("Operation")), "404": refusal("there is none")}),
            ),
        ),
        (
            "/__sandbox/next",
            "post",
            endpoint(
                "armOutcome",
                "Arms an outcome for the next requests, of all or of one operation",
                vec![],
                Some("Arm"),
                json!({
                    "200": answer("all that is armed now", list("Armed")),
                    "400": refusal("something about it is wrong"),
                    "413": {"description": "the body is too long", "content": {"text/plain": {"schema": {"type": "string"}}}},
                }),
            ),
        ),
        (
            "/__sandbox/next",
            "get",
            endpoint(
                "listArmed",
                "What is armed",
                vec![],
                None,
                json!({"200": answer("in their order", list("Armed"))}),
            ),
        ),
        ("/__sandbox/next", "delete", endpoint("disarm", "Takes back all that is armed", vec![], None, nothing())),
        (
            "/__sandbox/requests",
            "get",
            endpoint(
                "listRequests",
                "The journal",
                with(
                    filters(),
                    vec![
                        query("limit", "only the last of them", json!({"type": "integer", "minimum": 0})),
                        format(json!(["json", "text", "jsonl", "har"])),
                    ],
                ),
                None,
                json!({"200": journal(), "400": refusal("a wrong query")}),
            ),
        ),
        ("/__sandbox/requests", "delete", endpoint("clearRequests", "Clears the journal", vec![], None, nothing())),
        (
            "/__sandbox/requests/{seq}",
            "get",
            endpoint(
                "getRequest",
                "One request: what was received and what was answered",
                vec![
                    json!({"name": "seq", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": u64::MAX}}),
                ],
                None,
                json!({"200": answer("it", reference("Exchange")), "404": refusal("there is none")}),
            ),
        ),
        (
            "/__sandbox/wait",
            "get",
            endpoint(
                "waitForRequests",
                "The journal, as soon as it has so many requests",
                with(
                    vec![
                        json!({"name": "requests", "in": "query", "required": true, "description": "how many", "schema": {"type": "integer", "minimum": 1, "maximum": KEPT}}),
                        query(
                            "timeout_ms",
                            "how long to wait for them",
                            json!({"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT_MS, "default": 5000}),
                        ),
                    ],
                    filters(),
                ),
                None,
                json!({"200": answer("the requests", list("Request")), "400": refusal("a wrong query"), "408": refusal("they did not come")}),
            ),
        ),
        (
            "/__sandbox/sms",
            "get",
            endpoint(
                "listMessages",
                "The text messages \"sent\"",
                vec![query("request_id", "of the request", text()), format(json!(["json", "text"]))],
                None,
                json!({
                    "200": {"description": "oldest first", "content": {
                        "application/json": {"schema": list("Message")},
                        "text/plain": {"schema": {"type": "string"}},
                    }},
                    "400": refusal("a wrong query"),
                }),
            ),
        ),
        ("/__sandbox/sms", "delete", endpoint("clearMessages", "Clears the messages", vec![], None, nothing())),
        ("/__sandbox/reset", "post", endpoint("reset", "As after the start", vec![], None, nothing())),
        (
            "/__sandbox/tokens",
            "get",
            endpoint(
                "listTokens",
                "The magic tokens",
                vec![],
                None,
                json!({"200": answer("in the order of the documentation", list("MagicToken"))}),
            ),
        ),
        (
            "/__sandbox/stats",
            "get",
            endpoint(
                "stats",
                "Numbers since the start",
                vec![],
                None,
                json!({"200": answer("they", reference("Stats"))}),
            ),
        ),
        (
            "/__sandbox/openapi.json",
            "get",
            endpoint(
                "describe",
                "This description",
                vec![],
                None,
                json!({"200": answer("it", json!({"type": "object"}))}),
            ),
        ),
        (
            "/__sandbox/events",
            "get",
            endpoint(
                "events",
                "What changes, as server-sent events; they do not end",
                vec![],
                None,
                json!({
                    "200": {"description": "each event is an object in JSON; the first has all that there is", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
                    "503": {"description": "too many pages are open", "content": {"text/plain": {"schema": {"type": "string"}}}},
                }),
            ),
        ),
        (
            "/__sandbox/shop/resend",
            "post",
            endpoint(
                "pressButton",
                "What the button of /shop does: a resend through libpaywall",
                vec![],
                Some("Press"),
                json!({
                    "200": answer("the result document of libpaywall", reference("Document")),
                    "400": refusal("something about it is wrong"),
                    "413": {"description": "the body is too long", "content": {"text/plain": {"schema": {"type": "string"}}}},
                    "429": refusal("too many presses at once"),
                }),
            ),
        ),
    ]
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn answer(description: &str, schema: Value) -> Value {
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}

fn refusal(description: &str) -> Value {
    answer(description, reference("Error"))
}

fn nothing() -> Value {
    json!({"204": {"description": "done"}})
}

fn endpoint(id: &str, summary: &str, parameters: Vec<Value>, body: Option<&str>, mut responses: Value) -> Value {
    responses["403"] = refusal("a page from another origin, or a Host that is not this machine");
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "tags": ["sandbox"],
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = body {
        operation["requestBody"] =
            json!({"required": body != "NewOperation", "content": {"application/json": {"schema": reference(body)}}});
    }
    operation
}

/// An example for each magic token that answers at once.
fn magic_examples() -> Value {
    let at_once = |magic: &&crate::outcomes::Magic| {
        magic.delivery == crate::outcomes::Delivery::AtOnce && !magic.name.contains('<')
    };
    let example = |magic: &crate::outcomes::Magic| {
        let value = json!({"OtpToken": magic.name, "SessionId": "6489433e-f36b-1410-825e-001264113a90"});
        (magic.name.to_owned(), json!({"summary": magic.meaning, "value": value}))
    };
    Value::Object(TABLE.iter().filter(at_once).map(example).collect())
}

/// The names of outcomes, as a pattern and in words.
fn outcome() -> Value {
    let names: Vec<&str> = TABLE.iter().map(|magic| &magic.name[PREFIX.len()..]).collect();
    let patterns: Vec<String> = names
        .iter()
        .map(|name| match name.split_once('<') {
            Some((prefix, "code>")) => format!("{prefix}[2-5][0-9]{{2}}"),
            Some((prefix, _)) => format!("{prefix}[0-9]{{1,5}}"),
            None => (*name).to_owned(),
        })
        .collect();
    let lines: Vec<String> =
        TABLE.iter().zip(&names).map(|(magic, name)| format!("- `{name}`: {}", magic.meaning)).collect();
    json!({"type": "string", "pattern": format!("^({})$", patterns.join("|")), "description": lines.join("\n")})
}

fn schemas() -> Value {
    let text = json!({"type": "string"});
    let or_null = |kind: &str| json!({"type": [kind, "null"]});
    let count = json!({"type": "integer", "minimum": 0});
    let milliseconds = json!({"type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX});
    let flag = json!({"type": "boolean"});
    let guid = json!({"type": "string", "format": "uuid"});
    let headers = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let since = json!({"type": "array", "minItems": 1, "items": {"type": "object", "required": ["value", "time"], "properties": {"value": text, "time": text}}});
    let request = json!({
        "seq": count, "time": text, "connection": count, "scheme": {"enum": ["http", "https"]}, "peer_port": count,
        "method": text, "path": text, "request_id": or_null("string"), "token": or_null("string"), "session": or_null("string"),
        "processed": flag, "sms": flag, "outcome": text, "http_status": or_null("integer"), "issued": or_null("string"),
        "headers": headers, "reused": flag, "operation": or_null("integer"), "repeats": or_null("integer"),
    });
    let mut exchange = request.clone();
    exchange["received"] = text.clone();
    exchange["answered"] = json!({"type": ["object", "null"], "properties": {"status": count, "headers": headers, "body": text, "length": count}});
    let times = json!({"type": "integer", "minimum": 1, "maximum": 10_000, "default": 1});
    json!({
        "Error": object(json!({"error": text})),
        "Resend": object(json!({"OtpToken": {"type": "string", "minLength": 1, "maxLength": 1024}, "SessionId": guid})),
        "Envelope": object(json!({
            "ErrorCodeType": {"type": "integer"}, "ErrorMessage": or_null("string"), "ErrorCode": {"type": "integer"},
            "Result": flag, "Message": text, "Body": or_null("object"),
        })),
        "NewOperation": {"type": "object", "additionalProperties": false, "properties": {
            "otp_token": {"type": ["string", "null"], "minLength": 1, "maxLength": 1024, "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$", "not": {"type": "string", "pattern": "^sbx_"}, "description": "at most 1024 bytes, and not that of an operation before; otherwise one is made up"},
            "session_id": {"type": ["string", "null"], "format": "uuid"},
            "cooldown_ms": milliseconds, "limit": milliseconds, "session_ttl_ms": milliseconds, "session_expired": flag,
            "script": {"type": "array", "description": "what its next requests come to", "items": {"anyOf": [
                outcome(),
                {"type": "object", "additionalProperties": false, "required": ["outcome"], "properties": {"outcome": outcome(), "times": times}},
            ]}},
        }},
        "Opened": object(json!({"otp_token": text, "session_id": guid})),
        "Operation": object(json!({
            "number": count, "state": {"enum": ["open", "ended", "expired"]}, "otp_token": text, "session_id": guid,
            "cooldown_ms": count, "cooldown_left_ms": count, "limit": count, "session_ttl_ms": count, "resends": count,
            "tokens": since, "sessions": since,
        })),
        "Arm": {"type": "object", "additionalProperties": false, "required": ["outcome"], "properties": {
            "outcome": outcome(), "times": times,
            "token": {"type": ["string", "null"], "description": "a token of an operation: the outcome is for its requests alone"},
        }},
        "Armed": object(json!({"outcome": text, "times": count, "operation": or_null("integer")})),
        "Request": object(request),
        "Exchange": object(exchange),
        "Har": object(json!({"log": {"type": "object", "description": "HAR 1.2"}})),
        "Message": object(json!({"time": text, "phone": text, "text": text, "request_id": or_null("string"), "code": text, "seq": count})),
        "MagicToken": object(json!({
            "name": text, "origin": {"enum": ["documented", "partly", "invented"]}, "meaning": text, "meaning_tr": text,
            "answer": text, "answer_tr": text, "processed": flag, "sends": flag,
        })),
        "Stats": object(json!({
            "connections": count, "open": count, "requests": count, "tls_failures": count, "problems": {"type": "array", "items": text},
        })),
        "Press": {"type": "object", "additionalProperties": false, "required": ["token", "session"], "properties": {
            "token": text, "session": text,
            "outcome": {"anyOf": [outcome(), {"type": "null"}], "description": "what this press comes to; it needs the token of an operation"},
        }},
        "Document": {"type": "object", "required": ["status", "action", "message"], "properties": {"status": text, "action": text, "message": text}},
    })
}

/// An object that has all these members.
fn object(properties: Value) -> Value {
    let names: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({"type": "object", "required": names, "properties": properties})
}
