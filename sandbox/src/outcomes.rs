//! The outcomes: one table that answers requests and describes itself. A magic token reaches a row of it, and so does what
//! is armed; the pages and the OpenAPI description list it.

use std::ops::RangeInclusive;

use axum::http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::answers::{self, Answer, Code, Failure, Session, accepted, new_token, refused};

/// Every magic token begins so.
pub const PREFIX: &str = "sbx_";

/// How far an answer rests on what the vendor has published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The vendor's documentation shows this answer.
    Documented,
    /// The vendor publishes the code or the rule; the answer around it is invented.
    Partly,
    /// Nothing public says what the service does here.
    Invented,
}

impl Origin {
    /// Its name in English and in Turkish.
    pub fn names(self) -> [&'static str; 2] {
        match self {
            Self::Documented => ["documented", "belgelenmiş"],
            Self::Partly => ["partly", "kısmen"],
            Self::Invented => ["invented", "uydurulmuş"],
        }
    }
}

/// How an answer gets to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    AtOnce,
    /// After as many milliseconds as the token says.
    Delayed,
    /// At once, and the connection ends as many milliseconds later.
    Closed,
    /// One byte a second.
    Drip,
    /// `Content-Length` of the whole body, half of the body, then the end of the connection.
    Truncated,
    Never,
    Reset,
}

/// One row of the table.
#[derive(Serialize)]
pub struct Magic {
    /// The token; `<…>` stands for a number.
    pub name: &'static str,
    pub origin: Origin,
    /// What it stands for.
    pub meaning: &'static str,
    pub meaning_tr: &'static str,
    /// What goes over the wire.
    pub answer: &'static str,
    pub answer_tr: &'static str,
    /// Whether the request reaches the service: false where something in front of it answers or breaks.
    pub processed: bool,
    /// Whether a text message goes out.
    pub sends: bool,
    #[serde(skip)]
    numbers: Option<RangeInclusive<u64>>,
    #[serde(skip)]
    pub delivery: Delivery,
    #[serde(skip)]
    make: fn(&Ask) -> Answer,
}

/// What a row needs to know of the request.
struct Ask {
    session: Session,
    number: u64,
}

impl Ask {
    fn accepted(&self, code: Code) -> answers::Envelope {
        accepted(self.session, code, Some(new_token()))
    }

    fn refused(&self, failure: Failure) -> Answer {
        refused(self.session, failure).into()
    }

    /// The number as a status; the table's range keeps it one.
    fn status(&self) -> StatusCode {
        u16::try_from(self.number)
            .ok()
            .and_then(|number| StatusCode::from_u16(number).ok())
            .expect("the row's range holds statuses only")
    }
}

fn new_session() -> Session {
    Session { id: Uuid::new_v4(), renewed: true }
}

/// A row that is answered at once, by the service, without a text message: most refusals.
const REFUSAL: Magic = Magic {
    name: "",
    origin: Origin::Partly,
    meaning: "",
    meaning_tr: "",
    answer: "",
    answer_tr: "",
    processed: true,
    sends: false,
    numbers: None,
    delivery: Delivery::AtOnce,
    make: |ask| ask.refused(answers::TOKEN_IS_NOT_VALID),
};

/// A row where a text message goes out and a good answer is on its way.
const SUCCESS: Magic = Magic { sends: true, make: |ask| ask.accepted(Code::Bank).into(), ..REFUSAL };

/// A row where something in front of the service answers.
const GATEWAY: Magic = Magic { origin: Origin::Invented, processed: false, ..REFUSAL };

