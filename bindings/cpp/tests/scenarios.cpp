/*
 * Every scenario of the list that all languages share, both ways of calling, and bad input. Built with and without
 * exceptions, run by themselves and under valgrind.
 *
 *   scenarios            every scenario
 *   scenarios threads    many threads with one client
 *   scenarios refused    what must send nothing: the caller compares the sandbox's journal before and after; and what
 *                        the header has, against the contract
 */
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <type_traits>
#include <vector>

#include "paywall.hpp"

namespace {

using paywall::Client;
using paywall::Config;
using paywall::Result;

const char SESSION[] = "6489433e-f36b-1410-825e-001264113a90";

static_assert(!std::is_copy_constructible<Client>::value && !std::is_copy_assignable<Client>::value, "one owner");
static_assert(!std::is_copy_constructible<Config>::value, "one owner");
static_assert(std::is_nothrow_move_constructible<Client>::value && std::is_nothrow_move_assignable<Client>::value, "");
static_assert(noexcept(std::declval<const Client &>().try_resend_otp("", "")), "the status variant never throws");
static_assert(noexcept(std::declval<const Client &>().try_check()), "the status variant never throws");

int passed, failed;
std::string scenario;

#define CHECK(condition) check(static_cast<bool>(condition), #condition, __LINE__)

void check(bool holds, const char *what, int line)
{
    ++(holds ? passed : failed);
    if (!holds)
        std::fprintf(stderr, "scenarios.cpp:%d: %s [%s]\n", line, what, scenario.c_str());
}

void same(const std::string &actual, const std::string &expected, int line)
{
    check(actual == expected, ("\"" + actual + "\" is not \"" + expected + "\"").c_str(), line);
}
#define SAME(actual, expected) same(actual, expected, __LINE__)

std::string needed(const char *variable)
{
    const char *value = std::getenv(variable);
    if (!value) {
        std::fprintf(stderr, "%s must be set: test.sh does\n", variable);
        std::exit(2);
    }
    return value;
}

std::string content_of(const std::string &path)
{
    std::ifstream file(path.c_str());
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

/* A member of a document; "" if it is null or absent, as the header has it. */
std::string member(const std::string &json, const std::string &pointer)
{
    char *text = pw_json_get(json.c_str(), pointer.c_str());
    const std::string copy = text ? text : "";
    pw_string_free(text);
    return copy;
}

std::string number_or_empty(long long number, long long absent)
{
    return number == absent ? std::string() : std::to_string(number);
}

void configure(Config &config)
{
    /* Under valgrind a handshake takes seconds. */
    CHECK(config.try_set("timeout_ms", "60000").ok());
    CHECK(config.try_set("connect_timeout_ms", "60000").ok());
    CHECK(config.try_from_env().ok());
    CHECK(config.try_set("base_url", needed("SANDBOX_HTTPS")).ok());
}

/* The members of the document, each with what its accessor gives, as text. */
struct Member {
    const char *pointer;
    std::string (*read)(const Result &);
};
const Member MEMBERS[] = {
    {"/status", [](const Result &of) { return of.status(); }},
    {"/action", [](const Result &of) { return of.action(); }},
    {"/message", [](const Result &of) { return of.message(); }},
    {"/customer_message", [](const Result &of) { return of.customer_message(); }},
    {"/otp_token", [](const Result &of) { return of.otp_token(); }},
    {"/token_state", [](const Result &of) { return of.token_state(); }},
    {"/session_id", [](const Result &of) { return of.session_id(); }},
    {"/session_renewed", [](const Result &of) { return std::string(of.session_renewed() ? "true" : "false"); }},
    {"/response_code", [](const Result &of) { return of.response_code(); }},
    {"/reference_number", [](const Result &of) { return of.reference_number(); }},
    {"/correlation_id", [](const Result &of) { return of.correlation_id(); }},
    {"/url_3d", [](const Result &of) { return of.url_3d(); }},
    {"/http_status", [](const Result &of) { return number_or_empty(of.http_status(), 0); }},
    {"/request_id", [](const Result &of) { return of.request_id(); }},
    {"/error/kind", [](const Result &of) { return of.kind(); }},
    {"/error/code", [](const Result &of) { return of.code(); }},
    {"/error/stage", [](const Result &of) { return of.stage(); }},
    {"/error/retry_after_ms", [](const Result &of) { return number_or_empty(of.retry_after_ms(), -1); }},
    {"/error/detail", [](const Result &of) { return of.detail(); }},
    {"/transport/elapsed_us", [](const Result &of) { return number_or_empty(of.elapsed_us(), -1); }},
    {"/transport/connection", [](const Result &of) { return of.connection(); }},
    {"/response_body", [](const Result &of) { return of.response_body(); }},
    {"/response_truncated", [](const Result &of) { return std::string(of.response_truncated() ? "true" : "false"); }},
};

/* Each accessor against the document that it reads. */
void members_are_the_documents(const Result &result)
{
    const std::string json = result.json();
    for (const Member &one : MEMBERS)
        SAME(one.read(result), member(json, one.pointer));
    CHECK(result.ok() + result.rejected() + result.not_sent() + result.in_doubt() + result.invalid() +
              result.internal() ==
          1);
    SAME(result.status(), pw_status_name(result.number()));
}

void as_expected(const Result &result, const std::string &row, const std::string &token)
{
    members_are_the_documents(result);
    SAME(result.status(), member(row, "/expect/status"));
    SAME(result.action(), member(row, "/expect/action"));
    SAME(result.kind(), member(row, "/expect/kind"));
    SAME(result.code(), member(row, "/expect/code"));
    SAME(result.stage(), member(row, "/expect/stage"));
    SAME(result.token_state(), member(row, "/expect/token_state"));
    SAME(result.session_renewed() ? "true" : "false", member(row, "/expect/session_renewed"));
    SAME(number_or_empty(result.http_status(), 0), member(row, "/expect/http_status"));
    if (result.token_state().empty())
        SAME(result.otp_token(), "");
    else
        CHECK((result.otp_token() == token) == (result.token_state() != "new"));
}

#if PAYWALL_EXCEPTIONS
/* Which exception is thrown, and that it says what the status variant says. */
void thrown(const Client &client, const std::string &token, const std::string &session, const std::string &row)
{
    std::string type = "ok";
    try {
        as_expected(client.resend_otp(token, session), row, token);
    } catch (const paywall::Error &error) {
        type = dynamic_cast<const paywall::Rejected *>(&error)          ? "rejected"
               : dynamic_cast<const paywall::NotSent *>(&error)         ? "not_sent"
               : dynamic_cast<const paywall::InDoubt *>(&error)         ? "in_doubt"
               : dynamic_cast<const paywall::InvalidArgument *>(&error) ? "invalid"
                                                                        : "internal";
        as_expected(error.result(), row, token);
        SAME(error.what(), error.result().message());
        SAME(error.action(), error.result().action());
        SAME(error.kind(), error.result().kind());
        SAME(error.code(), error.result().code());
        CHECK(token.size() < 6 || std::string(error.what()).find(token) == std::string::npos);
        /* A wrong session is answered with the form of a right one, which is the one used here. */
        CHECK(session != SESSION || std::string(error.what()).find(SESSION) == std::string::npos);
    }
    SAME(type, member(row, "/expect/status"));
}
#endif

void every_scenario()
{
    static const char *const options[] = {"timeout_ms", "base_url", "proxy", "api_key"};
    const std::string scenarios = content_of(needed("SCENARIOS"));
    int rows = 0;
    for (;; ++rows) {
        const std::string row = member(scenarios, "/" + std::to_string(rows));
        if (row.empty())
            break;
        scenario = member(row, "/name");
        const std::string token = member(row, "/token");
        const std::string own_session = member(row, "/session");
        const std::string session = own_session.empty() ? SESSION : own_session;

        Config config;
        configure(config);
        Client client;
        /* A kept connection for those with a short deadline: under valgrind just a handshake takes longer. */
        CHECK(client.try_open(config).ok());
        CHECK(client.try_resend_otp("sbx_ok_5001", SESSION).ok());
        for (const char *option : options) {
            const std::string value = member(row, std::string("/options/") + option);
            CHECK(value.empty() || config.try_set(option, value).ok());
        }
        CHECK(client.try_open(config).ok());
        as_expected(client.try_resend_otp(token, session), row, token);
#if PAYWALL_EXCEPTIONS
        Config again;
        configure(again);
        CHECK(Client(again).resend_otp("sbx_ok_5001", SESSION).ok());
        thrown(Client(config), token, session, row);
#endif
    }
    scenario = "the list";
    CHECK(rows >= 40);
}

void refused(const Result &result, const char *kind, const char *code)
{
    CHECK(result.invalid());
    members_are_the_documents(result);
    SAME(result.kind(), kind);
    SAME(result.code(), code);
    SAME(result.otp_token(), "");
}

void bad_input()
{
    scenario = "bad input";
    const std::string with_nul("sbx_ok\0_5001", 12), nul_at_end("sbx_ok_5001\0", 12), only_nul(1, '\0');
    const std::vector<std::string> broken = {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf8\x88\x80\x80\x80"};
    Config config;
    configure(config);
    Client client;
    CHECK(!client);
    refused(client.try_resend_otp("sbx_ok_5001", SESSION), "argument", "ctx");
    refused(client.try_check(), "argument", "ctx");
    CHECK(client.try_open(config).ok());
    CHECK(client);

    for (const std::string &text : {with_nul, nul_at_end, only_nul}) {
        refused(client.try_resend_otp(text, SESSION), "argument", "token");
        refused(client.try_resend_otp("sbx_ok_5001", text), "argument", "session");
        refused(client.try_resend_otp("sbx_ok_5001", SESSION + text), "argument", "session");
        refused(config.try_set("app" + text, "x"), "argument", "name");
        refused(config.try_set("app", text), "argument", "value");
    }
    for (const std::string &text : broken) {
        refused(client.try_resend_otp(text, SESSION), "argument", "token");
        refused(client.try_resend_otp("sbx_ok_5001", text), "argument", "session");
        refused(config.try_set(text, "x"), "argument", "name");
        refused(config.try_set("app", text), "argument", "value");
    }
    const char *none = nullptr;
    refused(client.try_resend_otp(none, SESSION), "argument", "token");
    refused(client.try_resend_otp("sbx_ok_5001", nullptr), "argument", "session");
    refused(config.try_set(nullptr, "x"), "argument", "name");
    refused(config.try_set("timeout_ms", "0"), "config", "timeout_ms");
    refused(client.try_resend_otp(std::string(1025, 'x'), SESSION), "argument", "token");
    refused(Client().try_open(Config()), "config", "environment");

    /* A failure leaves the client what it was. */
    const Config empty;
    refused(client.try_open(empty), "config", "environment");
    CHECK(client);

    Client taken(std::move(client));
    CHECK(taken && !client);
    refused(client.try_resend_otp("sbx_ok_5001", SESSION), "argument", "ctx");
    refused(client.try_check(), "argument", "ctx");
    Client &itself = taken;
    taken = std::move(itself);
    CHECK(taken);
    client = std::move(taken);
    CHECK(client && !taken);

    Config moved(std::move(config));
    refused(config.try_set("app", "x"), "argument", "config");
    refused(config.try_from_env(), "argument", "config");
    refused(Client().try_open(config), "argument", "config");
    config = std::move(moved);
    CHECK(config.try_set("app", "x/1").ok());
    SAME(config.try_set("app", "x/1").status(), "ok");
    SAME(config.try_set("app", "x/1").action(), "none");
    SAME(config.try_set("app", "x/1").json(), "");

    CHECK(paywall::detail::abi_fits(static_cast<uint32_t>(PW_ABI_MAJOR) << 16 | PW_ABI_MINOR));
    CHECK(paywall::detail::abi_fits(static_cast<uint32_t>(PW_ABI_MAJOR) << 16 | (PW_ABI_MINOR + 1)));
    CHECK(!paywall::detail::abi_fits(static_cast<uint32_t>(PW_ABI_MAJOR + 1) << 16));
    CHECK(!paywall::detail::abi_fits(0));

    /* Numbers that a newer library might return. */
    for (const pw_status number : {6, 17, -1, 2147483647, -2147483647 - 1}) {
        const paywall::detail::Shared document = std::make_shared<paywall::detail::Document>();
        document->took(number);
        const Result result(document);
        CHECK(result.in_doubt() && !result.ok() && !result.not_sent() && !result.invalid());
        SAME(result.action(), "await_code");
        SAME(result.otp_token(), "");
#if PAYWALL_EXCEPTIONS
        bool in_doubt = false;
        try {
            paywall::detail::throw_unless_ok(document);
        } catch (const paywall::InDoubt &error) {
            in_doubt = true;
            SAME(error.what(), "unrecognized");
        }
        CHECK(in_doubt);
#endif
    }

#if PAYWALL_EXCEPTIONS
    int caught = 0;
    try {
        client.resend_otp(with_nul, SESSION);
    } catch (const paywall::InvalidArgument &error) {
        ++caught;
        /* A copy outlives what it was copied from. */
        const paywall::Error copy = error;
        SAME(copy.what(), "nothing was sent: token: must not hold a NUL character");
        SAME(copy.code(), "token");
    }
    try {
        taken.resend_otp("sbx_ok_5001", SESSION);
    } catch (const std::exception &error) {
        ++caught;
        CHECK(std::strlen(error.what()) > 0);
    }
    try {
        Config().set("app", "x/1").set("locale", "de");
    } catch (const paywall::InvalidArgument &error) {
        ++caught;
        SAME(error.code(), "locale");
    }
    try {
        Client from_nothing((Config()));
    } catch (const paywall::InvalidArgument &error) {
        ++caught;
        SAME(error.code(), "environment");
    }
    try {
        taken.check();
    } catch (const paywall::InvalidArgument &) {
        ++caught;
    }
    /* You can keep it, to let it out of a noexcept boundary. */
    std::exception_ptr kept;
    try {
        client.resend_otp("sbx\nok", SESSION);
    } catch (...) {
        kept = std::current_exception();
    }
    try {
        std::rethrow_exception(kept);
    } catch (const paywall::Error &error) {
        ++caught;
        SAME(error.code(), "token");
    }
    CHECK(caught == 6);
#endif
}

void check_connection()
{
    scenario = "check";
    Config config;
    configure(config);
    Client client;
    CHECK(client.try_open(config).ok());
    const Result checked = client.try_check();
    CHECK(checked.ok());
    SAME(checked.action(), "none");
    SAME(checked.otp_token(), "");
    CHECK(client.try_open_from_env().ok() == (std::getenv("PAYWALL_BASE_URL") != nullptr));
    CHECK(config.try_set("base_url", "https://localhost:1").ok());
    CHECK(client.try_open(config).ok());
    CHECK(client.try_check().not_sent());
#if PAYWALL_EXCEPTIONS
    try {
        client.check();
        CHECK(false);
    } catch (const paywall::NotSent &error) {
        SAME(error.action(), "retry");
        SAME(error.kind(), "connect");
    }
#endif
}

/* The texts of a list in the contract; `below` leads on from each of its rows. */
std::vector<std::string> listed(const std::string &contract, const std::string &list, const std::string &below)
{
    std::vector<std::string> texts;
    for (;;) {
        const std::string text = member(contract, list + "/" + std::to_string(texts.size()) + below);
        if (text.empty())
            return texts;
        texts.push_back(text);
    }
}

void same_set(const std::vector<std::string> &actual, const std::vector<std::string> &expected, const char *what)
{
    CHECK(actual.size() == expected.size());
    CHECK(!actual.empty());
    check(std::set<std::string>(actual.begin(), actual.end()) ==
              std::set<std::string>(expected.begin(), expected.end()),
          what, __LINE__);
}

/* What this header has, against the one description of the vocabulary. */
void the_contract()
{
    scenario = "contract";
    const std::string contract = content_of(needed("CONTRACT"));
    SAME(member(contract, "/abi/major"), std::to_string(PW_ABI_MAJOR));
    SAME(member(contract, "/abi/minor"), std::to_string(PW_ABI_MINOR));

    const std::vector<std::string> statuses = listed(contract, "/statuses", "/name");
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        const paywall::detail::Shared document = std::make_shared<paywall::detail::Document>();
        document->took(std::stoi(member(contract, "/statuses/" + std::to_string(i) + "/number")));
        const Result result(document);
        SAME(result.status(), statuses[i]);
        SAME(result.ok()         ? "ok"
             : result.rejected() ? "rejected"
             : result.not_sent() ? "not_sent"
             : result.in_doubt() ? "in_doubt"
             : result.invalid()  ? "invalid"
                                 : "internal",
             statuses[i]);
    }
    CHECK(statuses.size() == PW_INTERNAL + 1);

    same_set({PW_ACTION_VERIFY_OTP, PW_ACTION_AWAIT_CODE, PW_ACTION_WAIT, PW_ACTION_CHECK_OPERATION, PW_ACTION_RESTART,
              PW_ACTION_REDIRECT_3D, PW_ACTION_FIX_ACCOUNT, PW_ACTION_FIX_CONFIGURATION, PW_ACTION_FIX_REQUEST,
              PW_ACTION_RETRY, PW_ACTION_CONTACT_SUPPORT, PW_ACTION_NONE},
             listed(contract, "/actions", ""), "the actions");
    same_set({PW_KIND_TOKEN_INVALID, PW_KIND_TOKEN_EXPIRED,  PW_KIND_TOKEN_USED,
              PW_KIND_COOLDOWN,      PW_KIND_RESEND_LIMIT,   PW_KIND_OTP_UNSUPPORTED,
              PW_KIND_ACCOUNT,       PW_KIND_AUTHENTICATION, PW_KIND_FORBIDDEN,
              PW_KIND_VALIDATION,    PW_KIND_UPSTREAM,       PW_KIND_THREE_D_SECURE,
              PW_KIND_DECLINED,      PW_KIND_RATE_LIMITED,   PW_KIND_SERVER_ERROR,
              PW_KIND_WRONG_ADDRESS, PW_KIND_REDIRECT,       PW_KIND_HTTP,
              PW_KIND_BAD_RESPONSE,  PW_KIND_TIMEOUT,        PW_KIND_CONNECTION_LOST,
              PW_KIND_DNS,           PW_KIND_CONNECT,        PW_KIND_PROXY,
              PW_KIND_TLS,           PW_KIND_CONFIG,         PW_KIND_ARGUMENT,
              PW_KIND_INTERNAL},
             listed(contract, "/kinds", ""), "the kinds");

    /* The accessors, and the members of the documents that this header writes itself. */
    std::vector<std::string> members, accessors;
    for (const Member &one : MEMBERS)
        accessors.push_back(one.pointer);
    const std::string own = Client().try_resend_otp(std::string(1, '\0'), SESSION).json();
    for (const char *const part : {"document", "error", "transport"}) {
        const std::string prefix = std::string(part) == "document" ? "/" : "/" + std::string(part) + "/";
        for (const std::string &name : listed(contract, std::string("/members/") + part, "")) {
            CHECK(own.find("\"" + name + "\":") != std::string::npos);
            if (name != "error" && name != "transport")
                members.push_back(prefix + name);
        }
    }
    same_set(accessors, members, "the members");
    std::size_t written = 0;
    for (std::size_t at = own.find("\":"); at != std::string::npos; at = own.find("\":", at + 1))
        ++written;
    CHECK(written == members.size() + 2);

    /* Each option is one that can be set. */
    for (const std::string &name : listed(contract, "/options", "/name")) {
        bool set = false;
        for (const char *const value : {"test", "https://localhost", "1", "env", "tr", "App/1"})
            set = Config().try_set(name, value).ok() || set;
        check(set, name.c_str(), __LINE__);
    }
}

struct Called {
    std::string token, session;
    Result result;
};

/* Every second call is accepted, the others are refused and keep a token of their own. */
void calls_of(const Client &client, int thread, std::vector<Called> &calls)
{
    for (int turn = 0; turn < 50; ++turn) {
        char session[sizeof SESSION], token[32];
        std::snprintf(session, sizeof session, "6489433e-f36b-1410-825e-%04d%08d", thread, turn);
        std::snprintf(token, sizeof token, turn % 2 ? "sbx_ok_5001" : "sbx_of_%d_%d", thread, turn);
        calls.push_back(Called{token, session, client.try_resend_otp(token, session)});
    }
}

/* Each thread gets the outcomes of its own calls. */
void many_threads()
{
    scenario = "threads";
    Config config;
    configure(config);
    Client client;
    CHECK(client.try_open(config).ok());
    std::vector<std::vector<Called>> calls(8);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < calls.size(); ++i)
        threads.emplace_back([&client, &calls, i] { calls_of(client, static_cast<int>(i), calls[i]); });
    for (std::thread &thread : threads)
        thread.join();

    std::set<std::string> new_tokens, request_ids;
    for (const std::vector<Called> &of_thread : calls) {
        for (const Called &call : of_thread) {
            SAME(call.result.session_id(), call.session);
            request_ids.insert(call.result.request_id());
            if (call.result.ok()) {
                SAME(call.token, "sbx_ok_5001");
                new_tokens.insert(call.result.otp_token());
            } else {
                SAME(call.result.kind(), "token_invalid");
                SAME(call.result.otp_token(), call.token);
            }
        }
    }
    CHECK(new_tokens.size() == 8 * 25);
    CHECK(request_ids.size() == 8 * 50);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "refused") == 0) {
        the_contract();
        bad_input();
        check_connection();
    } else if (argc == 2 && std::strcmp(argv[1], "threads") == 0) {
        many_threads();
    } else {
        every_scenario();
    }
    std::printf("scenarios%s%s%s: %d passed, %d failed\n", argc == 2 ? ", " : "", argc == 2 ? argv[1] : "",
                PAYWALL_EXCEPTIONS ? "" : " (no exceptions)", passed, failed);
    return failed != 0 || passed == 0;
}
