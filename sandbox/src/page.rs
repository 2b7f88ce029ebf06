//! The pages at `/` and `/shop`, and their files. Everything is in the program: nothing is loaded from elsewhere.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use crate::outcomes::{Magic, PREFIX, TABLE};
use crate::state::Sandbox;

/// What is documented and what is invented, in English and in Turkish. The README carries the English sentences.
pub const STATEMENT: [[&str; 2]; 3] = [
    [
        "Documented by the vendor: the call, its headers and body; the answer to a success (5001), to a wrong token and, from the verify call, to an expired token with a renewed session; that a failure can come with ErrorCode 0 and Result true; that a failed call can renew the session; the response codes 5001, 5008, 0000 and 5010; the numbers and names of the error codes.",
        "Sağlayıcının belgelediği: çağrı, başlıkları ve gövdesi; başarının (5001), yanlış tokenın ve, doğrulama çağrısından, süresi dolmuş tokenla yenilenen oturumun yanıtı; bir hatanın ErrorCode 0 ve Result true ile gelebilmesi; başarısız bir çağrının oturumu yenileyebilmesi; 5001, 5008, 0000 ve 5010 yanıt kodları; hata kodlarının numaraları ve adları.",
    ],
    [
        "Partly: the other exception codes are the vendor's, but no sample shows them, so their StatusCode, Level and text are invented.",
        "Kısmen: öbür istisna kodları sağlayıcınındır, ama hiçbir örnek onları göstermez; bu yüzden StatusCode, Level ve metinleri uydurulmuştur.",
    ],
    [
        "Invented, because no public source says: the answers to wrong or missing credentials, to a malformed request and to a foreign session; how long the cooldown lasts, how many resends an operation has, how long a session lives, and that a superseded token stops working at once; the HTTP level (errors of gateways, 404, 405); every answer that is damaged, late or lost. Do not conclude from them how the real service behaves.",
        "Hiçbir açık kaynak söylemediği için uydurulan: yanlış ya da eksik kimlik bilgilerinin, bozuk bir isteğin ve yabancı bir oturumun yanıtı; bekleme süresinin uzunluğu, bir işlemin kaç kez yeniden gönderilebildiği, bir oturumun ne kadar yaşadığı ve yerine yenisi gelen tokenın hemen geçersiz olması; HTTP düzeyi (ağ geçitlerinin hataları, 404, 405); bozuk, geç ya da kaybolan her yanıt. Bunlardan gerçek servisin nasıl davrandığı sonucunu çıkarmayın.",
    ],
];