/// Every magic token, in the order of the documentation.
pub static TABLE: [Magic; 28] = [
    Magic {
        name: "sbx_ok_5001",
        origin: Origin::Documented,
        meaning: "the bank sent the code",
        meaning_tr: "kodu banka gönderdi",
        answer: "ResponseCode 5001 and a new Token",
        answer_tr: "ResponseCode 5001 ve yeni bir Token",
        ..SUCCESS
    },
    Magic {
        name: "sbx_ok_5008",
        meaning: "Masterpass itself sent the code",
        meaning_tr: "kodu Masterpass'in kendisi gönderdi",
        answer: "ResponseCode 5008 and a new Token",
        answer_tr: "ResponseCode 5008 ve yeni bir Token",
        make: |ask| ask.accepted(Code::Masterpass).into(),
        ..SUCCESS
    },
    Magic {
        name: "sbx_ok_0000",
        meaning: "accepted; the token stays as it is",
        meaning_tr: "kabul edildi; token olduğu gibi kalır",
        answer: "ResponseCode 0000 and no Token",
        answer_tr: "ResponseCode 0000, Token yok",
        make: |ask| accepted(ask.session, Code::Success, None).into(),
        ..SUCCESS
    },
    Magic {
        name: "sbx_renewed",
        meaning: "accepted, and the session was renewed",
        meaning_tr: "kabul edildi ve oturum yenilendi",
        answer: "ResponseCode 5001, SessionRenewed true and a new SessionId",
        answer_tr: "ResponseCode 5001, SessionRenewed true ve yeni bir SessionId",
        make: |_| accepted(new_session(), Code::Bank, Some(new_token())).into(),
        ..SUCCESS
    },
    Magic {
        name: "sbx_3d",
        meaning: "the flow goes on with 3-D Secure",
        meaning_tr: "akış 3-D Secure ile sürer",
        answer: "ResponseCode 5010, a Token and Url3d",
        answer_tr: "ResponseCode 5010, bir Token ve Url3d",
        make: |ask| ask.accepted(Code::ThreeDSecure).into(),
        ..REFUSAL
    },
    Magic {
        name: "sbx_token_invalid",
        origin: Origin::Documented,
        meaning: "a wrong or superseded token",
        meaning_tr: "yanlış ya da yerine yenisi gelmiş bir token",
        answer: "exception TOKEN_IS_NOT_VALID (404), beside ErrorCode 0 and Result true",
        answer_tr: "TOKEN_IS_NOT_VALID istisnası (404); yanında ErrorCode 0 ve Result true",
        ..REFUSAL
    },
    Magic {
        name: "sbx_token_expired",
        origin: Origin::Documented,
        meaning: "the operation must begin again; the sample is one of the verify call",
        meaning_tr: "işlem baştan başlamalı; örnek, doğrulama çağrısına ait",
        answer: "exception TOKEN_HAS_EXPIRED (401), ErrorCode 1, Result false, SessionRenewed true",
        answer_tr: "TOKEN_HAS_EXPIRED istisnası (401), ErrorCode 1, Result false, SessionRenewed true",
        make: |_| refused(new_session(), answers::TOKEN_HAS_EXPIRED).failed_outside().into(),
        ..REFUSAL
    },
    Magic {
        name: "sbx_token_used",
        meaning: "the flow is finished, or a newer token exists",
        meaning_tr: "akış bitti ya da daha yeni bir token var",
        answer: "exception TOKEN_ALREADY_USED",
        answer_tr: "TOKEN_ALREADY_USED istisnası",
        make: |ask| ask.refused(answers::TOKEN_ALREADY_USED),
        ..REFUSAL
    },
    Magic {
        name: "sbx_cooldown",
        meaning: "the previous code has not timed out yet",
        meaning_tr: "önceki kodun süresi henüz dolmadı",
        answer: "exception ERROR_CALLED_OTP_SERVICE_ONE_MORE_TIME_BEFORE_TIMEOUT_EXPIRED",
        answer_tr: "ERROR_CALLED_OTP_SERVICE_ONE_MORE_TIME_BEFORE_TIMEOUT_EXPIRED istisnası",
        make: |ask| ask.refused(answers::COOLDOWN),
        ..REFUSAL
    },
    Magic {
        name: "sbx_limit",
        meaning: "no more codes for this operation",
        meaning_tr: "bu işlem için başka kod yok",
        answer: "exception ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME",
        answer_tr: "ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME istisnası",
        make: |ask| ask.refused(answers::LIMIT),
        ..REFUSAL
    },
    Magic {
        name: "sbx_no_bank_otp",
        meaning: "the card's bank does not support such codes",
        meaning_tr: "kartın bankası bu kodları desteklemiyor",
        answer: "exception BANK_DOES_NOT_SUPPORT_OTP",
        answer_tr: "BANK_DOES_NOT_SUPPORT_OTP istisnası",
        make: |ask| ask.refused(answers::NO_BANK_OTP),
        ..REFUSAL
    },
    Magic {
        name: "sbx_account_blocked",
        meaning: "the wallet account is blocked",
        meaning_tr: "cüzdan hesabı bloke",
        answer: "exception ACCOUNT_IS_BLOCKED",
        answer_tr: "ACCOUNT_IS_BLOCKED istisnası",
        make: |ask| ask.refused(answers::ACCOUNT_IS_BLOCKED),
        ..REFUSAL
    },
    Magic {
        name: "sbx_result_false",
        origin: Origin::Invented,
        meaning: "the envelope says no, and nothing more",
        meaning_tr: "zarf hayır diyor, başka bir şey demiyor",
        answer: "ErrorCode 1, Result false, a Message, Body null",
        answer_tr: "ErrorCode 1, Result false, bir Message, Body null",
        make: |_| answers::turned_away(1, None, "İşlem gerçekleştirilemedi.").into(),
        ..REFUSAL
    },
    Magic {
        name: "sbx_unknown_code",
        origin: Origin::Invented,
        meaning: "a refusal that no list contains",
        meaning_tr: "hiçbir listede olmayan bir ret",
        answer: "exception SANDBOX_CODE_THAT_NOBODY_KNOWS",
        answer_tr: "SANDBOX_CODE_THAT_NOBODY_KNOWS istisnası",
        make: |ask| ask.refused(answers::UNKNOWN_CODE),
        ..REFUSAL
    },
    Magic {
        name: "sbx_upstream",
        meaning: "the bank did not answer the service in time; here the message did go out",
        meaning_tr: "banka servise zamanında yanıt vermedi; burada mesaj yine de gitti",
        answer: "exception VPOS_TIMEOUT_ERROR",
        answer_tr: "VPOS_TIMEOUT_ERROR istisnası",
        make: |ask| ask.refused(answers::UPSTREAM_TIMEOUT),
        ..SUCCESS
    },
    Magic {
        name: "sbx_http_<code>",
        meaning: "a gateway answers in place of the service; 200 to 599",
        meaning_tr: "servisin yerine bir ağ geçidi yanıt verir; 200 ile 599 arası",
        answer: "that status and a small HTML page (204, 205, 304: no body); 429 and 503 with Retry-After: 2",
        answer_tr: "bu durum kodu ve küçük bir HTML sayfası (204, 205, 304: gövde yok); 429 ve 503 ile Retry-After: 2",
        numbers: Some(200..=599),
        make: |ask| Answer::gateway(ask.status()),
        ..GATEWAY
    },
    Magic {
        name: "sbx_redirect",
        meaning: "a wrong address; a client that follows it appears twice in the journal",
        meaning_tr: "yanlış adres; yönlendirmeyi izleyen istemci günlükte iki kez görünür",
        answer: "307 with a Location",
        answer_tr: "Location ile 307",
        make: |_| Answer::redirect(),
        ..GATEWAY
    },
    Magic {
        name: "sbx_html",
        meaning: "a gateway's page with a status that looks good",
        meaning_tr: "iyi görünen bir durum koduyla bir ağ geçidinin sayfası",
        answer: "200 and an HTML page",
        answer_tr: "200 ve bir HTML sayfası",
        make: |_| Answer::html(StatusCode::OK),
        ..GATEWAY
    },
    Magic {
        name: "sbx_empty",
        origin: Origin::Invented,
        meaning: "sent, but the answer is empty",
        meaning_tr: "gönderildi, ama yanıt boş",
        answer: "200 and Content-Length: 0",
        answer_tr: "200 ve Content-Length: 0",
        make: |_| Answer::empty(),
        ..SUCCESS
    },
    Magic {
        name: "sbx_bad_json",
        origin: Origin::Invented,
        meaning: "sent, but the answer is not JSON",
        meaning_tr: "gönderildi, ama yanıt JSON değil",
        answer: "200 and half of a good envelope, as a whole HTTP answer",
        answer_tr: "200 ve iyi bir zarfın yarısı, tam bir HTTP yanıtı olarak",
        make: |ask| Answer::from(ask.accepted(Code::Bank)).cut(),
        ..SUCCESS
    },
    Magic {
        name: "sbx_truncated",
        origin: Origin::Invented,
        meaning: "sent, but the connection ends within the answer",
        meaning_tr: "gönderildi, ama bağlantı yanıtın ortasında bitiyor",
        answer: "the Content-Length of a good answer, half of it, then the orderly end of the connection",
        answer_tr: "iyi bir yanıtın Content-Length değeri, yarısı, sonra bağlantının düzenli sonu",
        delivery: Delivery::Truncated,
        ..SUCCESS
    },
    Magic {
        name: "sbx_huge",
        origin: Origin::Invented,
        meaning: "sent, but the answer is too large to be one",
        meaning_tr: "gönderildi, ama yanıt inanılmayacak kadar büyük",
        answer: "a good envelope with a Description of 2 MiB",
        answer_tr: "2 MiB Description içeren iyi bir zarf",
        make: |ask| ask.accepted(Code::Bank).padded(2 << 20).into(),
        ..SUCCESS
    },
    Magic {
        name: "sbx_delay_<ms>",
        origin: Origin::Invented,
        meaning: "sent at once, answered later; up to 600000 milliseconds",
        meaning_tr: "hemen gönderilir, yanıt sonra gelir; en çok 600000 milisaniye",
        answer: "ResponseCode 5001 after that time",
        answer_tr: "bu süreden sonra ResponseCode 5001",
        numbers: Some(0..=600_000),
        delivery: Delivery::Delayed,
        ..SUCCESS
    },
    Magic {
        name: "sbx_close_<ms>",
        origin: Origin::Invented,
        meaning: "sent and answered; the connection ends that much later, unannounced; up to 600000 milliseconds",
        meaning_tr: "gönderilir ve yanıtlanır; bağlantı bu kadar sonra habersiz biter; en çok 600000 milisaniye",
        answer: "ResponseCode 5001, then the orderly end of the connection",
        answer_tr: "ResponseCode 5001, sonra bağlantının düzenli sonu",
        numbers: Some(0..=600_000),
        delivery: Delivery::Closed,
        ..SUCCESS
    },
    Magic {
        name: "sbx_drip",
        origin: Origin::Invented,
        meaning: "sent, and answered too slowly to wait for",
        meaning_tr: "gönderildi, yanıt beklenemeyecek kadar yavaş",
        answer: "ResponseCode 5001, one byte a second",
        answer_tr: "ResponseCode 5001, saniyede bir bayt",
        delivery: Delivery::Drip,
        ..SUCCESS
    },
    Magic {
        name: "sbx_hang",
        origin: Origin::Invented,
        meaning: "sent, and never answered",
        meaning_tr: "gönderildi, hiç yanıtlanmadı",
        answer: "nothing, until the client leaves",
        answer_tr: "istemci gidene kadar hiçbir şey",
        delivery: Delivery::Never,
        ..SUCCESS
    },
    Magic {
        name: "sbx_reset_before",
        meaning: "the request was read, and lost before the service",
        meaning_tr: "istek okundu, servise varmadan kayboldu",
        answer: "a TCP reset",
        answer_tr: "TCP reset",
        delivery: Delivery::Reset,
        ..GATEWAY
    },
    Magic {
        name: "sbx_reset_after",
        origin: Origin::Invented,
        meaning: "sent, and the answer was lost",
        meaning_tr: "gönderildi, ama yanıt yolda kayboldu",
        answer: "a TCP reset",
        answer_tr: "TCP reset",
        delivery: Delivery::Reset,
        ..SUCCESS
    },
];

