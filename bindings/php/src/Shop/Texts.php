<?php

declare(strict_types=1);

namespace Paywall\Shop;

/**
 * What a shop's page shows for each action, in Turkish and English.
 *
 * Written by scripts/texts.py from bindings/texts.json.
 */
final class Texts
{
    /** Action, kind, what to show, text, seconds; the first that fits counts, and '' fits everything. */
    public const RULES = [
        ['verify_otp', '', 'code', 'sent', 5],
        ['await_code', '', 'code', 'maybe_sent', 30],
        ['wait', 'resend_limit', 'restart', 'limit', 0],
        ['wait', '', 'code', 'wait', 60],
        ['retry', '', 'code', 'not_sent', 0],
        ['check_operation', '', 'restart', 'begin_again', 0],
        ['restart', '', 'restart', 'expired', 0],
        ['redirect_3d', '', 'bank', 'bank', 0],
        ['fix_account', '', 'other', 'account', 0],
        ['', '', 'other', 'unavailable', 0],
    ];

    /** What to show and the text, if the bank's page has no address. */
    public const WITHOUT_URL = ['restart', 'bank_again'];

    public const TEXTS = [
        'tr' => [
            'sent' => 'Size yeni bir kod gönderdik. Lütfen kodu girin.',
            'maybe_sent' => 'Kod yola çıkmış olabilir. Lütfen biraz bekleyin. Yalnızca gelmezse yeniden basın.',
            'limit' => 'Bu ödeme için başka kod gönderilemez. Lütfen ödemeye yeniden başlayın.',
            'wait' => 'Yeni bir kod istemeden önce lütfen biraz bekleyin.',
            'not_sent' => 'Kod gönderilmedi. Lütfen yeniden basın.',
            'begin_again' => 'Bu kod artık kullanılamaz. Lütfen ödemeye yeniden başlayın.',
            'expired' => 'Bu ödemenin süresi doldu. Lütfen ödemeye yeniden başlayın.',
            'bank' => 'Bankanız bu ödemeyi kendi sayfasında onaylıyor.',
            'bank_again' => 'Bankanız bu ödeme için kod göndermiyor. Lütfen ödemeye 3-D Secure ile yeniden başlayın.',
            'account' => 'Masterpass hesabınızı kontrol etmeniz gerekiyor. Başka bir yöntemle de ödeyebilirsiniz.',
            'unavailable' => 'Şu anda kod gönderilemiyor. Lütfen başka bir yöntemle ödeyin.',
            'asked' => 'Telefonunuza bir kod gönderdik. Lütfen kodu girin.',
            'sending' => 'Kod gönderiliyor. Lütfen biraz bekleyin.',
            'newer' => 'Daha yeni bir kod istendi. Lütfen en yeni kodu girin.',
            'finished' => 'Bu ödeme tamamlandı ya da yeniden başlatıldı. Kod gönderilmedi.',
            'too_many' => 'Çok sık denediniz. Lütfen bir dakika bekleyin.',
            'stale' => 'Bu sayfa güncel değil, hiçbir şey gönderilmedi. Lütfen sayfayı yenileyin.',
            'not_yours' => 'Ödeme bulunamadı. Hiçbir şey gönderilmedi.',
            'wrong_code' => 'Kod doğru değil. Lütfen en yeni kodu girin.',
            'declined' => 'Ödeme reddedildi. Lütfen başka bir yöntemle ödeyin.',
            'unknown' => 'Ödemenin sonucunu henüz bilmiyoruz. Lütfen yeniden ödemeyin; size haber vereceğiz.',
            'paid' => 'Teşekkür ederiz. Ödemeniz tamamlandı.',
            'title' => 'Ödemeyi onaylayın',
            'code' => 'Kod',
            'confirm' => 'Onayla',
            'resend' => 'Kodu yeniden gönder',
            'to_bank' => 'Bankanızda devam edin',
            'to_restart' => 'Ödemeye yeniden başla',
            'to_other' => 'Başka bir yöntemle öde',
            'to_reload' => 'Sayfayı yenile',
            'to_done' => 'Siparişinize gidin',
        ],
        'en' => [
            'sent' => 'We have sent you a new code. Please enter it.',
            'maybe_sent' => 'A code may be on its way. Please wait a moment. Only if none comes, press again.',
            'limit' => 'No more codes can be sent for this payment. Please begin the payment again.',
            'wait' => 'Please wait a little before you ask for another code.',
            'not_sent' => 'No code was sent. Please press again.',
            'begin_again' => 'This code can no longer be used. Please begin the payment again.',
            'expired' => 'The time for this payment is over. Please begin the payment again.',
            'bank' => 'Your bank confirms this payment on its own page.',
            'bank_again' => 'Your bank sends no code for this payment. Please begin it again with 3-D Secure.',
            'account' => 'Your Masterpass account needs your attention. You can also pay another way.',
            'unavailable' => 'No code can be sent at the moment. Please pay another way.',
            'asked' => 'We have sent a code to your phone. Please enter it.',
            'sending' => 'The code is being sent. Please wait a moment.',
            'newer' => 'A newer code was asked for. Please enter the newest one.',
            'finished' => 'This payment is finished, or it was begun again. No code was sent.',
            'too_many' => 'That was too often. Please wait a minute.',
            'stale' => 'This page is out of date, and nothing was sent. Please load it again.',
            'not_yours' => 'This payment was not found. Nothing was sent.',
            'wrong_code' => 'This code is not correct. Please enter the newest one.',
            'declined' => 'The payment was declined. Please pay another way.',
            'unknown' => 'We do not know yet whether the payment went through. Please do not pay again; we will tell you.',
            'paid' => 'Thank you. Your payment is complete.',
            'title' => 'Confirm the payment',
            'code' => 'Code',
            'confirm' => 'Confirm',
            'resend' => 'Send the code again',
            'to_bank' => 'Continue at your bank',
            'to_restart' => 'Begin the payment again',
            'to_other' => 'Pay another way',
            'to_reload' => 'Load the page again',
            'to_done' => 'To your order',
        ],
    ];

    /** In the language that the page has, `tr-tr`, `tr_TR` or `en-gb`: Turkish, or else English. */
    public static function say(string $name, string $language): string
    {
        return self::TEXTS[\strncasecmp($language, 'tr', 2) === 0 ? 'tr' : 'en'][$name];
    }
}
