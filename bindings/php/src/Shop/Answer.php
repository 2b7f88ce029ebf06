<?php

declare(strict_types=1);

namespace Paywall\Shop;

use Paywall\ResendResult;

/**
 * What the page shows after a press: the code box and the button again, or a text and where to go on.
 */
final class Answer
{
    /** `code`: the code box. A link: `bank`, `restart`, `other`, `reload`, `done`. */
    public string $show;
    /** A name in Texts::TEXTS. */
    public string $text;
    /** How many seconds the button sleeps. */
    public int $wait;
    /** The bank's page, if `show` is `bank`. */
    public ?string $url;
    /** The HTTP status. */
    public int $status;

    public function __construct(string $show, string $text, int $wait = 0, ?string $url = null, int $status = 200)
    {
        $this->show = $show;
        $this->text = $text;
        $this->wait = $wait;
        $this->url = $url;
        $this->status = $status;
    }

    /** What a page says that was not told by its script, and that is no outcome of a call: the name comes with its address. */
    public static function notice(string $name): ?self
    {
        $waits = ['sending' => 5, 'too_many' => 60, 'newer' => 0, 'stale' => 0, 'finished' => 0];
        return isset($waits[$name]) ? new self($name === 'finished' ? 'done' : 'code', $name, $waits[$name]) : null;
    }

    /** What the rules say about an action. `$result` is null if there is none, for example without library and command. */
    public static function after(string $action, ?ResendResult $result): self
    {
        $error = $result === null ? null : $result->error;
        $kind = $error === null ? '' : $error->kind;
        foreach (Texts::RULES as [$itsAction, $itsKind, $show, $text, $wait]) {
            if (($itsAction === '' || $itsAction === $action) && ($itsKind === '' || $itsKind === $kind)) {
                break;
            }
        }
        if ($show === 'bank') {
            $url = $result === null ? null : $result->url3d;
            // The address comes from outside, and becomes a link.
            return $url !== null && \strncasecmp($url, 'https://', 8) === 0
                ? new self($show, $text, 0, $url)
                : new self(...Texts::WITHOUT_URL);
        }
        $pause = $error === null ? null : $error->retryAfterMs;
        return new self($show, $text, $wait > 0 && $pause !== null ? (int) \ceil($pause / 1000) : $wait);
    }

    /**
     * For the page's script.
     *
     * @param array<string, string> $links where `restart`, `other`, `reload` and `done` lead
     *
     * @return array{show: string, text: string, wait: int, url: ?string, label: ?string}
     */
    public function shown(string $language, array $links): array
    {
        $more = $this->show !== 'code';
        return [
            'show' => $this->show,
            'text' => Texts::say($this->text, $language),
            'wait' => $this->wait,
            'url' => $more ? $this->url ?? $links[$this->show] : null,
            'label' => $more ? Texts::say("to_{$this->show}", $language) : null,
        ];
    }
}
