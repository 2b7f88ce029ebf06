/*
 * libpaywall for C++11 and later: Paywall's Masterpass "Resend OTP". It sends each request at most once.
 *
 * Header only, over paywall.h, which is the manual of options, documents and guarantees. Two ways to call:
 *
 *     client.resend_otp(token, session)        throws what is not ok, if exceptions are compiled in
 *     client.try_resend_otp(token, session)    never throws: the Result says what is true; for -fno-exceptions too
 *
 * One thread at a time may use a Config. Any number of threads may use a Client and a Result at once.
 */
#ifndef PAYWALL_HPP
#define PAYWALL_HPP

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "paywall.h"

/* 1 if what fails can be thrown. Set it to 0 yourself to have only the status. */
#ifndef PAYWALL_EXCEPTIONS
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define PAYWALL_EXCEPTIONS 1
#else
#define PAYWALL_EXCEPTIONS 0
#endif
#endif

namespace paywall {

/*
 * A text on its way in: a std::string, or a C string. It refers to your text, and is meant only for arguments.
 * A std::string can hold NUL, at which the C interface would cut it: such a text is refused, never shortened.
 */
class Text {
public:
    Text(const char *text) noexcept : text_(text), length_(text ? std::strlen(text) : 0) {}
    Text(const std::string &text) noexcept : text_(text.c_str()), length_(text.size()) {}
    const char *c_str() const noexcept { return text_; }
    bool holds_nul() const noexcept { return text_ != nullptr && std::strlen(text_) != length_; }

private:
    const char *text_;
    std::size_t length_;
};

namespace detail {

/* What the library returned, freed (and with that wiped) with the last Result or Error that refers to it. */
struct Document {
    pw_status status;
    const char *json; /* what is read */
    char *owned;      /* what is freed: NULL if `json` is a literal of this header */
    char *message;

    Document() noexcept : status(PW_OK), json(nullptr), owned(nullptr), message(nullptr) {}
    Document(const Document &) = delete;
    Document &operator=(const Document &) = delete;
    ~Document()
    {
        pw_string_free(owned);
        pw_string_free(message);
    }
    void took(pw_status with) noexcept
    {
        status = with;
        json = owned;
    }
    void refused(pw_status with, const char *literal) noexcept
    {
        status = with;
        json = literal;
    }
};

typedef std::shared_ptr<Document> Shared;

/* The document of a refusal that never reached the library. */
#define PAYWALL_DETAIL_REFUSAL(status, action, kind, code, stage, message)                                       \
    "{\"status\":\"" status "\",\"action\":\"" action "\",\"message\":\"" message                                \
    "\",\"customer_message\":null,\"otp_token\":null,\"token_state\":null,\"session_id\":null,"                  \
    "\"session_renewed\":false,\"response_code\":null,\"reference_number\":null,\"correlation_id\":null,"        \
    "\"url_3d\":null,\"http_status\":null,\"request_id\":null,\"error\":{\"kind\":\"" kind "\",\"code\":\"" code \
    "\",\"stage\":\"" stage "\",\"retry_after_ms\":null,\"detail\":null},"                                       \
    "\"transport\":{\"elapsed_us\":0,\"connection\":null},\"response_body\":null,\"response_truncated\":false}"
#define PAYWALL_DETAIL_HOLDS_NUL(name)                                             \
    PAYWALL_DETAIL_REFUSAL("invalid", "fix_request", "argument", name, "argument", \
                           "nothing was sent: " name ": must not hold a NUL character")

/* A text that the library returned, until it is copied: also when copying throws. */
class Owned {
public:
    explicit Owned(char *text) noexcept : text_(text) {}
    Owned(const Owned &) = delete;
    Owned &operator=(const Owned &) = delete;
    ~Owned() { pw_string_free(text_); }
    const char *get() const noexcept { return text_; }

private:
    char *text_;
};

/* The same major, and at least the minor that this program was built for. */
inline bool abi_fits(uint32_t loaded) noexcept
{
    return loaded >> 16 == PW_ABI_MAJOR && (loaded & 0xffff) >= (PW_ABI_MINOR + 0u);
}

} // namespace detail

/* The outcome of a call. Copies share one document. */
class Result {
public:
    explicit Result(detail::Shared document) noexcept : document_(std::move(document)) {}

    /* Exactly one of these is true. A number that this header does not know is in doubt. */
    bool ok() const noexcept { return number() == PW_OK; }
    bool rejected() const noexcept { return number() == PW_REJECTED; }
    bool not_sent() const noexcept { return number() == PW_NOT_SENT; }
    bool in_doubt() const noexcept { return number() == PW_IN_DOUBT || number() < PW_OK || number() > PW_INTERNAL; }
    bool invalid() const noexcept { return number() == PW_INVALID; }
    bool internal() const noexcept { return number() == PW_INTERNAL; }

