//! One resend in Rust: `cargo run --example resend TOKEN SESSION`.

use paywall::{Action, Client, Config};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [token, session] = &arguments[..] else { return Err("usage: resend TOKEN SESSION".into()) };

    let mut config = Config::new();
    config.set_from_env()?;
    let outcome = Client::new(&config)?.resend_otp(token, session);

    // Store `otp_token` and `session_id` of the outcome: the next call needs them.
    let next_step = match outcome.action {
        Action::VerifyOtp => "ask for the code",
        Action::AwaitCode => "ask for the code; if none comes, the customer may press again, once",
        Action::Wait => "ask the customer to wait",
        Action::Retry => "nothing was sent: call again",
        Action::Redirect3d => "continue with 3-D Secure",
        Action::Restart | Action::CheckOperation => "look at your own state, then begin the operation again",
        _ => "write the message to the log, and look into it",
    };
    println!("{}: {next_step} ({outcome})", outcome.status.name());
    Ok(())
}
