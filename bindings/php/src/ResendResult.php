<?php

declare(strict_types=1);

namespace Paywall;

use Paywall\Internal\Document;
use Paywall\Internal\Hidden;
use Paywall\Internal\ReadsMembers;

/**
 * The outcome of a call.
 *
 * You can read token, session and the service's answer, but nothing that prints, logs or stores the object shows them.
 * Store `otpToken` and `sessionId` yourself.
 *
 * @property-read string         $status          one of Status, or a newer word
 * @property-read string         $action          one of Action, or a newer word
 * @property-read string         $message         for the log, in English; holds no secret
 * @property-read string|null    $customerMessage the service's own words: the only text to show to a shopper
 * @property-read string|null    $otpToken        the token to use next
 * @property-read string|null    $tokenState      one of TokenState
 * @property-read string|null    $sessionId       the session to use next
 * @property-read bool           $sessionRenewed  whether the service renewed the session
 * @property-read string|null    $responseCode    the service's ResponseCode
 * @property-read string|null    $referenceNumber
 * @property-read string|null    $correlationId   for the service's support
 * @property-read string|null    $url3d
 * @property-read int|null       $httpStatus
 * @property-read string|null    $requestId       a UUID, also sent as X-Request-Id: quote it to support
 * @property-read ErrorInfo|null $error
 * @property-read Transport      $transport
 * @property-read string|null    $responseBody      the answer as text, up to 64 KiB
 * @property-read bool           $responseTruncated
 * @property-read mixed          $response          the answer, decoded at each access; null if it is not JSON
 */
final class ResendResult implements \JsonSerializable
{
    use ReadsMembers {
        __get as private member;
        __isset as private hasMember;
        __unserialize as private restoreMembers;
    }

    /** The members that hold a secret, or text of others that may contain one. */
    private const HIDDEN = ['otpToken' => null, 'sessionId' => null, 'url3d' => null, 'responseBody' => null];

    /** Holds these members, or the document while nobody has asked for more than `Document::glance` finds in it. */
    private Hidden $hidden;

    /**
     * @param array<string, mixed>       $members all members that may be shown, in camelCase
     * @param array<string, string|null> $hidden  the others
     */
    public function __construct(
        array $members,
        #[\SensitiveParameter]
        ?array $hidden = null
    ) {
        $this->members = $members;
        $this->hidden = new Hidden($hidden ?? self::HIDDEN);
    }

    /**
     * A success that is read when you ask for it. To read the document takes as long as the rest of PHP's part of a call.
     *
     * @internal
     *
     * @param string $json a document in which `Document::isSuccess` found nothing wrong
     */
    public static function ofSuccess(
        #[\SensitiveParameter]
        string $json
    ): self {
        static $unread = null;
        $unread = $unread ?? new self(['status' => Status::OK]);
        $result = clone $unread;
        $result->hidden = new Hidden($json);
        return $result;
    }

    /** @return mixed */
    public function __get(string $name)
    {
        if (isset($this->members[$name])) {
            return $this->members[$name];
        }
        $hidden = $this->hidden->reveal();
        $glanced = \is_string($hidden) ? Document::glance($hidden, $name) : null;
        if ($glanced !== null) {
            return $glanced;
        }
        if ($name === 'response') {
            return $this->decoded();
        }
        return \array_key_exists($name, self::HIDDEN) ? $this->hidden()[$name] : $this->member($name);
    }

    public function __isset(string $name): bool
    {
        if ($name === 'response') {
            return $this->decoded() !== null;
        }
        return \array_key_exists($name, self::HIDDEN)
            ? isset($this->hidden()[$name])
            : $this->hasMember($name);
    }

    /** A stored result has no secrets: they are null afterwards. */
    public function __unserialize(array $data): void
    {
        $this->restoreMembers($data);
        $this->hidden = new Hidden(self::HIDDEN);
    }

    /** @return mixed */
    private function decoded()
    {
        $body = $this->hidden()['responseBody'];
        // It is not kept: PHP can print what a property holds.
        return $body === null ? null : \json_decode($body, true, 512, JSON_BIGINT_AS_STRING);
    }

    /** @return array<string, mixed> */
    private function members(): array
    {
        $this->hidden();
        return $this->members;
    }

    /** @return array<string, string|null> */
    private function hidden(): array
    {
        $hidden = $this->hidden->reveal();
        if (\is_string($hidden)) {
            [$this->members, $hidden] = Document::read($hidden) ?? [$this->members, self::HIDDEN];
            $this->hidden = new Hidden($hidden);
        }
        return $hidden;
    }
}