/// A row of the table, with the number that the token carries.
#[derive(Clone)]
pub struct Match {
    pub magic: &'static Magic,
    pub number: u64,
    token: String,
}

/// Finds the row for a token.
pub fn find(token: &str) -> Option<Match> {
    TABLE.iter().find_map(|magic| {
        let number = match (&magic.numbers, magic.name.split_once('<')) {
            (Some(range), Some((prefix, _))) => {
                let text = token.strip_prefix(prefix)?;
                let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                let number = digits.then(|| text.parse().ok()).flatten()?;
                range.contains(&number).then_some(number)?
            }
            _ => (magic.name == token).then_some(0)?,
        };
        Some(Match { magic, number, token: token.to_owned() })
    })
}

/// Finds the row for the name of an outcome: a magic token without `sbx_`.
pub fn named(name: &str) -> Option<Match> {
    find(&format!("{PREFIX}{name}"))
}

impl Match {
    /// The answer, even if the delivery then loses it.
    pub fn answer(&self, session: Session) -> Answer {
        (self.magic.make)(&Ask { session, number: self.number })
    }

    /// The name that arms it.
    pub fn name(&self) -> &str {
        &self.token[PREFIX.len()..]
    }

    /// The name in the journal: `sbx_ok_5001` is the outcome `5001`.
    pub fn outcome(&self) -> String {
        let name = self.name();
        name.strip_prefix("ok_").unwrap_or(name).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_within_their_range() {
        let number = |token| find(token).map(|found| found.number);
        assert_eq!(number("sbx_http_200"), Some(200));
        assert_eq!(number("sbx_http_599"), Some(599));
        assert_eq!(number("sbx_delay_0"), Some(0));
        for wrong in [
            "sbx_http_199",
            "sbx_http_600",
            "sbx_http_",
            "sbx_http_+200",
            "sbx_http_<code>",
            "sbx_delay_600001",
            "sbx_delay_99999999999999999999",
            "sbx_OK_5001",
            "sbx_",
            "",
        ] {
            assert!(find(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn every_row_is_found_by_its_name() {
        for magic in &TABLE {
            let token = magic.name.replace("<code>", "404").replace("<ms>", "404");
            let found = find(&token).expect(magic.name);
            assert_eq!(found.magic.name, magic.name);
            assert_eq!(magic.name.contains('<'), magic.numbers.is_some(), "{}", magic.name);
            let texts = [magic.meaning, magic.meaning_tr, magic.answer, magic.answer_tr];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", magic.name);
            assert_eq!(named(found.name()).expect(magic.name).outcome(), found.outcome());
            // What sends a message was processed.
            assert!(magic.processed || !magic.sends, "{}", magic.name);
        }
    }
}