    /* The status as the library returned it. */
    pw_status number() const noexcept { return document_->status; }

    /*
     * The members of the document. An empty text, 0 and -1 stand for null. Each is looked up when you ask for it,
     * which takes some microseconds: keep what you need more than once.
     */
    std::string status() const { return document_->json ? text("/status") : pw_status_name(number()); }
    std::string action() const { return document_->json ? text("/action") : ok() ? "none" : "await_code"; }
    std::string message() const { return text("/message"); }                   /* for the log */
    std::string customer_message() const { return text("/customer_message"); } /* for the shopper */
    std::string otp_token() const { return text("/otp_token"); }               /* the token to use next */
    std::string token_state() const { return text("/token_state"); }
    std::string session_id() const { return text("/session_id"); } /* the session to use next */
    bool session_renewed() const noexcept { return truth("/session_renewed"); }
    std::string response_code() const { return text("/response_code"); }
    std::string reference_number() const { return text("/reference_number"); }
    std::string correlation_id() const { return text("/correlation_id"); }
    std::string url_3d() const { return text("/url_3d"); }
    int http_status() const noexcept { return static_cast<int>(number("/http_status", 0)); }
    std::string request_id() const { return text("/request_id"); }
    std::string kind() const { return text("/error/kind"); }
    std::string code() const { return text("/error/code"); }
    std::string stage() const { return text("/error/stage"); }
    long long retry_after_ms() const noexcept { return number("/error/retry_after_ms", -1); }
    std::string detail() const { return text("/error/detail"); }
    long long elapsed_us() const noexcept { return number("/transport/elapsed_us", -1); }
    std::string connection() const { return text("/transport/connection"); }
    std::string response_body() const { return text("/response_body"); }
    bool response_truncated() const noexcept { return truth("/response_truncated"); }

    /* Any member, by its RFC 6901 pointer, such as "/error/kind": for those that a newer library adds. */
    std::string text(const char *pointer) const
    {
        const detail::Owned member(pw_json_get(document_->json, pointer));
        return member.get() ? std::string(member.get()) : std::string();
    }
    /* The whole document; "" if a success has none. It carries token and session: do not log it. */
    const char *json() const noexcept { return document_->json ? document_->json : ""; }

private:
    long long number(const char *pointer, long long absent) const noexcept
    {
        const detail::Owned member(pw_json_get(document_->json, pointer));
        return member.get() ? std::strtoll(member.get(), nullptr, 10) : absent;
    }
    bool truth(const char *pointer) const noexcept
    {
        const detail::Owned member(pw_json_get(document_->json, pointer));
        return member.get() && std::strcmp(member.get(), "true") == 0;
    }

    detail::Shared document_;
};

#if PAYWALL_EXCEPTIONS

/* What is thrown for every outcome but ok. what() is one line for the log; it holds no secret. */
class Error : public std::exception {
public:
    explicit Error(detail::Shared document) noexcept : document_(std::move(document))
    {
        if (!document_->message)
            document_->message = pw_json_get(document_->json, "/message");
    }
    const char *what() const noexcept override
    {
        return document_->message ? document_->message : pw_status_name(document_->status);
    }
    /* With the token and the session to use next. */
    Result result() const noexcept { return Result(document_); }
    std::string action() const { return result().action(); }
    std::string kind() const { return result().kind(); }
    std::string code() const { return result().code(); }

private:
    detail::Shared document_;
};

/* The service answered, and refused: action() says what to do. */
class Rejected : public Error {
public:
    using Error::Error;
};
/* No byte of the request left: it is safe to call again. */
class NotSent : public Error {
public:
    using Error::Error;
};
/* The request may have arrived; no trustworthy answer came back. Never call again automatically. */
class InDoubt : public Error {
public:
    using Error::Error;
};
/* A bad argument or option; nothing was sent. */
class InvalidArgument : public Error {
public:
    using Error::Error;
};
/* A library that does not fit, or a bug in it; nothing was sent. */
class LibraryError : public Error {
public:
    using Error::Error;
};

namespace detail {

inline void throw_unless_ok(const Shared &document)
{
    switch (document->status) {
    case PW_OK: return;
    case PW_REJECTED: throw Rejected(document);
    case PW_NOT_SENT: throw NotSent(document);
    case PW_INVALID: throw InvalidArgument(document);
    case PW_INTERNAL: throw LibraryError(document);
    default: throw InDoubt(document);
    }
}

} // namespace detail

#endif

/* A configuration that you fill: the options of paywall.h by their names. */
class Config {
public:
    Config() noexcept : config_(pw_config_new()) {}
    Config(Config &&other) noexcept : config_(other.config_) { other.config_ = nullptr; }
    Config &operator=(Config &&other) noexcept
    {
        Config taken(std::move(other));
        std::swap(config_, taken.config_);
        return *this;
    }
    Config(const Config &) = delete;
    Config &operator=(const Config &) = delete;
    ~Config() { pw_config_free(config_); }

