using System;
using System.Collections.Generic;

namespace Shop
{
    /// <summary>What the page shows for each action, in Turkish and English.</summary>
    /// <remarks>Written by scripts/texts.py from bindings/texts.json.</remarks>
    public static class PaywallTexts
    {
        /// <summary>Action, kind, what to show, text, seconds; the first that fits counts, and "" fits everything.</summary>
        public static readonly string[][] Rules =
        {
            new[] { "verify_otp", "", "code", "sent", "5" },
            new[] { "await_code", "", "code", "maybe_sent", "30" },
            new[] { "wait", "resend_limit", "restart", "limit", "0" },
            new[] { "wait", "", "code", "wait", "60" },
            new[] { "retry", "", "code", "not_sent", "0" },
            new[] { "check_operation", "", "restart", "begin_again", "0" },
            new[] { "restart", "", "restart", "expired", "0" },
            new[] { "redirect_3d", "", "bank", "bank", "0" },
            new[] { "fix_account", "", "other", "account", "0" },
            new[] { "", "", "other", "unavailable", "0" },
        };

        /// <summary>What to show and the text, if the bank's page has no address.</summary>
        public static readonly string[] WithoutUrl = { "restart", "bank_again" };

        private static readonly Dictionary<string, string[]> Texts = new Dictionary<string, string[]>
        {
            { "sent", new[] { "Size yeni bir kod gönderdik. Lütfen kodu girin.", "We have sent you a new code. Please enter it." } },
            { "maybe_sent", new[] { "Kod yola çıkmış olabilir. Lütfen biraz bekleyin. Yalnızca gelmezse yeniden basın.", "A code may be on its way. Please wait a moment. Only if none comes, press again." } },
            { "limit", new[] { "Bu ödeme için başka kod gönderilemez. Lütfen ödemeye yeniden başlayın.", "No more codes can be sent for this payment. Please begin the payment again." } },
            { "wait", new[] { "Yeni bir kod istemeden önce lütfen biraz bekleyin.", "Please wait a little before you ask for another code." } },
            { "not_sent", new[] { "Kod gönderilmedi. Lütfen yeniden basın.", "No code was sent. Please press again." } },
            { "begin_again", new[] { "Bu kod artık kullanılamaz. Lütfen ödemeye yeniden başlayın.", "This code can no longer be used. Please begin the payment again." } },
            { "expired", new[] { "Bu ödemenin süresi doldu. Lütfen ödemeye yeniden başlayın.", "The time for this payment is over. Please begin the payment again." } },
            { "bank", new[] { "Bankanız bu ödemeyi kendi sayfasında onaylıyor.", "Your bank confirms this payment on its own page." } },
            { "bank_again", new[] { "Bankanız bu ödeme için kod göndermiyor. Lütfen ödemeye 3-D Secure ile yeniden başlayın.", "Your bank sends no code for this payment. Please begin it again with 3-D Secure." } },
            { "account", new[] { "Masterpass hesabınızı kontrol etmeniz gerekiyor. Başka bir yöntemle de ödeyebilirsiniz.", "Your Masterpass account needs your attention. You can also pay another way." } },
            { "unavailable", new[] { "Şu anda kod gönderilemiyor. Lütfen başka bir yöntemle ödeyin.", "No code can be sent at the moment. Please pay another way." } },
            { "asked", new[] { "Telefonunuza bir kod gönderdik. Lütfen kodu girin.", "We have sent a code to your phone. Please enter it." } },
            { "sending", new[] { "Kod gönderiliyor. Lütfen biraz bekleyin.", "The code is being sent. Please wait a moment." } },
            { "newer", new[] { "Daha yeni bir kod istendi. Lütfen en yeni kodu girin.", "A newer code was asked for. Please enter the newest one." } },
            { "finished", new[] { "Bu ödeme tamamlandı ya da yeniden başlatıldı. Kod gönderilmedi.", "This payment is finished, or it was begun again. No code was sent." } },
            { "too_many", new[] { "Çok sık denediniz. Lütfen bir dakika bekleyin.", "That was too often. Please wait a minute." } },
            { "stale", new[] { "Bu sayfa güncel değil, hiçbir şey gönderilmedi. Lütfen sayfayı yenileyin.", "This page is out of date, and nothing was sent. Please load it again." } },
            { "not_yours", new[] { "Ödeme bulunamadı. Hiçbir şey gönderilmedi.", "This payment was not found. Nothing was sent." } },
            { "wrong_code", new[] { "Kod doğru değil. Lütfen en yeni kodu girin.", "This code is not correct. Please enter the newest one." } },
            { "declined", new[] { "Ödeme reddedildi. Lütfen başka bir yöntemle ödeyin.", "The payment was declined. Please pay another way." } },
            { "unknown", new[] { "Ödemenin sonucunu henüz bilmiyoruz. Lütfen yeniden ödemeyin; size haber vereceğiz.", "We do not know yet whether the payment went through. Please do not pay again; we will tell you." } },
            { "paid", new[] { "Teşekkür ederiz. Ödemeniz tamamlandı.", "Thank you. Your payment is complete." } },
            { "title", new[] { "Ödemeyi onaylayın", "Confirm the payment" } },
            { "code", new[] { "Kod", "Code" } },
            { "confirm", new[] { "Onayla", "Confirm" } },
            { "resend", new[] { "Kodu yeniden gönder", "Send the code again" } },
            { "to_bank", new[] { "Bankanızda devam edin", "Continue at your bank" } },
            { "to_restart", new[] { "Ödemeye yeniden başla", "Begin the payment again" } },
            { "to_other", new[] { "Başka bir yöntemle öde", "Pay another way" } },
            { "to_reload", new[] { "Sayfayı yenile", "Load the page again" } },
            { "to_done", new[] { "Siparişinize gidin", "To your order" } },
        };

        /// <summary>In the language that the page has, "tr-TR" or "en": Turkish, or else English.</summary>
        public static string Say(string name, string language)
        {
            return Texts[name][language.StartsWith("tr", StringComparison.OrdinalIgnoreCase) ? 0 : 1];
        }
    }
}
