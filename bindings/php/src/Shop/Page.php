<?php

declare(strict_types=1);

namespace Paywall\Shop;

/**
 * The page that asks for the code. It works without its script too: then each button loads the page again.
 */
final class Page
{
    /**
     * @param array<string, string> $actions where the forms `resend` and `verify` go
     * @param array<string, string> $links   where `restart`, `other`, `reload` and `done` lead
     * @param array<string, string> $hidden  fields of both forms
     */
    public static function html(Answer $answer, string $language, array $actions, array $links, array $hidden): string
    {
        $say = static function (string $name) use ($language): string {
            return self::escape(Texts::say($name, $language));
        };
        $shown = $answer->shown($language, $links);
        $fields = '';
        foreach ($hidden as $name => $value) {
            $fields .= '<input type="hidden" name="' . self::escape($name) . '" value="' . self::escape($value) . '">';
        }
        // The names that themes of WordPress and OpenCart know.
        $strong = 'class="button wp-element-button btn btn-primary"';
        $weak = 'class="button wp-element-button btn btn-light"';
        $forms = $shown['show'] === 'code' ? '' : ' hidden';
        $link = $shown['url'] === null ? ' hidden' : ' href="' . self::escape($shown['url']) . '"';
        // A theme may show what is hidden.
        return '<style>#paywall [hidden] { display: none !important } #paywall form { margin: 1em 0 }</style>'
            . '<div id="paywall" data-lost="' . $say('maybe_sent') . '" data-stale="' . $say('stale')
            . '" data-reload="' . $say('to_reload') . '" data-wait="' . $shown['wait'] . '">'
            . '<p id="paywall-text" role="status">' . self::escape($shown['text']) . '</p>'
            . "<p><a id=\"paywall-link\" $strong$link>" . self::escape((string) $shown['label'])
            . '</a></p>'
            . '<form id="paywall-verify" method="post" action="' . self::escape($actions['verify']) . "\"$forms>$fields"
            . '<label for="paywall-code">' . $say('code') . '</label> '
            . '<input id="paywall-code" name="code" class="input-text form-control" autocomplete="one-time-code"'
            . ' inputmode="numeric" maxlength="12" required> '
            . "<button $strong>" . $say('confirm') . '</button></form>'
            . '<form id="paywall-resend" method="post" action="' . self::escape($actions['resend']) . "\"$forms>$fields"
            . "<button id=\"paywall-button\" $weak>" . $say('resend') . '</button></form></div>';
    }

    private static function escape(string $text): string
    {
        return \htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }
}
