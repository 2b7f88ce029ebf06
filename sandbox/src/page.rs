//! The page at `/`: what this is, and what of it is true of the real service.

use crate::tokens::TABLE;

/// What is documented and what is invented. The README carries the same sentences.
pub const STATEMENT: [&str; 3] = [
    "Documented by the vendor: the call, its headers and body; the answer to a success (5001), to a wrong token and, from the verify call, to an expired token with a renewed session; that a failure can come with ErrorCode 0 and Result true; that a failed call can renew the session; the response codes 5001, 5008, 0000 and 5010; the numbers and names of the error codes.",
    "Partly: the other exception codes are the vendor's, but no sample shows them, so their StatusCode, Level and text are invented.",
    "Invented, because no public source says: the answers to wrong or missing credentials, to a malformed request and to a foreign session; how long the cooldown lasts, how many resends an operation has, how long a session lives, and that a superseded token stops working at once; the HTTP level (errors of gateways, 404, 405); every answer that is damaged, late or lost. Do not conclude from them how the real service behaves.",
];

/// The endpoints, each with its purpose.
pub const ENDPOINTS: [(&str, &str); 9] = [
    ("POST /api/paywall/masterpass/otp/resend", "the service, also under any path prefix"),
    (
        "POST /__sandbox/operation",
        "opens an operation: {\"otp_token\",\"session_id\"}; the body may set cooldown_ms, limit, session_ttl_ms, session_expired",
    ),
    (
        "GET /__sandbox/requests",
        "the journal, JSON, or a table with ?format=text or Accept: text/plain; ?request_id=… filters",
    ),
    ("DELETE /__sandbox/requests", "clears the journal"),
    ("GET /__sandbox/sms", "the text messages \"sent\"; the same formats"),
    ("DELETE /__sandbox/sms", "clears them"),
    ("GET /__sandbox/tokens", "the magic tokens as JSON"),
    ("GET /__sandbox/stats", "connections and requests since the start, and what went wrong on connections"),
    ("GET /", "a page that says all this"),
];

/// The page as HTML.
pub fn html() -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>paywall-sandbox</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <style>body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
         table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;\
         border-bottom:1px solid #ccc}code{white-space:nowrap}</style></head><body>\n\
         <h1>paywall-sandbox</h1>\n\
         <p>A local server that behaves like Paywall's Masterpass &quot;Resend OTP&quot; service. It sends \
         nothing to anybody, and it is not made by Paywall.</p>\n<h2>Endpoints</h2>\n<table>\n",
    );
    for (endpoint, purpose) in ENDPOINTS {
        page.push_str(&row(&[&code(endpoint), &escaped(purpose)]));
    }
    page.push_str(
        "</table>\n<h2>Magic tokens</h2>\n<p>As <code>OtpToken</code>, with any session. \
         <em>Processed</em>: the request reaches the service. <em>Sends</em>: a text message goes \
         out.</p>\n<table>\n\
         <tr><th>token</th><th>stands for</th><th>answer</th><th>processed</th><th>sends</th>\
         <th>origin</th></tr>\n",
    );
    for magic in &TABLE {
        page.push_str(&row(&[
            &code(magic.name),
            &escaped(magic.meaning),
            &escaped(magic.answer),
            yes_no(magic.processed),
            yes_no(magic.sends),
            magic.origin.name(),
        ]));
    }
    page.push_str("</table>\n<p>Any other <code>sbx_…</code> is a wrong token.</p>\n");
    page.push_str("<h2>Documented and invented</h2>\n");
    for paragraph in STATEMENT {
        page.push_str(&format!("<p>{}</p>\n", escaped(paragraph)));
    }
    page.push_str("</body></html>\n");
    page
}

fn row(cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
    format!("<tr>{cells}</tr>\n")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn yes_no(it: bool) -> &'static str {
    if it { "yes" } else { "no" }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The README is written by hand; this keeps it from saying something else.
    #[test]
    fn the_readme_says_the_same() {
        let readme = include_str!("../README.md");
        for magic in &TABLE {
            let row = format!(
                "| `{}` | {} | {} | {} | {} | {} |",
                magic.name,
                magic.meaning,
                magic.answer,
                yes_no(magic.processed),
                yes_no(magic.sends),
                magic.origin.name()
            );
            assert!(readme.contains(&row), "not in the README: {row}");
        }
        for sentence in STATEMENT {
            assert!(readme.contains(sentence), "not in the README: {sentence}");
        }
        for (endpoint, purpose) in ENDPOINTS {
            let row = format!("| `{endpoint}` | {purpose} |");
            assert!(readme.contains(&row), "not in the README: {row}");
        }
    }
}