/// The endpoints, each with its purpose in English and in Turkish.
pub const ENDPOINTS: [[&str; 3]; 22] = [
    [
        "POST /api/paywall/masterpass/otp/resend",
        "the service, also under any path prefix",
        "servis; her yol önekinin altında da",
    ],
    [
        "POST /__sandbox/operation",
        "opens an operation: {\"otp_token\",\"session_id\"}; the body may set cooldown_ms, limit, session_ttl_ms, session_expired, otp_token, session_id, script",
        "bir işlem açar: {\"otp_token\",\"session_id\"}; gövde cooldown_ms, limit, session_ttl_ms, session_expired, otp_token, session_id, script verebilir",
    ],
    ["GET /__sandbox/operations", "the operations, newest first", "işlemler, en yenisi önce"],
    ["GET /__sandbox/operations/{number}", "one of them", "biri"],
    [
        "POST /__sandbox/operations/{number}/{act}",
        "end, expire or renew: ends it, lets its token expire, renews its session",
        "end, expire ya da renew: işlemi bitirir, tokenının süresini doldurur, oturumunu yeniler",
    ],
    [
        "POST /__sandbox/next",
        "arms an outcome for the next requests: {\"outcome\":\"token_expired\",\"times\":1,\"token\":null}; with a token, for its operation alone",
        "sonraki istekler için bir sonuç kurar: {\"outcome\":\"token_expired\",\"times\":1,\"token\":null}; token ile yalnız onun işlemi için",
    ],
    ["GET /__sandbox/next", "what is armed", "kurulu olanlar"],
    ["DELETE /__sandbox/next", "takes it all back", "hepsini geri alır"],
    [
        "GET /__sandbox/requests",
        "the journal, JSON, or a table with ?format=text or Accept: text/plain; also ?format=jsonl and ?format=har; ?request_id=…, token=, outcome=, operation= filter, limit= takes the last",
        "günlük: JSON, ?format=text ya da Accept: text/plain ile tablo; ?format=jsonl ve ?format=har da var; ?request_id=…, token=, outcome=, operation= süzer, limit= sonuncuları alır",
    ],
    [
        "GET /__sandbox/requests/{seq}",
        "one request: what was received and what was answered",
        "tek istek: ne geldi, ne yanıtlandı",
    ],
    ["DELETE /__sandbox/requests", "clears the journal", "günlüğü boşaltır"],
    [
        "GET /__sandbox/wait",
        "?requests=N&timeout_ms=…: the journal as soon as it has N requests, otherwise 408; the same filters",
        "?requests=N&timeout_ms=…: N istek olunca günlük, olmazsa 408; aynı süzgeçler",
    ],
    [
        "GET /__sandbox/sms",
        "the text messages \"sent\"; JSON or text; ?request_id=… filters",
        "\"gönderilen\" kısa mesajlar; JSON ya da metin; ?request_id=… süzer",
    ],
    ["DELETE /__sandbox/sms", "clears them", "onları siler"],
    [
        "POST /__sandbox/reset",
        "as after the start: nothing has happened yet",
        "başlangıçtaki gibi: henüz hiçbir şey olmadı",
    ],
    ["GET /__sandbox/events", "what changes, as server-sent events", "değişenler, server-sent events olarak"],
    ["GET /__sandbox/tokens", "the magic tokens as JSON", "sihirli tokenlar, JSON olarak"],
    [
        "GET /__sandbox/stats",
        "connections and requests since the start, and what went wrong on connections",
        "başlangıçtan beri bağlantılar ve istekler, bağlantılarda ters giden",
    ],
    ["GET /__sandbox/openapi.json", "all this as OpenAPI 3.1", "bunların hepsi, OpenAPI 3.1 olarak"],
    [
        "POST /__sandbox/shop/resend",
        "what the button of /shop does: a resend through libpaywall",
        "/shop sayfasındaki düğmenin yaptığı: libpaywall ile yeniden gönderme",
    ],
    ["GET /shop", "a small checkout with the button itself", "düğmenin kendisiyle küçük bir ödeme sayfası"],
    ["GET /", "a page that shows all this, live", "bütün bunları canlı gösteren sayfa"],
];

/// The files of the pages: name, type, text.
const FILES: [(&str, &str, &str); 12] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../page/style.css")),
    ("icon.svg", "image/svg+xml", include_str!("../page/icon.svg")),
    ("console.js", JAVASCRIPT, include_str!("../page/console.js")),
    ("shop.js", JAVASCRIPT, include_str!("../page/shop.js")),
    ("actions.js", JAVASCRIPT, include_str!("../page/actions.js")),
    ("dom.js", JAVASCRIPT, include_str!("../page/dom.js")),
    ("journal.js", JAVASCRIPT, include_str!("../page/journal.js")),
    ("language.js", JAVASCRIPT, include_str!("../page/language.js")),
    ("live.js", JAVASCRIPT, include_str!("../page/live.js")),
    ("next.js", JAVASCRIPT, include_str!("../page/next.js")),
    ("operations.js", JAVASCRIPT, include_str!("../page/operations.js")),
    ("phone.js", JAVASCRIPT, include_str!("../page/phone.js")),
];
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

pub fn routes() -> Router<Arc<Sandbox>> {
    let pages = Router::new()
        .route("/", get(console))
        .route("/shop", get(shop))
        // What browsers ask for by themselves is no request to the service.
        .route("/favicon.ico", get(icon))
        .route("/.well-known/{*rest}", get(StatusCode::NOT_FOUND));
    FILES.into_iter().fold(pages, |router, (name, kind, text)| {
        let file = get(async move || ([(CONTENT_TYPE, kind)], text));
        router.route(&format!("/__sandbox/page/{name}"), file)
    })
}