    /* Sets one option; a later value replaces an earlier one. */
    Result try_set(Text name, Text value) noexcept
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        set_in(*document, name, value);
        return Result(document);
    }
    /* Sets what the environment has: PAYWALL_ and the upper-case name. If one fails, none is set. */
    Result try_from_env() noexcept
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        document->took(pw_config_from_env(config_, &document->owned));
        return Result(document);
    }
#if PAYWALL_EXCEPTIONS
    Config &set(Text name, Text value)
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        set_in(*document, name, value);
        detail::throw_unless_ok(document);
        return *this;
    }
    Config &from_env()
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        document->took(pw_config_from_env(config_, &document->owned));
        detail::throw_unless_ok(document);
        return *this;
    }
#endif
    const pw_config *handle() const noexcept { return config_; }

private:
    void set_in(detail::Document &document, Text name, Text value) noexcept
    {
        if (name.holds_nul())
            document.refused(PW_INVALID, PAYWALL_DETAIL_HOLDS_NUL("name"));
        else if (value.holds_nul())
            document.refused(PW_INVALID, PAYWALL_DETAIL_HOLDS_NUL("value"));
        else
            document.took(pw_config_set(config_, name.c_str(), value.c_str(), &document.owned));
    }

    pw_config *config_;
};

/*
 * A client of the service. It is cheap to make: the clients of one process share their idle connections.
 * A client that was moved from, or never opened, refuses calls as invalid.
 */
class Client {
public:
    Client() noexcept : ctx_(nullptr) {}
    Client(Client &&other) noexcept : ctx_(other.ctx_) { other.ctx_ = nullptr; }
    Client &operator=(Client &&other) noexcept
    {
        Client(std::move(other)).swap(*this);
        return *this;
    }
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;
    ~Client() { pw_ctx_free(ctx_); }
    void swap(Client &other) noexcept { std::swap(ctx_, other.ctx_); }
    explicit operator bool() const noexcept { return ctx_ != nullptr; }

    /* Makes this the client of a configuration. On failure it stays what it was. */
    Result try_open(const Config &config) noexcept
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        Client made;
        made.open_in(*document, config);
        if (made)
            swap(made);
        return Result(document);
    }
    Result try_open_from_env() noexcept
    {
        Config config;
        const Result set = config.try_from_env();
        return set.ok() ? try_open(config) : set;
    }

    /*
     * Asks the service to send the one-time password of a token again: at most one request, and back at most 200 ms
     * after timeout_ms. The room for the document is made before the request, so that nothing can lose the new token.
     */
    Result try_resend_otp(Text token, Text session) const noexcept
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        resend_in(*document, token, session);
        return Result(document);
    }
    /* "Test connection": name, connection, proxy and TLS; the credentials are not tested. */
    Result try_check() const noexcept
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        document->took(pw_ctx_check(ctx_, &document->owned));
        return Result(document);
    }

#if PAYWALL_EXCEPTIONS
    explicit Client(const Config &config) : ctx_(nullptr)
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        open_in(*document, config);
        detail::throw_unless_ok(document);
    }
    static Client from_env()
    {
        Config config;
        config.from_env();
        return Client(config);
    }
    Result resend_otp(Text token, Text session) const
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        resend_in(*document, token, session);
        detail::throw_unless_ok(document);
        return Result(document);
    }
    Result check() const
    {
        const detail::Shared document = std::make_shared<detail::Document>();
        document->took(pw_ctx_check(ctx_, &document->owned));
        detail::throw_unless_ok(document);
        return Result(document);
    }
#endif

private:
    void open_in(detail::Document &document, const Config &config) noexcept
    {
        if (detail::abi_fits(pw_abi_version()))
            document.took(pw_ctx_new(config.handle(), &ctx_, &document.owned));
        else
            document.refused(PW_INTERNAL,
                             PAYWALL_DETAIL_REFUSAL("internal", "fix_configuration", "config", "library", "config",
                                                    "nothing was sent: libpaywall is not one that this program fits"));
    }
    void resend_in(detail::Document &document, Text token, Text session) const noexcept
    {
        if (token.holds_nul())
            document.refused(PW_INVALID, PAYWALL_DETAIL_HOLDS_NUL("token"));
        else if (session.holds_nul())
            document.refused(PW_INVALID, PAYWALL_DETAIL_HOLDS_NUL("session"));
        else
            document.took(pw_resend_otp(ctx_, token.c_str(), session.c_str(), &document.owned));
    }

    pw_ctx *ctx_;
};

} // namespace paywall

#undef PAYWALL_DETAIL_HOLDS_NUL
#undef PAYWALL_DETAIL_REFUSAL

#endif
