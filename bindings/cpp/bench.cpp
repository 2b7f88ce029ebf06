/*
 * What a C++ call costs above the same call in C, over https against the sandbox: medians of rounds that take turns, so
 * that both meet the same machine. And whether memory grows over 20,000 calls. test.sh bench runs it. With the argument "call" it
 * prints what one takes and what it spends on a processor: for the table that compares the languages.
 */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <vector>

#include "paywall.hpp"

namespace {

const char TOKEN[] = "sbx_ok_5001";
const char SESSION[] = "6489433e-f36b-1410-825e-001264113a90";

typedef std::chrono::steady_clock Clock;

double median(std::vector<double> &taken)
{
    std::sort(taken.begin(), taken.end());
    return taken[taken.size() / 2];
}

template <typename Call> double microseconds(Call call)
{
    const Clock::time_point begun = Clock::now();
    call();
    return std::chrono::duration<double, std::micro>(Clock::now() - begun).count();
}

long resident_kib()
{
    std::ifstream file("/proc/self/status");
    std::string word;
    long kib = 0;
    while (file >> word)
        if (word == "VmRSS:")
            file >> kib;
    return kib;
}

} // namespace

int main(int argc, char **argv)
{
    try {
        paywall::Config config;
        config.from_env();
        const paywall::Client client(config);
        pw_ctx *ctx = nullptr;
        if (pw_ctx_new(config.handle(), &ctx, nullptr) != PW_OK)
            return 1;

        const auto in_c = [&] {
            char *json;
            if (pw_resend_otp(ctx, TOKEN, SESSION, &json) != PW_OK)
                std::abort();
            pw_string_free(json);
        };
        const auto in_c_reading = [&] {
            char *json;
            if (pw_resend_otp(ctx, TOKEN, SESSION, &json) != PW_OK)
                std::abort();
            char *token = pw_json_get(json, "/otp_token"), *session = pw_json_get(json, "/session_id");
            pw_string_free(token);
            pw_string_free(session);
            pw_string_free(json);
        };
        const auto in_cpp = [&] { client.resend_otp(TOKEN, SESSION); };
        const auto in_cpp_reading = [&] {
            const paywall::Result result = client.resend_otp(TOKEN, SESSION);
            const std::string token = result.otp_token(), session = result.session_id();
        };
        /* What is refused before anything is sent shows only the cost of the header, without the network's noise. */
        const auto refused_in_c = [&] {
            char *json;
            pw_resend_otp(ctx, "", SESSION, &json);
            pw_string_free(json);
        };
        const auto refused_in_cpp = [&] { client.try_resend_otp("", SESSION); };
        const auto thrown_in_cpp = [&] {
            try {
                client.resend_otp("", SESSION);
            } catch (const paywall::Error &) {
            }
        };

        if (argc == 2 && std::strcmp(argv[1], "call") == 0) {
            std::vector<double> taken;
            for (int turn = 0; turn < 300; ++turn)
                in_cpp();
            const std::clock_t busy = std::clock();
            for (int turn = 0; turn < 6000; ++turn)
                taken.push_back(microseconds(in_cpp));
            const double spent = static_cast<double>(std::clock() - busy) / 6000 * 1e6 / CLOCKS_PER_SEC;
            std::printf("%.1f %.1f\n", median(taken), spent);
            return 0;
        }
        for (int turn = 0; turn < 300; ++turn) {
            in_c();
            in_cpp();
        }
        /* Every second round runs backwards: who follows a call over the network meets colder caches. */
        const std::function<void()> calls[] = {in_c,         in_cpp,         in_c_reading, in_cpp_reading,
                                               refused_in_c, refused_in_cpp, thrown_in_cpp};
        const int kinds = sizeof calls / sizeof calls[0];
        std::vector<double> taken[kinds];
        for (int turn = 0; turn < 6000; ++turn) {
            for (int place = 0; place < kinds; ++place) {
                const int kind = turn % 2 ? kinds - 1 - place : place;
                taken[kind].push_back(microseconds(calls[kind]));
            }
        }
        const double plain = median(taken[0]), reading = median(taken[2]), refused = median(taken[4]);
        std::printf("C                              %8.1f us\n", plain);
        std::printf("C++ above it                   %+8.1f us\n", median(taken[1]) - plain);
        std::printf("C, token and session read      %8.1f us\n", reading);
        std::printf("C++ above it                   %+8.1f us\n", median(taken[3]) - reading);
        std::printf("C, refused, nothing sent       %8.2f us\n", refused);
        std::printf("C++ above it, by status        %+8.2f us\n", median(taken[5]) - refused);
        std::printf("C++ above it, by exception     %+8.2f us\n", median(taken[6]) - refused);

        const long before = resident_kib();
        for (int turn = 0; turn < 20000; ++turn) {
            in_cpp_reading();
            thrown_in_cpp();
        }
        std::printf("resident memory over 20,000 calls: %+ld KiB of %ld KiB\n", resident_kib() - before, before);
        pw_ctx_free(ctx);
    } catch (const paywall::Error &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
