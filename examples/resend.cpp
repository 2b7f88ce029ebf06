// One resend in C++11: `resend TOKEN SESSION`.
#include <iostream>

#include "paywall.hpp"

int main(int argc, char **argv)
{
    try {
        paywall::Config config;
        config.from_env();
        const paywall::Client client(config);
        const paywall::Result result = client.resend_otp(argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "");
        // Store otp_token() and session_id(): the next call needs them.
        std::cout << "ok: ask for the code\n";
        return result.otp_token().empty();
    } catch (const paywall::NotSent &error) {
        std::cout << "not_sent: nothing was sent: call again (" << error.what() << ")\n";
    } catch (const paywall::InDoubt &error) {
        std::cout << "in_doubt: ask for the code; if none comes, the customer may press again, once (" << error.what()
                  << ")\n";
    } catch (const paywall::Error &error) {
        // Decide by action(); write what() to the log.
        std::cout << error.action() << ": " << error.what() << "\n";
    }
    return 1;
}
