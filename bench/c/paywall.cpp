// The C++ header as a peer, for what it costs above the C interface.
#include "paywall.hpp"

extern "C" {
#include "peer.h"

void *peer_open(int)
{
    paywall::Config config;
    config.from_env();
    return new paywall::Client(config);
}

void peer_call(void *client)
{
    const paywall::Result result = static_cast<paywall::Client *>(client)->resend_otp(
        "67a4c0f1d2e94b6f8a1b3c5d7e9f0a2b", "6489433e-f36b-1410-825e-001264113a90");
    peer_must(result.ok(), "resend_otp");
}

void peer_close(void *client) { delete static_cast<paywall::Client *>(client); }
}