async fn console(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let page = include_str!("../page/console.html")
        .replace("{{http}}", &escaped(&sandbox.place.http))
        .replace("{{https}}", &escaped(&sandbox.place.https))
        .replace("{{ca_file}}", &escaped(&sandbox.place.ca_file.to_string_lossy()))
        .replace("{{api_key}}", &escaped(&sandbox.flags.api_key))
        .replace("{{api_client}}", &escaped(&sandbox.flags.api_client))
        .replace("{{tokens}}", &tokens())
        .replace("{{outcomes}}", &outcomes())
        .replace("{{endpoints}}", &endpoints())
        .replace("{{statement}}", &statement());
    Html(page).into_response()
}

async fn shop() -> Html<String> {
    Html(include_str!("../page/shop.html").replace("{{outcomes}}", &outcomes()))
}

async fn icon() -> Response {
    ([(CONTENT_TYPE, "image/svg+xml")], include_str!("../page/icon.svg")).into_response()
}

fn tokens() -> String {
    let row = |magic: &Magic| {
        let origin = magic.origin.names();
        format!(
            "<tr><td><code>{}</code></td>{}{}{}{}{}</tr>\n",
            escaped(magic.name),
            both("td", [magic.meaning, magic.meaning_tr]),
            both("td", [magic.answer, magic.answer_tr]),
            both("td", yes_no(magic.processed)),
            both("td", yes_no(magic.sends)),
            both("td", origin),
        )
    };
    TABLE.iter().map(row).collect()
}

/// The outcomes as options of a list; those with a number have one that works.
fn outcomes() -> String {
    let option = |magic: &Magic| {
        let name = magic.name.trim_start_matches(PREFIX);
        let name = name.replace("http_<code>", "http_503").replace("<ms>", "1000");
        let label = [magic.meaning, magic.meaning_tr].map(|meaning| format!("{name}: {meaning}"));
        format!(
            "<option value=\"{}\" data-tr=\"{}\">{}</option>\n",
            escaped(&name),
            escaped(&label[1]),
            escaped(&label[0])
        )
    };
    TABLE.iter().map(option).collect()
}

fn endpoints() -> String {
    let row = |[endpoint, purpose, purpose_tr]: [&str; 3]| {
        format!("<tr><td><code>{}</code></td>{}</tr>\n", escaped(endpoint), both("td", [purpose, purpose_tr]))
    };
    ENDPOINTS.into_iter().map(row).collect()
}

fn statement() -> String {
    STATEMENT.into_iter().map(|paragraph| both("p", paragraph) + "\n").collect()
}

/// An element with a text in English, and the Turkish one beside it for `language.js`.
fn both(element: &str, [english, turkish]: [&str; 2]) -> String {
    format!("<{element} data-tr=\"{}\">{}</{element}>", escaped(turkish), escaped(english))
}

fn yes_no(it: bool) -> [&'static str; 2] {
    if it { ["yes", "evet"] } else { ["no", "hayır"] }
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
                yes_no(magic.processed)[0],
                yes_no(magic.sends)[0],
                magic.origin.names()[0]
            );
            assert!(readme.contains(&row), "not in the README: {row}");
        }
        for [sentence, _] in STATEMENT {
            assert!(readme.contains(sentence), "not in the README: {sentence}");
        }
        for [endpoint, purpose, _] in ENDPOINTS {
            let row = format!("| `{endpoint}` | {purpose} |");
            assert!(readme.contains(&row), "not in the README: {row}");
        }
    }

    #[test]
    fn every_file_of_the_pages_is_served_and_the_pages_name_no_other() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        let mut there: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        there.retain(|name| !name.ends_with(".html"));
        let mut served: Vec<&str> = FILES.iter().map(|(name, ..)| *name).collect();
        there.sort();
        served.sort();
        assert_eq!(there, served);
        for page in [include_str!("../page/console.html"), include_str!("../page/shop.html")] {
            for address in page.split("/__sandbox/page/").skip(1) {
                let name = address.split('"').next().unwrap();
                assert!(served.contains(&name), "{name}");
            }
            assert!(!page.contains("http://") && !page.contains("https://"), "from elsewhere");
        }
    }
}
