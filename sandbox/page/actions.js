// What a shop does for each `action` of the result document, and what it tells the shopper meanwhile.

import { t } from "./language.js";

const ACTIONS = {
  verify_otp: () => [
    t("Ask for the code, and verify it with this token and session.", "Kodu iste; bu token ve oturumla doğrula."),
    t("A code is on its way to your phone.", "Telefonunuza bir kod gönderildi."),
  ],
  await_code: () => [
    t(
      "Nobody can know whether a code was sent. Show the code box; never call again by itself. If the code is refused or none comes, the shopper may press again, once.",
      "Kodun gönderilip gönderilmediğini kimse bilemez. Kod kutusunu göster; kendiliğinden yeniden çağırma. Kod reddedilirse ya da gelmezse müşteri bir kez daha basabilir.",
    ),
    t("The code may take a minute. If none comes, press again.", "Kodun gelmesi bir dakika sürebilir. Gelmezse yeniden basın."),
  ],
  wait: () => [
    t("Let the shopper wait before the next press; the code that was sent before still counts.", "Müşteriyi bir sonraki basıştan önce beklet; önce gönderilen kod geçerlidir."),
    t("Please wait a moment before you ask for another code.", "Yeni bir kod istemeden önce lütfen biraz bekleyin."),
  ],
  check_operation: () => [
    t(
      "Look at your own state: finished? Then stop. A newer token stored? Then use it. Otherwise begin the operation again.",
      "Kendi kaydına bak: bitti mi? Öyleyse dur. Daha yeni bir token var mı? Onu kullan. Yoksa işleme baştan başla.",
    ),
    t("This payment has moved on. Use the newest code, or begin again.", "Bu ödeme ilerledi. En yeni kodu kullanın ya da baştan başlayın."),
  ],
  restart: () => [
    t("Begin the operation again.", "İşleme baştan başla."),
    t("This took too long. Please begin the payment again.", "Çok uzun sürdü. Lütfen ödemeye baştan başlayın."),
  ],
  redirect_3d: () => [
    t("Continue with 3-D Secure: go to url_3d if it is there, otherwise start that payment again.", "3-D Secure ile sürdür: varsa url_3d adresine git, yoksa o ödemeyi yeniden başlat."),
    t("Your bank wants to confirm the payment on its own page.", "Bankanız ödemeyi kendi sayfasında onaylatmak istiyor."),
  ],
  fix_account: () => [
    t("The shopper's wallet account needs attention: offer another way to pay.", "Müşterinin cüzdan hesabıyla ilgilenilmeli: başka bir ödeme yolu sun."),
    t("Your Masterpass account needs attention. You can pay with another card.", "Masterpass hesabınızla ilgilenmeniz gerekiyor. Başka bir kartla ödeyebilirsiniz."),
  ],
  fix_configuration: () => [
    t("Call a person: the shop's own set-up is wrong.", "Birini çağır: mağazanın kendi ayarı yanlış."),
    t("Something is wrong on our side. Please choose another way to pay.", "Bizde bir sorun var. Lütfen başka bir ödeme yolu seçin."),
  ],
  fix_request: () => [
    t("Call a person: the arguments of the call are wrong.", "Birini çağır: çağrının argümanları yanlış."),
    t("Something is wrong on our side. Please choose another way to pay.", "Bizde bir sorun var. Lütfen başka bir ödeme yolu seçin."),
  ],
  retry: () => [
    t("Nothing was sent: it is safe to call again.", "Hiçbir şey gönderilmedi: yeniden çağırmak güvenli."),
    t("That did not work. Please press again.", "Olmadı. Lütfen yeniden basın."),
  ],
  contact_support: () => [
    t("Nobody has documented this: ask Paywall, and quote request_id.", "Bunu kimse belgelemedi: Paywall'a request_id ile sor."),
    t("That did not work. Please choose another way to pay.", "Olmadı. Lütfen başka bir ödeme yolu seçin."),
  ],
};

// An unknown action is treated like contact_support, as every caller should.
const entry = (action) => (ACTIONS[action] ?? ACTIONS.contact_support)();
export const whatTheShopDoes = (action) => entry(action)[0];
export const whatTheShopSays = (action) => entry(action)[1];

const STATUSES = {
  ok: () => t("the service accepted", "servis kabul etti"),
  rejected: () => t("the service refused", "servis reddetti"),
  not_sent: () => t("no byte of the request left", "isteğin tek baytı bile çıkmadı"),
  in_doubt: () => t("the request may have arrived; no trustworthy answer came back", "istek ulaşmış olabilir; güvenilir bir yanıt gelmedi"),
  invalid: () => t("nothing was sent", "hiçbir şey gönderilmedi"),
  internal: () => t("nothing was sent", "hiçbir şey gönderilmedi"),
};

export const statusInWords = (status) => STATUSES[status]?.() ?? "";

export const statusTone = (status) => ({ ok: "good", in_doubt: "lost", rejected: "refused" })[status] ?? "outside";
